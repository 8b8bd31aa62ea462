package dev.craftstream.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.topics.kafka.CommittedProgress;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.TopicAdmin;
import dev.craftstream.topics.records.RecordLimits;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against a real broker, with the test in the place of the job. */
@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class StatusReaderTest {
  private KafkaSettings settings;

  @BeforeEach
  void topics(KafkaBroker broker) {
    String prefix = KafkaBrokerExtension.freshPrefix();
    settings =
        KafkaSettings.builder(broker.bootstrapServers())
            .topicPrefix(prefix)
            .transactionalIdPrefix(prefix + "job")
            .partitions(1)
            .build();
    new TopicAdmin(settings).prepare();
  }

  @Test
  void theLagIsCountedFromWhatThisRunOfTheJobCommitted() throws Exception {
    send(settings.topics().questions(), 5);
    send(settings.topics().requests(), 2);
    assertThat(lags()).as("nothing was committed").isEmpty();

    commit(settings.topics().requests(), 1, "");
    commit(settings.topics().questions(), 5, CommittedProgress.EARLIER_RUN);
    assertThat(lags()).as("this run may have started further back").isEmpty();

    commit(settings.topics().questions(), 2, "");
    assertThat(lags())
        .containsExactly(
            new JobStatus.Lag(settings.topics().questions(), 3),
            new JobStatus.Lag(settings.topics().requests(), 1));
  }

  private List<JobStatus.Lag> lags() {
    return new StatusReader(settings, RecordLimits.DEFAULT).read((read, left) -> {}).lags();
  }

  private void send(String topic, int count) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", settings.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < count; i++) {
        producer
            .send(new ProducerRecord<>(topic, ("q" + i).getBytes(UTF_8), "{".getBytes(UTF_8)))
            .get();
      }
    }
  }

  private void commit(String topic, long offset, String metadata) {
    try (KafkaConsumer<byte[], byte[]> source =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                settings.bootstrapServers(),
                "group.id",
                settings.transactionalIdPrefix(),
                "enable.auto.commit",
                "false"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      source.commitSync(
          Map.of(
              new TopicPartition(topic, 0),
              new OffsetAndMetadata(offset, Optional.empty(), metadata)));
    }
  }
}
