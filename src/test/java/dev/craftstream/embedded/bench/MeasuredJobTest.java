package dev.craftstream.embedded.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.craftstream.embedded.EmbeddedFlink;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.testing.KafkaBrokerExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The jobs that are compared, with a real broker. */
@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class MeasuredJobTest {
  private static final int QUESTIONS = 300;
  private static final int PARTITIONS = 4;

  @TempDir private static Path folder;
  private static EmbeddedFlink flink;
  private static int jobs = 900;

  @BeforeAll
  static void start() throws Exception {
    flink = EmbeddedFlink.start(Path.of("flink-conf"), folder, 0);
  }

  @AfterAll
  static void stop() throws Exception {
    flink.close();
  }

  @Test
  void bareJobsWriteWhatTheyRead(KafkaBroker broker) throws Exception {
    for (JobKind kind : List.of(JobKind.PASS_THROUGH, JobKind.READ_AND_WRITE)) {
      try (MeasuredJob job = new MeasuredJob(kind, flink, broker.bootstrapServers(), ++jobs)) {
        Rate rate = job.newQuestions(QUESTIONS);

        assertThat(rate.questions()).isEqualTo(QUESTIONS);
        assertThat(rate.seconds()).isPositive();
        eventually(
            () ->
                assertThat(records(broker, "instructions", "read_uncommitted"))
                    .as(kind.name())
                    .isEqualTo(records(broker, "questions", "read_committed"))
                    .hasSize(QUESTIONS + 1));
      }
    }
  }

  @Test
  void questionsAreSeenAllAtOnceAndEachIsCurated(KafkaBroker broker) throws Exception {
    for (JobKind kind : List.of(JobKind.CURATION, JobKind.AT_LEAST_ONCE, JobKind.ONE_TASK)) {
      try (MeasuredJob job = new MeasuredJob(kind, flink, broker.bootstrapServers(), ++jobs)) {
        job.newQuestions(QUESTIONS);

        eventually(
            () ->
                assertThat(records(broker, "instructions", "read_uncommitted"))
                    .as(kind.name())
                    .hasSize(QUESTIONS + 1)
                    .containsKey("question-0")
                    .containsKey("question-" + (QUESTIONS - 1)));
        job.sweep("rehearsal", QUESTIONS);
        eventually(
            () ->
                assertThat(records(broker, "instructions", "read_uncommitted").values())
                    .as(kind.name())
                    .hasSize(QUESTIONS + 1)
                    .allMatch(value -> value.contains("STAGE_FINAL")));
      }
    }
  }

  @Test
  void theModelTellsWhenANewQuestionWasAnswered(KafkaBroker broker) throws Exception {
    try (MeasuredJob job =
        new MeasuredJob(JobKind.CURATION, flink, broker.bootstrapServers(), ++jobs)) {
      InProcessModel.takes(Duration.ofMillis(50));
      var answer = InProcessModel.firstAnswer("newcomer");
      long sent = System.nanoTime();
      job.ask("newcomer");

      assertThat(answer.get(1, TimeUnit.MINUTES) - sent)
          .isGreaterThanOrEqualTo(Duration.ofMillis(50).toNanos());
    } finally {
      InProcessModel.takes(Duration.ZERO);
    }
  }

  @Test
  void percentilesAreOfValuesThatThereWere() {
    assertThat(
            LoadFigures.Percentiles.of(
                IntStream.rangeClosed(1, 200).mapToObj(i -> (double) i).toList()))
        .isEqualTo(new LoadFigures.Percentiles(200, 100, 198, 200));
    assertThat(LoadFigures.Percentiles.of(List.of(3.0)))
        .isEqualTo(new LoadFigures.Percentiles(1, 3, 3, 3));
  }

  /** Markers of transactions count as records, so that the last of them may come a little later. */
  private static void eventually(ThrowingRunnable assertion) {
    await().atMost(Duration.ofSeconds(30)).untilAsserted(assertion);
  }

  /** The newest value of each key, as far as the topic reaches now. */
  private static Map<String, String> records(KafkaBroker broker, String topic, String isolation) {
    String name = "job" + jobs + "-" + topic;
    List<TopicPartition> partitions =
        IntStream.range(0, PARTITIONS)
            .mapToObj(number -> new TopicPartition(name, number))
            .toList();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers(), "isolation.level", isolation),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      Map<String, String> newest = new TreeMap<>();
      while (ends.keySet().stream().anyMatch(one -> consumer.position(one) < ends.get(one))) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
          newest.put(record.key(), record.value());
        }
      }
      return newest;
    }
  }
}
