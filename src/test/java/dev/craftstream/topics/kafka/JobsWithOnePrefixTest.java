package dev.craftstream.topics.kafka;

import static dev.craftstream.topics.kafka.TopicsJob.FENCING;
import static dev.craftstream.topics.kafka.TopicsJob.openTransactions;
import static dev.craftstream.topics.kafka.TopicsJob.question;
import static dev.craftstream.topics.kafka.TopicsJob.read;
import static dev.craftstream.topics.kafka.TopicsJob.send;
import static dev.craftstream.topics.kafka.TopicsJob.settings;
import static dev.craftstream.topics.kafka.TopicsJob.start;
import static dev.craftstream.topics.kafka.TopicsJob.stop;
import static dev.craftstream.topics.kafka.TopicsJob.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.testing.LogSearch;
import dev.craftstream.topics.records.EncodedRecord;
import dev.craftstream.topics.records.RecordEncoder;
import dev.craftstream.topics.records.RecordSamples;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.executiongraph.AccessExecutionJobVertex;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Small jobs that take each other's transactional ids, against a real broker. Each test has a Flink
 * cluster of its own, since such jobs once ended their task manager.
 */
@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class JobsWithOnePrefixTest {
  private static final Duration BETWEEN_FLINK_CHECKPOINTS = Duration.ofMillis(300);

  @RegisterExtension final NoClientLeft noClientLeft = new NoClientLeft();

  private MiniCluster flink;

  @BeforeEach
  void cluster() throws Exception {
    FENCING.set(null);
    flink =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setNumTaskManagers(1)
                // Two jobs side by side.
                .setNumSlotsPerTaskManager(4)
                .withRandomPorts()
                .build());
    flink.start();
    TestStreamEnvironment.setAsContext(flink, 2);
  }

  @AfterEach
  void noCluster() throws Exception {
    TestStreamEnvironment.unsetAsContext();
    flink.close();
  }

  /** A run in a JVM of its own, to be killed before its first Flink checkpoint. */
  static final class DoomedRun {
    private DoomedRun() {}

    public static void main(String... arguments) throws Exception {
      KafkaSettings settings =
          KafkaSettings.builder(arguments[0])
              .topicPrefix(arguments[1])
              .transactionalIdPrefix(arguments[2])
              .build();
      start(settings, Duration.ofHours(1)).getJobExecutionResult().get();
    }
  }

  @Test
  void givenARunThatWasKilledWithOpenTransactions_whenStartedAnew_thenConsumersGoOn(
      KafkaBroker broker) throws Exception {
    KafkaSettings settings = settings(broker).build();
    TopicAdmin topics = new TopicAdmin(settings);
    topics.prepare();
    RecordEncoder encoder = new RecordEncoder(settings.format());
    List<EncodedRecord> batch = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      batch.add(encoder.question(new QuestionEvent("q" + i, question(i), RecordSamples.ORIGIN)));
    }
    send(settings, settings.topics().questions(), batch);
    ProcessBuilder java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                DoomedRun.class.getName(),
                settings.bootstrapServers(),
                settings.topics().prefix(),
                settings.transactionalIdPrefix())
            .redirectErrorStream(true)
            .redirectOutput(Path.of("target/doomed-run.log").toFile());
    java.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process doomed = java.start();
    try {
      await()
          .atMost(Duration.ofSeconds(90))
          .until(() -> openTransactions(settings).count() >= 2 && endOffsets(settings) >= 20);
      doomed.destroyForcibly().waitFor();
      assertThat(openTransactions(settings).count()).isGreaterThanOrEqualTo(2);
    } finally {
      doomed.destroyForcibly();
    }

    new Transactions(settings)
        .requireNoOtherJob(new ConflictCheck(Duration.ofSeconds(1), Duration.ZERO));
    // Far quicker than the transactions' time-out of 15 minutes.
    JobClient job =
        start(
            settings,
            Duration.ofMillis(300),
            new TopicSinks(settings)
                .checkingForConflicts(new ConflictCheck(Duration.ofSeconds(1), Duration.ZERO)));
    assertThat(read(settings, settings.topics().instructions(), 20))
        .extracting(record -> text(record.key()))
        .hasSize(20)
        .doesNotHaveDuplicates();
    stop(job);
  }

  /** Of all that was written to the topic of instructions, committed or not. */
  private static long endOffsets(KafkaSettings settings) {
    Properties properties = settings.connection();
    properties.setProperty("key.deserializer", ByteArrayDeserializer.class.getName());
    properties.setProperty("value.deserializer", ByteArrayDeserializer.class.getName());
    String topic = settings.topics().instructions();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties)) {
      return consumer
          .endOffsets(
              consumer.partitionsFor(topic).stream()
                  .map(partition -> new TopicPartition(topic, partition.partition()))
                  .toList())
          .values()
          .stream()
          .mapToLong(Long::longValue)
          .sum();
    }
  }

  @Test
  void givenARunningJob_whenAnotherWithItsPrefixStarts_thenNoneOfItsAttemptsTouchesTheFirst(
      KafkaBroker broker) throws Exception {
    KafkaSettings settings = settings(broker).build();
    new TopicAdmin(settings).prepare();
    AtomicBoolean enough = new AtomicBoolean();
    JobClient first = start(settings);
    CompletableFuture<Integer> feeder = CompletableFuture.supplyAsync(() -> feed(settings, enough));
    read(settings, settings.topics().instructions(), 10);

    JobClient second =
        start(
            settings,
            BETWEEN_FLINK_CHECKPOINTS,
            new TopicSinks(settings)
                .checkingForConflicts(
                    new ConflictCheck(Duration.ofSeconds(5), Duration.ofSeconds(1))),
            3);
    assertThat(second.getJobExecutionResult())
        .failsWithin(Duration.ofMinutes(2))
        .withThrowableThat()
        .havingRootCause()
        .withMessageContaining("Another job is at work with kafka.transactional-id-prefix")
        .withMessageContaining(settings.transactionalIdPrefix() + "/");

    // The writers of dead letters had nothing to do, and look all the same.
    send(
        settings,
        settings.topics().questions(),
        List.of(new EncodedRecord("bad".getBytes(UTF_8), new byte[] {1, 2, 3})));
    assertThat(read(settings, settings.topics().deadLetters(), 1)).hasSize(1);
    enough.set(true);
    int sent = feeder.get(30, TimeUnit.SECONDS);
    assertThat(read(settings, settings.topics().instructions(), sent))
        .extracting(record -> text(record.key()))
        .hasSize(sent)
        .doesNotHaveDuplicates();
    assertThat(first.getJobStatus().get()).isEqualTo(JobStatus.RUNNING);
    assertThat(restarts(first)).isZero();
    stop(first);
  }

  @Test
  void givenARunningJob_whenTwoWritersOfATaskAreFenced_thenItFailsAlone(KafkaBroker broker)
      throws Exception {
    KafkaSettings settings = settings(broker).build();
    new TopicAdmin(settings).prepare();
    AtomicBoolean enough = new AtomicBoolean();
    JobClient job = start(settings);
    CompletableFuture<Integer> feeder = CompletableFuture.supplyAsync(() -> feed(settings, enough));
    read(settings, settings.topics().instructions(), 10);

    try (LogSearch log =
        LogSearch.open(
            Map.of("org.apache.flink.connector.kafka.sink.KafkaWriter", Level.WARN),
            "Kafka request failed")) {
      FENCING.set(new TopicsJob.Fencing(settings, () -> log.found().size() == 2));
      await().atMost(Duration.ofMinutes(1)).until(() -> restarts(job) > 0);
    }
    enough.set(true);
    int sent = feeder.get(30, TimeUnit.SECONDS);
    assertThat(read(settings, settings.topics().instructions(), sent))
        .extracting(record -> text(record.key()))
        .hasSize(sent)
        .doesNotHaveDuplicates();
    assertThat(
            flink
                .getArchivedExecutionGraph(job.getJobID())
                .get(10, TimeUnit.SECONDS)
                .getFailureInfo()
                .getExceptionAsString())
        .contains("Another producer took a transactional id")
        .contains(settings.transactionalIdPrefix());
    assertThat(
            flink.requestClusterOverview().get(10, TimeUnit.SECONDS).getNumTaskManagersConnected())
        .isOne();
    stop(job);
  }

  private int restarts(JobClient job) throws Exception {
    int restarts = 0;
    for (AccessExecutionJobVertex stage :
        flink
            .getArchivedExecutionGraph(job.getJobID())
            .get(10, TimeUnit.SECONDS)
            .getVerticesTopologically()) {
      for (AccessExecutionVertex task : stage.getTaskVertices()) {
        restarts = Math.max(restarts, task.getCurrentExecutionAttempt().getAttemptNumber());
      }
    }
    return restarts;
  }

  /** Ten questions at a time until it is enough; returns how many. */
  private static int feed(KafkaSettings settings, AtomicBoolean enough) {
    RecordEncoder encoder = new RecordEncoder(settings.format());
    int sent = 0;
    try {
      while (!enough.get()) {
        List<EncodedRecord> batch = new ArrayList<>();
        for (int i = 0; i < 10; i++, sent++) {
          batch.add(
              encoder.question(
                  new QuestionEvent("q" + sent, question(sent), RecordSamples.ORIGIN)));
        }
        send(settings, settings.topics().questions(), batch);
      }
    } catch (Exception e) {
      throw new CompletionException(e);
    }
    return sent;
  }

  /** With hyphens alone, both jobs would write as a-b-instructions-0-1. */
  @Test
  void givenTwoJobsWhosePrefixesRunTogether_whenBothRun_thenNeitherEndsTheOthersTransactions(
      KafkaBroker broker) throws Exception {
    String name = KafkaBrokerExtension.freshPrefix();
    KafkaSettings.Builder common = KafkaSettings.builder(broker.bootstrapServers()).partitions(1);
    KafkaSettings one = common.transactionalIdPrefix(name + "a").topicPrefix(name + "b-").build();
    KafkaSettings other =
        common.transactionalIdPrefix(name + "a-" + name + "b").topicPrefix("").build();
    List<JobClient> jobs = new ArrayList<>();
    for (KafkaSettings settings : List.of(one, other)) {
      new TopicAdmin(settings).prepare();
      jobs.add(start(settings));
    }
    for (int round = 1; round <= 3; round++) {
      for (KafkaSettings settings : List.of(one, other)) {
        RecordEncoder encoder = new RecordEncoder(settings.format());
        send(
            settings,
            settings.topics().questions(),
            List.of(
                encoder.question(
                    new QuestionEvent("q" + round, question(round), RecordSamples.ORIGIN))));
      }
      for (KafkaSettings settings : List.of(one, other)) {
        assertThat(read(settings, settings.topics().instructions(), round)).hasSize(round);
      }
    }
    for (JobClient job : jobs) {
      stop(job);
    }
  }
}
