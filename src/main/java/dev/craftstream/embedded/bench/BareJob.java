package dev.craftstream.embedded.bench;

import dev.craftstream.model.OriginalRecord;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.TopicSources;
import dev.craftstream.topics.records.EncodedRecord;
import dev.craftstream.topics.records.ParseRecords;
import dev.craftstream.topics.records.QuestionParser;
import dev.craftstream.topics.records.RecordEncoder;
import dev.craftstream.topics.records.RecordLimits;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaSinkBuilder;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.function.SerializableFunction;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * What any job between two Kafka topics costs, with the job's own source, settings of producers and
 * guarantee: from {@code questions} to {@code instructions}, without an exchange in between.
 */
final class BareJob {
  private BareJob() {}

  /** Bytes in, the same bytes out. */
  static void passThrough(StreamExecutionEnvironment env, KafkaSettings kafka) {
    source(env, kafka)
        .sinkTo(sink(kafka, OriginalRecord.class, OriginalRecord::key, OriginalRecord::value))
        .name("instructions")
        .uid("instructions");
  }

  /** Each record is read as a question, and the question is written. */
  static void readAndWrite(
      StreamExecutionEnvironment env, KafkaSettings kafka, RecordLimits limits) {
    RecordEncoder encoder = new RecordEncoder(kafka.format());
    source(env, kafka)
        .process(new ParseRecords<>(new QuestionParser(kafka.format(), limits)))
        .uid("parse-questions")
        .map(encoder::question)
        .returns(TypeInformation.of(EncodedRecord.class))
        .uid("write-questions")
        .sinkTo(sink(kafka, EncodedRecord.class, EncodedRecord::key, EncodedRecord::value))
        .name("instructions")
        .uid("instructions");
  }

  private static DataStream<OriginalRecord> source(
      StreamExecutionEnvironment env, KafkaSettings kafka) {
    return env.fromSource(
            TopicSources.questions(kafka), WatermarkStrategy.noWatermarks(), "questions")
        .uid("questions");
  }

  private static <T> KafkaSink<T> sink(
      KafkaSettings kafka,
      Class<T> type,
      SerializableFunction<T, byte[]> key,
      SerializableFunction<T, byte[]> value) {
    Properties properties = new Properties();
    properties.setProperty(ProducerConfig.ACKS_CONFIG, "all");
    properties.setProperty(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    properties.setProperty(ProducerConfig.COMPRESSION_TYPE_CONFIG, kafka.compression());
    properties.setProperty(
        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
        String.valueOf(kafka.transactionTimeout().toMillis()));
    KafkaSinkBuilder<T> sink =
        KafkaSink.<T>builder()
            .setBootstrapServers(kafka.bootstrapServers())
            .setKafkaProducerConfig(properties)
            .setRecordSerializer(
                KafkaRecordSerializationSchema.<T>builder()
                    .setTopic(kafka.topics().instructions())
                    .setKeySerializationSchema(new Part<>(type, key))
                    .setValueSerializationSchema(new Part<>(type, value))
                    .build())
            .setDeliveryGuarantee(kafka.guarantee());
    if (kafka.guarantee() == DeliveryGuarantee.EXACTLY_ONCE) {
      sink.setTransactionalIdPrefix(kafka.transactionalIdPrefix() + "/bare")
          .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING);
    }
    return sink.build();
  }

  /** A part of a record; Flink asks for the record's type, which a lambda does not tell. */
  private record Part<T>(Class<T> type, SerializableFunction<T, byte[]> part)
      implements SerializationSchema<T>, ResultTypeQueryable<T> {
    @Override
    public byte[] serialize(T element) {
      return part.apply(element);
    }

    @Override
    public TypeInformation<T> getProducedType() {
      return TypeInformation.of(type);
    }
  }
}
