package dev.craftstream.client.watch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.TopicAdmin;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A watch over the topics of a real broker. */
@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class TopicFollowerTest {
  private static final int COUNT = 400;

  @Test
  void whatTheTopicsHoldIsReadAndThenWhatIsCommitted(KafkaBroker broker) throws Exception {
    KafkaSettings kafka =
        KafkaSettings.builder(broker.bootstrapServers())
            .topicPrefix(KafkaBrokerExtension.freshPrefix())
            .format(WireFormat.JSON)
            .partitions(3)
            .build();
    new TopicAdmin(kafka).prepare();
    Watch watch = new Watch(kafka, 50);
    QuestionIndex index = new QuestionIndex(kafka.topics(), 16 << 20);
    try (KafkaProducer<byte[], byte[]> producer = producer(kafka)) {
      producer.beginTransaction();
      new SampleTopics(
              kafka.topics(),
              COUNT,
              System.currentTimeMillis() - SampleTopics.duration(COUNT, 1),
              1,
              (topic, key, message, time) -> send(producer, topic, key, message, time))
          .write();
      producer.send(
          new ProducerRecord<>(kafka.topics().knowledge(), "q".getBytes(UTF_8), new byte[] {1}));
      producer.commitTransaction();
      try (TopicFollower follower =
              new TopicFollower(kafka, RecordLimits.DEFAULT, new Fan(watch, index));
          HistoryReader histories = new HistoryReader(kafka, RecordLimits.DEFAULT, index)) {
        follower.start();
        await().until(() -> follower.position().left() == 0);

        assertThat(follower.position().unreadable()).isEqualTo(1);
        assertThat(follower.position().trouble()).isEmpty();
        assertThat(watch.lives()).hasSize(4);
        assertThat(questions(watch)).isEqualTo(COUNT / 8 * 7);
        assertThat(watch.sweeps(System.currentTimeMillis()).get(3).left()).isZero();
        assertThat(watch.completeDatasets()).isEqualTo(6);
        assertThat(watch.plane().data().questions()).isNotEmpty();

        isToldWhole(histories, index);

        producer.beginTransaction();
        removeFirst(producer, kafka);
        producer.abortTransaction();
        producer.beginTransaction();
        producer.send(
            new ProducerRecord<>(
                kafka.topics().questions(), "capital-italy".getBytes(UTF_8), null));
        producer.commitTransaction();
        await().until(() -> questions(watch) < COUNT / 8 * 7);
        assertThat(questions(watch)).as("what was aborted never was").isEqualTo(COUNT / 8 * 7 - 1);
      }
    }
  }

  private static void isToldWhole(HistoryReader histories, QuestionIndex index) {
    assertThat(index.find("capital france", 50).ids()).contains("capital-france");
    assertThat(histories.contents(List.of("capital-france", "nothing")))
        .hasSize(2)
        .containsEntry("nothing", null)
        .extractingByKey("capital-france")
        .extracting(Question::text)
        .isEqualTo("What is the capital of France?");
    QuestionHistory france = histories.read("capital-france");
    assertThat(france.contents()).hasSize(1);
    assertThat(france.measurements())
        .extracting(at -> at.record().getCheckpointId())
        .containsExactly("qwen-7b-turn-2", "qwen-7b-rehearsal-1", "qwen-7b");
    assertThat(france.labels()).hasSize(3);
    assertThat(france.memberships())
        .extracting(at -> at.record().getDatasetId())
        .contains("qwen-7b-rehearsal-set-oe", "qwen-7b-rehearsal-1-craft-oe");
    assertThat(france.missing()).isZero();
    assertThat(france.late()).isZero();
    assertThat(histories.read("nothing").contents()).isEmpty();
  }

  private static long questions(Watch watch) {
    return watch.questions(Task.OPEN_ENDED, Purpose.TRAIN)
        + watch.questions(Task.MULTIPLE_CHOICE, Purpose.TRAIN);
  }

  private static void removeFirst(KafkaProducer<byte[], byte[]> producer, KafkaSettings kafka) {
    producer.send(
        new ProducerRecord<>(kafka.topics().questions(), "capital-france".getBytes(UTF_8), null));
    producer.flush();
  }

  private static KafkaProducer<byte[], byte[]> producer(KafkaSettings kafka) {
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                kafka.bootstrapServers(),
                "transactional.id",
                kafka.topics().prefix()),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    producer.initTransactions();
    return producer;
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer,
      String topic,
      String key,
      Message message,
      long time) {
    try {
      producer.send(
          new ProducerRecord<>(
              topic,
              null,
              time,
              key.getBytes(UTF_8),
              JsonFormat.printer().preservingProtoFieldNames().print(message).getBytes(UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
