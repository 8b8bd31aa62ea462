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
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads topics from their beginning, or from now on, without leaving a trace at the broker. */
public final class TopicReader implements AutoCloseable {
  private final Consumer<byte[], byte[]> consumer;

  /**
   * @param committed whether records of open transactions are left out; without it they are seen
   *     sooner, and some that never come to count
   * @param fromBeginning whether to read what is there, not only what comes
   * @throws IllegalStateException where a topic is not there
   */
  public TopicReader(
      KafkaSettings settings, List<String> topics, boolean committed, boolean fromBeginning) {
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
    for (String topic : topics) {
      var found = consumer.partitionsFor(topic);
      if (found.isEmpty()) {
        consumer.close();
        throw new IllegalStateException(
            "There is no topic %s at %s. The job makes its topics when it starts."
                .formatted(topic, settings.bootstrapServers()));
      }
      found.forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    }
    consumer.assign(partitions);
    if (fromBeginning) {
      consumer.seekToBeginning(partitions);
    } else {
      consumer.seekToEnd(partitions);
      partitions.forEach(consumer::position);
    }
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

  @Override
  public void close() {
    consumer.close();
  }
}
