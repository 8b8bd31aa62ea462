package dev.craftstream.embedded.bench;

import dev.craftstream.topics.kafka.KafkaSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * How many records lie in a topic, committed or not, by its end offsets, which nobody has to read
 * records for. Markers of transactions, a few a Flink checkpoint, count as records.
 */
final class WrittenRecords implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final Admin admin;
  private final int partitions;

  WrittenRecords(KafkaSettings settings) {
    admin =
        Admin.create(
            Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers()));
    partitions = settings.partitions();
  }

  long in(String topic) throws IOException, InterruptedException {
    Map<TopicPartition, OffsetSpec> ends =
        IntStream.range(0, partitions)
            .mapToObj(partition -> new TopicPartition(topic, partition))
            .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
    try {
      return admin.listOffsets(ends).all().get().values().stream()
          .mapToLong(ListOffsetsResultInfo::offset)
          .sum();
    } catch (ExecutionException e) {
      throw new IOException(
          "The broker did not tell how many records lie in %s: %s"
              .formatted(topic, e.getCause().getMessage()),
          e);
    }
  }

  /**
   * Waits until so many records lie in a topic.
   *
   * @throws IOException with a sentence, where they are not there in time
   */
  void await(String topic, long count, Duration atMost) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (true) {
      long there = in(topic);
      if (there >= count) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "After %d s there are %,d of %,d records in %s. The job's log says why."
                .formatted(atMost.toSeconds(), there, count, topic));
      }
      Thread.sleep(PAUSE.toMillis());
    }
  }

  @Override
  public void close() {
    admin.close();
  }
}
