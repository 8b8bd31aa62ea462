package dev.craftstream.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.craftstream.topics.KafkaSettings;
import dev.craftstream.topics.TopicAdmin;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetTopicsTest {
  /** Of more than one fetch each, so that most are still at the broker when it dies. */
  private static final int RECORDS = 20;

  private static final int RECORD_BYTES = 2 << 20;

  @TempDir Path folder;

  @Test
  void givenABrokerThatDiesInMidRead_whenADatasetIsCollected_thenTheTimeOutHolds() {
    try (KafkaBroker broker = KafkaBroker.start(folder)) {
      KafkaSettings settings =
          KafkaSettings.builder(broker.bootstrapServers()).partitions(1).build();
      new TopicAdmin(settings).prepare();
      write(settings);

      assertThatIOException()
          .isThrownBy(
              () ->
                  new DatasetTopics(settings)
                      .collect("d", Duration.ofSeconds(1), true, progress -> broker.kill()))
          .withMessageContaining("d was not read within 1 s")
          .withMessageContaining("records are left");
    }
  }

  private static void write(KafkaSettings settings) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                settings.bootstrapServers(),
                "max.request.size",
                2 * RECORD_BYTES),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < RECORDS; i++) {
        producer.send(
            new ProducerRecord<>(
                settings.topics().datasets(), "other\nq".getBytes(UTF_8), new byte[RECORD_BYTES]));
      }
    }
  }
}
