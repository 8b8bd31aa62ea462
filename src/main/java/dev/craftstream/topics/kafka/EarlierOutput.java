package dev.craftstream.topics.kafka;

import dev.craftstream.admission.StartCondition;
import dev.craftstream.admission.StartRefusedException;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Refuses to start a job without state where its topics hold what an earlier run has written: it
 * would ask every question again, and write everything a second time.
 *
 * <p>What counts is a committed record that is older than the start of this job. So a job that
 * fails before its first Flink checkpoint starts again by itself: exactly-once output is not
 * committed then, and at-least-once output is younger.
 */
public final class EarlierOutput implements StartCondition {
  private static final long serialVersionUID = 1L;
  private static final Duration STANDSTILL = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofMillis(250);

  private final KafkaSettings settings;
  private final long startedMillis;
  private final Advice advice;

  /** What the job can be started from instead. */
  @FunctionalInterface
  public interface Advice extends Supplier<String>, Serializable {}

  /**
   * @param started when this job was started, not when a task of it was
   * @param advice sentences on what to start from, asked for when the start is refused
   */
  public EarlierOutput(KafkaSettings settings, Instant started, Advice advice) {
    this.settings = settings;
    this.startedMillis = started.toEpochMilli();
    this.advice = advice;
  }

  private record Found(String topic, Instant written) {}

  @Override
  public void require() throws IOException {
    Optional<Found> found;
    try {
      found = find();
    } catch (KafkaException e) {
      throw new IOException(
          "Whether an earlier run has written to the job's topics can't be found out at %s: %s"
              .formatted(settings.bootstrapServers(), e.getMessage()),
          e);
    }
    if (found.isPresent()) {
      throw new StartRefusedException(
          "The job starts without state, but the topic %s holds what an earlier run wrote, such as at %s: it would ask every question again and write everything a second time. %s If it is meant to begin anew, set start.anew to true for this one start."
              .formatted(found.get().topic(), found.get().written(), advice.get()));
    }
  }

  private Optional<Found> find() {
    Topics topics = settings.topics();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties())) {
      for (String topic :
          List.of(
              topics.instructions(),
              topics.datasetManifests(),
              topics.evaluations(),
              topics.knowledge())) {
        for (TopicPartition partition : partitions(consumer, topic)) {
          Optional<Found> found = first(consumer, partition);
          if (found.isPresent()) {
            return found;
          }
        }
      }
    }
    return Optional.empty();
  }

  private static List<TopicPartition> partitions(
      KafkaConsumer<byte[], byte[]> consumer, String topic) {
    return consumer.partitionsFor(topic).stream()
        .map(partition -> new TopicPartition(topic, partition.partition()))
        .toList();
  }

  /** The first committed record, where it is older than the job. */
  private Optional<Found> first(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) {
    List<TopicPartition> one = List.of(partition);
    Map<TopicPartition, Long> ends = consumer.endOffsets(one);
    consumer.assign(one);
    consumer.seekToBeginning(one);
    long seen = -1;
    long movedAt = System.nanoTime();
    while (consumer.position(partition) < ends.get(partition)) {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(LOOK);
      for (ConsumerRecord<byte[], byte[]> entry : records) {
        return entry.timestamp() < startedMillis
            ? Optional.of(new Found(partition.topic(), Instant.ofEpochMilli(entry.timestamp())))
            : Optional.empty();
      }
      long now = consumer.position(partition);
      if (now != seen) {
        seen = now;
        movedAt = System.nanoTime();
      } else if (System.nanoTime() - movedAt > STANDSTILL.toNanos()) {
        throw new KafkaException(
            partition + " could not be read for " + STANDSTILL.toSeconds() + " s.");
      }
    }
    return Optional.empty();
  }

  private Properties properties() {
    Properties properties = settings.connection();
    properties.setProperty(
        ConsumerConfig.CLIENT_ID_CONFIG, settings.transactionalIdPrefix() + "-earlier-output");
    properties.setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.setProperty(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "1");
    properties.setProperty(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    properties.setProperty(
        ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    properties.setProperty(
        ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    return properties;
  }
}
