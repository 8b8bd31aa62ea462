package dev.craftstream.client;

import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.TlsHint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads topics from their beginning, or from now on, without leaving a trace at the broker. */
public final class TopicReader implements AutoCloseable {
  private static final Duration STANDSTILL = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofMillis(250);

  private final String bootstrapServers;
  private final Consumer<byte[], byte[]> consumer;
  private final LongSupplier nanoClock;
  private long position = -1;
  private Duration unmoved = Duration.ZERO;

  /**
   * @param committed whether records of open transactions are left out; without it they are seen
   *     sooner, and some that never come to count
   * @param fromBeginning whether to read what is there, not only what comes
   * @throws IllegalStateException with a sentence, where no broker answers or a topic is not there
   */
  public TopicReader(
      KafkaSettings settings, List<String> topics, boolean committed, boolean fromBeginning) {
    this(settings.bootstrapServers(), consumer(settings, committed), System::nanoTime);
    List<TopicPartition> partitions = new ArrayList<>();
    try {
      for (String topic : topics) {
        partitions.addAll(partitions(topic));
      }
    } catch (TimeoutException e) {
      consumer.close();
      throw unreachable(settings.bootstrapServers(), settings.clientProperties(), e);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
    consumer.assign(partitions);
    if (fromBeginning) {
      consumer.seekToBeginning(partitions);
    } else {
      consumer.seekToEnd(partitions);
      partitions.forEach(consumer::position);
    }
  }

  /** Is told a few times a second how many records were read, and how many are left. */
  public interface Progress {
    void at(long read, long left);
  }

  /**
   * Reads what is committed in the topics now, once.
   *
   * @throws IllegalStateException with a sentence, where no broker answers or a topic is not there
   */
  public static void readCommitted(
      KafkaSettings settings,
      List<String> topics,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> taker,
      Progress progress) {
    try (TopicReader reader = new TopicReader(settings, topics, true, true)) {
      Map<TopicPartition, Long> ends = reader.ends();
      long read = 0;
      while (!reader.hasReached(ends)) {
        for (ConsumerRecord<byte[], byte[]> entry : reader.poll(LOOK)) {
          taker.accept(entry);
          read++;
        }
        progress.at(read, reader.left(ends));
      }
    }
  }

  /**
   * @param consumer with its partitions
   */
  TopicReader(String bootstrapServers, Consumer<byte[], byte[]> consumer, LongSupplier nanoClock) {
    this.bootstrapServers = bootstrapServers;
    this.consumer = consumer;
    this.nanoClock = nanoClock;
  }

  private static Consumer<byte[], byte[]> consumer(KafkaSettings settings, boolean committed) {
    return new KafkaConsumer<>(
        properties(settings, committed), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** Those of a consumer of either kind. */
  public static Properties properties(KafkaSettings settings, boolean committed) {
    Properties properties = new Properties();
    settings.clientProperties().forEach(properties::setProperty);
    properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
    properties.put(
        ConsumerConfig.ISOLATION_LEVEL_CONFIG, committed ? "read_committed" : "read_uncommitted");
    // Where retention overtakes the reading: go on with what is left, rather than skip that, too.
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 15_000);
    return properties;
  }

  private List<TopicPartition> partitions(String topic) {
    List<PartitionInfo> found = consumer.partitionsFor(topic);
    if (found.isEmpty()) {
      throw missing(topic, bootstrapServers, null);
    }
    return found.stream().map(info -> new TopicPartition(topic, info.partition())).toList();
  }

  static IllegalStateException unreachable(
      String bootstrapServers, Map<String, String> clientProperties, Exception cause) {
    return new IllegalStateException(
        "No Kafka broker answers at %s. Is ./craft demo --keep-running up? Else name the broker with --bootstrap-servers."
                .formatted(bootstrapServers)
            + TlsHint.of(bootstrapServers, clientProperties),
        cause);
  }

  static IllegalStateException missing(String topic, String bootstrapServers, Exception cause) {
    return new IllegalStateException(
        "There is no topic %s at %s. The job makes its topics when it starts."
            .formatted(topic, bootstrapServers),
        cause);
  }

  /** Goes on from other places. */
  public void seek(Map<TopicPartition, Long> offsets) {
    offsets.forEach(consumer::seek);
  }

  /** What has come, waiting for something at most this long. */
  public Iterable<ConsumerRecord<byte[], byte[]>> poll(Duration timeout) {
    long start = nanoClock.getAsLong();
    ConsumerRecords<byte[], byte[]> records = consumer.poll(timeout);
    Duration took = Duration.ofNanos(nanoClock.getAsLong() - start);
    // More than that is a process that was stopped, which says nothing of the broker.
    unmoved = unmoved.plus(took.compareTo(timeout) < 0 ? took : timeout);
    return records;
  }

  /** Where the topics end now. */
  public Map<TopicPartition, Long> ends() {
    return new HashMap<>(consumer.endOffsets(consumer.assignment()));
  }

  /** Where the topics begin now: what lay before is gone. */
  public Map<TopicPartition, Long> beginnings() {
    return new HashMap<>(consumer.beginningOffsets(consumer.assignment()));
  }

  /**
   * Whether everything before {@code ends} has been read.
   *
   * @throws IllegalStateException with a sentence, where it has not and nothing has come in 30 s of
   *     polling: a consumer waits for a broker that is gone for ever, and tells nobody
   */
  public boolean hasReached(Map<TopicPartition, Long> ends) {
    if (standsStill(ends, STANDSTILL)) {
      throw new IllegalStateException(
          "Kafka at %s has sent nothing for %d s, though %,d records are left to be read. Look whether all of its brokers run, then give the command again."
              .formatted(bootstrapServers, STANDSTILL.toSeconds(), left(ends)));
    }
    return left(ends) == 0;
  }

  /** Whether records are left before {@code ends} and none has come in this much polling. */
  boolean standsStill(Map<TopicPartition, Long> ends, Duration polling) {
    long now = ends.keySet().stream().mapToLong(consumer::position).sum();
    if (now != position || left(ends) == 0) {
      position = now;
      unmoved = Duration.ZERO;
    }
    return unmoved.compareTo(polling) >= 0;
  }

  /** How many records lie between where the reading is and {@code ends}. */
  public long left(Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .mapToLong(end -> Math.max(0, end.getValue() - consumer.position(end.getKey())))
        .sum();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
