package dev.craftstream.topics.kafka;

import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.topics.records.ParseRecords;
import java.util.Properties;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.KafkaSourceOptions;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The job's sources: records as they lie in the topics, for {@link ParseRecords} to read.
 *
 * <p>They start at the topics' beginning, or where the state that the job is restored from says,
 * and read committed records only. Use them with {@code WatermarkStrategy.noWatermarks()}: the
 * survey planner alone makes watermarks, of its own clock. Their offsets are also committed to the
 * consumer group {@link KafkaSettings#transactionalIdPrefix}, for watching the lag and for {@link
 * CommittedProgress}; where the job starts reading does not depend on them.
 */
public final class TopicSources {

  /** Lets a record of the largest allowed size through in one fetch. */
  private static final int PARTITION_FETCH_BYTES = 8 << 20;

  /** What a reader holds at most, a single larger record aside. */
  private static final int FETCH_BYTES = 32 << 20;

  private TopicSources() {}

  /** The {@code questions} topic; partitions that are added later are found within a minute. */
  public static Source<OriginalRecord, ?, ?> questions(KafkaSettings settings) {
    return new PromptlyCommittingSource<>(
        builder(settings, "questions")
            .setTopics(settings.topics().questions())
            .setProperty(KafkaSourceOptions.PARTITION_DISCOVERY_INTERVAL_MS.key(), "60000")
            .build());
  }

  /** The {@code model-checkpoints} topic's one partition. */
  public static Source<OriginalRecord, ?, ?> modelCheckpoints(KafkaSettings settings) {
    return onePartition(settings, "model-checkpoints", settings.topics().modelCheckpoints());
  }

  /** The {@code requests} topic's one partition. */
  public static Source<OriginalRecord, ?, ?> requests(KafkaSettings settings) {
    return onePartition(settings, "requests", settings.topics().requests());
  }

  private static Source<OriginalRecord, ?, ?> onePartition(
      KafkaSettings settings, String purpose, String topic) {
    return new PromptlyCommittingSource<>(
        builder(settings, purpose)
            .setPartitions(Set.of(new TopicPartition(topic, 0)))
            .setProperty(KafkaSourceOptions.PARTITION_DISCOVERY_INTERVAL_MS.key(), "-1")
            .build());
  }

  private static KafkaSourceBuilder<OriginalRecord> builder(
      KafkaSettings settings, String purpose) {
    Properties properties = new Properties();
    properties.setProperty(
        ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, String.valueOf(PARTITION_FETCH_BYTES));
    properties.setProperty(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, String.valueOf(FETCH_BYTES));
    properties.putAll(settings.connection());
    properties.setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    return KafkaSource.<OriginalRecord>builder()
        .setProperties(properties)
        .setGroupId(settings.transactionalIdPrefix())
        .setClientIdPrefix(settings.transactionalIdPrefix() + "-" + purpose)
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setDeserializer(new AsItLies());
  }

  /** Takes a record as it lies in its topic. */
  private static final class AsItLies implements KafkaRecordDeserializationSchema<OriginalRecord> {
    private static final long serialVersionUID = 1L;

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<OriginalRecord> out) {
      out.collect(
          new OriginalRecord(
              new Origin(record.topic(), record.partition(), record.offset()),
              record.key(),
              record.value(),
              ReplayHeaders.read(record.headers()).orElse(null)));
    }

    @Override
    public TypeInformation<OriginalRecord> getProducedType() {
      return TypeInformation.of(OriginalRecord.class);
    }
  }
}
