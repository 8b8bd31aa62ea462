package dev.craftstream.local;

import dev.craftstream.topics.KafkaSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads topics from their beginning, or from now on, without leaving a trace at the broker. */
public final class TopicReader implements AutoCloseable {
  private final String bootstrapServers;
  private final Consumer<byte[], byte[]> consumer;

  /**
   * @param committed whether records of open transactions are left out; without it they are seen
   *     sooner, and some that never come to count
   * @param fromBeginning whether to read what is there, not only what comes
   * @throws IllegalStateException with a sentence, where no broker answers or a topic is not there
   */
  public TopicReader(
      KafkaSettings settings, List<String> topics, boolean committed, boolean fromBeginning) {
    this.bootstrapServers = settings.bootstrapServers();
    Properties properties = new Properties();
    settings.clientProperties().forEach(properties::setProperty);
    properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
    properties.put(
        ConsumerConfig.ISOLATION_LEVEL_CONFIG, committed ? "read_committed" : "read_uncommitted");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 15_000);
    consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions = new ArrayList<>();
    try {
      for (String topic : topics) {
        partitions.addAll(partitions(topic));
      }
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

  private List<TopicPartition> partitions(String topic) {
    List<PartitionInfo> found;
    try {
      found = consumer.partitionsFor(topic);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "No Kafka broker answers at %s. Is ./craft demo --keep-running up? Else name the broker with --bootstrap-servers."
              .formatted(bootstrapServers),
          e);
    }
    if (found.isEmpty()) {
      throw new IllegalStateException(
          "There is no topic %s at %s. The job makes its topics when it starts."
              .formatted(topic, bootstrapServers));
    }
    return found.stream().map(info -> new TopicPartition(topic, info.partition())).toList();
  }

  /** What has come, waiting for something at most this long. */
  public Iterable<ConsumerRecord<byte[], byte[]>> poll(Duration timeout) {
    return consumer.poll(timeout);
  }

  /** Where the topics end now. */
  public Map<TopicPartition, Long> ends() {
    return new HashMap<>(consumer.endOffsets(consumer.assignment()));
  }

  /** Whether everything before {@code ends} has been read. */
  public boolean hasReached(Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
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
