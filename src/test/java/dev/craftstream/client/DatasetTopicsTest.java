package dev.craftstream.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.craftstream.client.exchange.CollectedDataset;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.TopicAdmin;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class DatasetTopicsTest {
  /** Of more than one fetch each, so that most are still at the broker when it dies. */
  private static final int RECORDS = 20;

  private static final int RECORD_BYTES = 2 << 20;

  /** More than the consumer hands out at once. */
  private static final int MANIFESTS = 1_000;

  private static final String COMPLETE =
      """
      {"dataset_id":"d","kind":"DATASET_KIND_TRAINING","task":"TASK_OPEN_ENDED","complete":true}""";
  private static final String FAILED =
      """
      {"dataset_id":"d","kind":"DATASET_KIND_TRAINING","task":"TASK_OPEN_ENDED","failure":"Too few."}""";

  @TempDir Path folder;

  @Test
  void givenABrokerThatDiesInMidRead_whenADatasetIsCollected_thenTheTimeOutHolds() {
    try (KafkaBroker broker = KafkaBroker.start(folder)) {
      KafkaSettings settings = prepared(broker, "");
      try (KafkaProducer<byte[], byte[]> producer = producer(settings)) {
        for (int i = 0; i < RECORDS; i++) {
          send(producer, settings.topics().datasets(), "other\nq", new byte[RECORD_BYTES]);
        }
      }

      assertThatIOException()
          .isThrownBy(
              () ->
                  new DatasetTopics(settings)
                      .collect("d", Duration.ofSeconds(1), true, progress -> broker.kill()))
          .withMessageContaining("d was not read within 1 s")
          .withMessageContaining("records are left");
    }
  }

  @Test
  void whatTheLastManifestOfADatasetSaysHolds(KafkaBroker broker) throws IOException {
    KafkaSettings settings = prepared(broker, KafkaBrokerExtension.freshPrefix());
    try (KafkaProducer<byte[], byte[]> producer = producer(settings)) {
      String topic = settings.topics().datasetManifests();
      send(producer, topic, "d", FAILED.getBytes(UTF_8));
      for (int i = 0; i < MANIFESTS; i++) {
        send(producer, topic, "other", COMPLETE.getBytes(UTF_8));
      }
      send(producer, topic, "d", COMPLETE.getBytes(UTF_8));
      producer.flush();
      assertThat(collect(settings).isComplete()).isTrue();

      send(producer, topic, "d", FAILED.getBytes(UTF_8));
    }
    assertThatIOException()
        .isThrownBy(() -> collect(settings))
        .withMessage("The dataset d was not built: Too few.");
  }

  private static CollectedDataset collect(KafkaSettings settings) throws IOException {
    return new DatasetTopics(settings).collect("d", Duration.ofSeconds(10), false, progress -> {});
  }

  private static KafkaSettings prepared(KafkaBroker broker, String prefix) {
    KafkaSettings settings =
        KafkaSettings.builder(broker.bootstrapServers()).topicPrefix(prefix).partitions(1).build();
    new TopicAdmin(settings).prepare();
    return settings;
  }

  private static KafkaProducer<byte[], byte[]> producer(KafkaSettings settings) {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers", settings.bootstrapServers(), "max.request.size", 2 * RECORD_BYTES),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer, String topic, String key, byte[] value) {
    producer.send(new ProducerRecord<>(topic, key.getBytes(UTF_8), value));
  }
}
