package dev.craftstream.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.craftstream.embedded.ChildProcess;
import dev.craftstream.model.Origin;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.topics.records.EncodedRecord;
import dev.craftstream.topics.records.RecordEncoder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What an operator does with a job in application mode, on the real distribution: stop it, start it
 * with and without the savepoint, start the machine again with another option, cancel it, start it
 * with the old savepoint. The job manager ends with the job each time, and a supervisor such as
 * Docker starts it again. No question is ever asked twice.
 */
@Tag("integration")
class StopAndStartIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Path FOLDER = Path.of("target/stop-and-start");
  private static final String REFUSAL = "set start.anew to true";

  private Cluster cluster;

  @Test
  void aJobIsStoppedStartedAndCancelledWithoutAskingAnythingAgain() throws Exception {
    Torture.empty(FOLDER);
    Workload workload = new Workload(80, 1);
    Map<String, String> flink =
        Map.of(
            "execution.checkpointing.interval", "1s",
            "high-availability.zookeeper.client.session-timeout", "8s");
    try (Cluster started =
        Cluster.start(FOLDER, Duration.ofMillis(20), Torture.datasetOptions(workload), flink)) {
      cluster = started;
      try (CommittedRecords records = new CommittedRecords(cluster.kafka(), workload)) {
        var unused = new Feeder(cluster.kafka(), workload, Duration.ofSeconds(5), records);
        await().atMost(PATIENCE).until(() -> records.awaited() == 0);
      }
      long asked = asked();

      String savepoint = cluster.flink().rest().stopWithSavepoint();
      Instant saved = Instant.now();
      awaitEnd();
      // As Docker does after any exit with restart: unless-stopped.
      cluster.flink().startJobManager();
      awaitRefusal(1);
      awaitFailure();
      assertThat(lastRefusal()).contains("newest savepoint", savepoint.replace("file:", ""));
      assertThat(asked()).as("by a job without state").isEqualTo(asked);

      cluster.flink().startJobManager("--fromSavepoint", savepoint);
      cluster.flink().awaitJob();
      ask(900);
      await().atMost(PATIENCE).until(() -> asked() >= asked + 1);
      assertThat(asked()).as("with the savepoint").isEqualTo(asked + 1);

      awaitFlinkCheckpoint();
      cluster.flink().processes().forEach(ChildProcess::kill);
      cluster.setOption("tracker.requests-in-flight", "7");
      cluster.flink().startAll();
      cluster.flink().awaitJob();
      await()
          .atMost(PATIENCE)
          .until(() -> logged("tracker.requests-in-flight is 4, given is 7. To change them"));
      ask(901);
      await().atMost(PATIENCE).until(() -> asked() >= asked + 2);
      assertThat(asked()).as("after the machine was started again").isEqualTo(asked + 2);

      // A savepoint is known to be old by what came more than a minute later: it is made older.
      Path metadata = Path.of(URI.create(savepoint)).resolve("_metadata");
      Files.setLastModifiedTime(metadata, FileTime.from(saved.minusSeconds(70)));
      ask(902);
      await().atMost(PATIENCE).until(() -> asked() >= asked + 3);
      int refusals = refusals().size();
      awaitFlinkCheckpoint();
      cluster.flink().rest().cancel();
      awaitEnd();
      // The command of an earlier start, with a savepoint that the job has gone on from.
      cluster.flink().startJobManager("--fromSavepoint", savepoint);
      awaitRefusal(refusals + 1);
      assertThat(logged(savepoint + " is of ")).isTrue();
      assertThat(asked()).as("after a cancel").isEqualTo(asked + 3);
    }
  }

  private long asked() throws IOException {
    return RequestLog.read(cluster.requestLog()).count();
  }

  private void awaitEnd() throws InterruptedException {
    assertThat(cluster.flink().jobManager().awaitEnd(PATIENCE)).isTrue();
    assertThat(cluster.flink().jobManager().exitValue()).isZero();
  }

  /** A job that is refused does not stay: the next start is not bound to it. */
  private void awaitFailure() throws InterruptedException {
    assertThat(cluster.flink().jobManager().awaitEnd(PATIENCE)).isTrue();
    assertThat(cluster.flink().jobManager().exitValue()).isNotZero();
  }

  /** One that began after this call. */
  private void awaitFlinkCheckpoint() {
    long before = cluster.newestCheckpoint().map(FlinkCluster.Completed::id).orElse(0L);
    await()
        .atMost(PATIENCE)
        .until(() -> cluster.newestCheckpoint().filter(now -> now.id() > before + 1).isPresent());
  }

  private void awaitRefusal(int number) {
    await().atMost(PATIENCE).until(() -> refusals().size() >= number);
  }

  private boolean logged(String words) throws IOException {
    try (var lines = Files.lines(cluster.flink().jobManager().log())) {
      return lines.anyMatch(line -> line.contains(words));
    }
  }

  private String lastRefusal() throws IOException {
    List<String> all = refusals();
    return all.get(all.size() - 1);
  }

  private List<String> refusals() throws IOException {
    try (var lines = Files.lines(cluster.flink().jobManager().log())) {
      return lines.filter(line -> line.contains(REFUSAL)).toList();
    }
  }

  /**
   * A question that the workload does not have; one model checkpoint is asked it, since the others
   * are retired.
   */
  private void ask(int number) throws Exception {
    Question question =
        new Question(
            Workload.id(number),
            Task.OPEN_ENDED,
            Purpose.TRAIN,
            "What is the answer to torture question " + number + ", edition 1?",
            "amber",
            List.of(),
            List.of(),
            Workload.SUBJECT,
            List.of());
    EncodedRecord record =
        new RecordEncoder(cluster.kafka().format())
            .question(new QuestionEvent(question.id(), question, new Origin("", 0, 0)));
    Properties properties = new Properties();
    properties.setProperty("bootstrap.servers", cluster.kafka().bootstrapServers());
    try (var producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer
          .send(
              new ProducerRecord<>(
                  cluster.kafka().topics().questions(), record.key(), record.value()))
          .get();
    }
  }
}
