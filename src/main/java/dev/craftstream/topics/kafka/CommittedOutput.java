package dev.craftstream.topics.kafka;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Looks for committed records in those of the job's topics that only the job writes to. */
final class CommittedOutput implements AutoCloseable {
  private static final Duration STANDSTILL = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofMillis(250);

  private final KafkaSettings settings;
  private final KafkaConsumer<byte[], byte[]> consumer;

  CommittedOutput(KafkaSettings settings) {
    this.settings = settings;
    this.consumer = new KafkaConsumer<>(properties());
  }

  /**
   * A committed record.
   *
   * @param written its time stamp, which is when it was written
   */
  record Found(String topic, Instant written) {}

  /** What looks for a record. */
  @FunctionalInterface
  interface Search {
    Optional<Found> in(CommittedOutput output);
  }

  /**
   * Looks and closes.
   *
   * @throws IOException where the brokers don't answer, with a sentence
   */
  static Optional<Found> find(KafkaSettings settings, Search search) throws IOException {
    try (CommittedOutput output = new CommittedOutput(settings)) {
      return search.in(output);
    } catch (KafkaException e) {
      throw new IOException(
          "Whether an earlier run has written to the job's topics can't be found out at %s: %s"
              .formatted(settings.bootstrapServers(), e.getMessage()),
          e);
    }
  }

  /** A partition's first record, where it was written before {@code end}. */
  Optional<Found> before(Instant end) {
    for (TopicPartition partition : partitions()) {
      Optional<Found> first = first(partition, 0, any -> true);
      if (first.isPresent() && first.get().written().isBefore(end)) {
        return first;
      }
    }
    return Optional.empty();
  }

  /** A record that was written after {@code begin}. */
  Optional<Found> after(Instant begin) {
    for (TopicPartition partition : partitions()) {
      OffsetAndTimestamp from =
          consumer.offsetsForTimes(Map.of(partition, begin.toEpochMilli() + 1)).get(partition);
      if (from != null) {
        Optional<Found> later =
            first(partition, from.offset(), found -> found.written().isAfter(begin));
        if (later.isPresent()) {
          return later;
        }
      }
    }
    return Optional.empty();
  }

  private List<TopicPartition> partitions() {
    Topics topics = settings.topics();
    return List.of(
            topics.instructions(),
            topics.datasetManifests(),
            topics.evaluations(),
            topics.knowledge())
        .stream()
        .flatMap(topic -> consumer.partitionsFor(topic).stream())
        .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
        .toList();
  }

  /** The first committed record of a partition, from an offset on, that is wanted. */
  private Optional<Found> first(TopicPartition partition, long from, Predicate<Found> wanted) {
    List<TopicPartition> one = List.of(partition);
    long end = consumer.endOffsets(one).get(partition);
    consumer.assign(one);
    if (from == 0) {
      consumer.seekToBeginning(one);
    } else {
      consumer.seek(partition, from);
    }
    long seen = -1;
    long movedAt = System.nanoTime();
    while (consumer.position(partition) < end) {
      for (ConsumerRecord<byte[], byte[]> entry : consumer.poll(LOOK)) {
        Found found = new Found(partition.topic(), Instant.ofEpochMilli(entry.timestamp()));
        if (wanted.test(found)) {
          return Optional.of(found);
        }
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

  @Override
  public void close() {
    consumer.close();
  }
}
