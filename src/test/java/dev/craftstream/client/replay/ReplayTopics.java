package dev.craftstream.client.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.Replay;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.ReplayHeaders;
import dev.craftstream.topics.kafka.TopicAdmin;
import dev.craftstream.topics.records.EncodedRecord;
import dev.craftstream.topics.records.RecordEncoder;
import dev.craftstream.topics.records.WireFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Topics of a job of a test's own, records in them, and dead letters as the job writes them. */
public final class ReplayTopics implements AutoCloseable {
  private final KafkaSettings kafka;
  private final KafkaProducer<byte[], byte[]> producer;

  public ReplayTopics(KafkaBroker broker, WireFormat format) {
    String prefix = KafkaBrokerExtension.freshPrefix();
    kafka =
        KafkaSettings.builder(broker.bootstrapServers())
            .topicPrefix(prefix)
            .transactionalIdPrefix(prefix + "job")
            .partitions(2)
            .format(format)
            .build();
    new TopicAdmin(kafka).prepare();
    producer =
        new KafkaProducer<>(properties(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  public KafkaSettings kafka() {
    return kafka;
  }

  private Properties properties() {
    Properties properties = new Properties();
    properties.setProperty("bootstrap.servers", kafka.bootstrapServers());
    properties.setProperty("max.request.size", String.valueOf(16 << 20));
    return properties;
  }

  /** A transactional producer with the id of the command's. */
  KafkaProducer<byte[], byte[]> transactional() {
    Properties properties = properties();
    properties.setProperty("transactional.id", kafka.transactionalIdPrefix() + "/replay");
    KafkaProducer<byte[], byte[]> transactional =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    transactional.initTransactions();
    return transactional;
  }

  /** Puts a record into a topic of the job. */
  public OriginalRecord put(String topic, int partition, byte[] key, byte[] value)
      throws Exception {
    return put(topic, partition, key, value, null);
  }

  OriginalRecord put(String topic, int partition, byte[] key, byte[] value, Replay replay)
      throws Exception {
    RecordMetadata place =
        producer
            .send(
                new ProducerRecord<>(
                    topic,
                    partition,
                    key,
                    value,
                    replay == null ? List.of() : ReplayHeaders.of(replay)))
            .get(20, TimeUnit.SECONDS);
    return new OriginalRecord(new Origin(topic, partition, place.offset()), key, value, replay);
  }

  /** A record of questions in partition 0. */
  public OriginalRecord question(String key, String value) throws Exception {
    return put(kafka.topics().questions(), 0, bytes(key), bytes(value));
  }

  /** The job refuses a record. */
  public OriginalRecord refuse(OriginalRecord original, DeadLetter.Reason reason) throws Exception {
    letter(new DeadLetter(reason, "It can't be used.", original, "", ""), null);
    return original;
  }

  /** The job writes a dead letter. */
  public void letter(DeadLetter letter, Long writtenAt) throws Exception {
    EncodedRecord record = new RecordEncoder(kafka.format()).deadLetter(letter);
    producer
        .send(
            new ProducerRecord<>(
                kafka.topics().deadLetters(), null, writtenAt, record.key(), record.value()))
        .get(20, TimeUnit.SECONDS);
  }

  /** What is committed in a topic, in the order of its partitions. */
  public List<ConsumerRecord<byte[], byte[]>> committed(String topic) {
    Properties properties = properties();
    properties.setProperty("isolation.level", "read_committed");
    try (var consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions));
      List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer.poll(Duration.ofMillis(200)).forEach(found::add);
      }
      return found;
    }
  }

  /** Of a topic's records those that were replayed. */
  public List<ConsumerRecord<byte[], byte[]>> replayed(String topic) {
    return committed(topic).stream()
        .filter(entry -> ReplayHeaders.read(entry.headers()).isPresent())
        .toList();
  }

  /** The values of the questions that were replayed. */
  public List<String> replayedQuestions() {
    return replayed(kafka.topics().questions()).stream()
        .map(entry -> new String(entry.value(), UTF_8))
        .toList();
  }

  static byte[] bytes(String text) {
    return text == null ? null : text.getBytes(UTF_8);
  }

  @Override
  public void close() {
    producer.close();
  }
}
