package dev.craftstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import dev.craftstream.config.CurationSettings;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.embedded.TritonServer;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.testing.LogSearch;
import dev.craftstream.testing.RunningJob;
import dev.craftstream.testing.ShippedFlink;
import dev.craftstream.testing.TritonServerExtension;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.TopicAdmin;
import dev.craftstream.topics.kafka.TopicSetupException;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DatasetRequest;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.EvaluationRequest;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Mark;
import dev.craftstream.v1.Reason;
import dev.craftstream.v1.RehearsalSetRequest;
import dev.craftstream.v1.Request;
import dev.craftstream.v1.RetryRequest;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The whole job with a real broker, a real Triton with small models, and Flink as it is configured.
 */
@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class CurationJobTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @RegisterExtension static final MiniClusterExtension FLINK = ShippedFlink.cluster(2);

  @RegisterExtension
  static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();

  @Test
  void badInputHarmsNothingButItself(KafkaBroker broker) throws Exception {
    Map<String, Reason> bad = new LinkedHashMap<>();
    bad.put("no JSON at all", Reason.REASON_MALFORMED);
    bad.put("[]", Reason.REASON_MALFORMED);
    bad.put("{\"question_id\":7,\"open_ended\":{}}", Reason.REASON_MALFORMED);
    bad.put(
        "{\"question_id\":\"bad\",\"open_ended\":{\"question\":\"Who?\"}}", Reason.REASON_INVALID);
    bad.put(
        "{\"question_id\":\"bad\",\"purpose\":\"PURPOSE_FUN\",\"removal\":{}}",
        Reason.REASON_INVALID);
    bad.put(
        "{\"question_id\":\"bad\",\"multiple_choice\":{\"question\":\"Who?\",\"options\":[\"a\",\"b\"],\"target\":\"C\"}}",
        Reason.REASON_INVALID);
    bad.put(
        "{\"question_id\":\"bad\",\"open_ended\":{\"question\":\""
            + "x".repeat(5 << 20)
            + "\",\"answer\":\"a\"}}",
        Reason.REASON_TOO_LARGE);
    byte[] notUtf8 = {'{', '"', (byte) 0xc3, 0x28, '"', '}'};
    try (RunningJob job = start(broker, TRITON.endpoint(), Map.of())) {
      job.ask(openEnded("before", "Who was first?"));
      for (String value : bad.keySet()) {
        job.sendQuestion(utf8("bad"), utf8(value));
      }
      job.sendQuestion(utf8("bad"), notUtf8);
      job.ask(openEnded("after", "Who was last?"));
      job.sendCheckpoint(utf8("c"), utf8("{}"));
      job.announce("orphan", Role.REHEARSAL, "nobody", "craft_echo", "1");
      job.announce("absent", Role.INITIAL, "", "no_such_model", "1");
      job.announce("initial", Role.INITIAL, "", "craft_echo", "1");

      await().atMost(PATIENCE).until(() -> job.deadLetters().size() >= bad.size() + 4);
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(job.instruction("before")).isPresent();
                assertThat(job.instruction("after")).isPresent();
              });

      Map<String, DeadLetter> byOriginal =
          job.deadLetters().stream()
              .collect(Collectors.toMap(d -> d.getOriginalValue().toStringUtf8(), d -> d));
      bad.forEach(
          (value, reason) -> {
            DeadLetter letter = byOriginal.get(value);
            assertThat(letter).as("original of %.80s", value).isNotNull();
            assertThat(letter.getReason()).as("%.80s", value).isEqualTo(reason);
            assertThat(letter.getTopic()).endsWith("questions");
            assertThat(letter.getExplanation()).isNotBlank();
          });
      assertThat(job.deadLetters())
          .extracting(DeadLetter::getReason, DeadLetter::getCheckpointId)
          .contains(
              org.assertj.core.groups.Tuple.tuple(Reason.REASON_UNKNOWN_CHECKPOINT, "orphan"),
              org.assertj.core.groups.Tuple.tuple(Reason.REASON_UNSERVABLE_CHECKPOINT, "absent"));
      assertThat(job.deadLetters())
          .anySatisfy(
              letter -> assertThat(letter.getOriginalValue().toByteArray()).isEqualTo(notUtf8));
    }
  }

  @Test
  void checkpointsAreEvaluated_andRequestsAreMetFromStateAlone(KafkaBroker broker)
      throws Exception {
    try (RunningJob job =
        start(
            broker,
            TRITON.endpoint(),
            Map.of(
                "datasets.open-ended.answers", "1",
                "datasets.open-ended.refusals", "1",
                "datasets.open-ended.shortage", "SHORT"))) {
      // The model says the question again: right where the answer is in it.
      job.ask(openEnded("train", "Who was here?"));
      job.ask(evaluated("right", "Which word is gold?", "gold"));
      job.ask(evaluated("wrong", "Which word is it?", "gold"));
      job.announce("initial", Role.INITIAL, "", "craft_echo", "1");
      await().atMost(PATIENCE).until(() -> job.evaluations().size() == 1);
      Evaluation evaluation = job.evaluations().get(0);
      assertThat(evaluation.getCheckpointId()).isEqualTo("initial");
      assertThat(evaluation.getCorrect()).isEqualTo(1);
      assertThat(evaluation.getWrong()).isEqualTo(1);
      assertThat(evaluation.getRefused()).isZero();
      assertThat(evaluation.getUnanswered()).isZero();
      assertThat(evaluation.getPromptVersion()).startsWith("oe-train-");
      assertThat(evaluation.getTruthfulHelpfulness().getValue()).isZero();

      job.announce("rehearsal", Role.REHEARSAL, "initial", "craft_echo", "1");
      await().atMost(PATIENCE).until(() -> !manifests(job, "craft-open-ended-2").isEmpty());
      // Three questions under INITIAL and one under REHEARSAL; topics are committed one by one.
      int measured = 4;
      await().atMost(PATIENCE).until(() -> job.knowledge().size() == measured);
      job.request(
          Request.newBuilder()
              .setRequestId("all")
              .setDataset(
                  DatasetRequest.newBuilder()
                      .setInitialCheckpointId("initial")
                      .setRehearsalCheckpointId("rehearsal")
                      .setStrategy("VAN_TUNING"))
              .build());
      job.request(
          Request.newBuilder()
              .setRequestId("again")
              .setEvaluation(EvaluationRequest.newBuilder().setCheckpointId("initial"))
              .build());
      job.request(
          Request.newBuilder()
              .setRequestId("lost")
              .setEvaluation(EvaluationRequest.newBuilder().setCheckpointId("nobody"))
              .build());
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(manifests(job, "all/van-tuning-open-ended"))
                    .singleElement()
                    .satisfies(
                        manifest -> {
                          assertThat(manifest.getComplete()).isTrue();
                          assertThat(manifest.getAnswer().getQuestions()).isEqualTo(1);
                          assertThat(manifest.getAnswer().getShortage()).isEqualTo(1);
                        });
                assertThat(job.datasets())
                    .anySatisfy(
                        record -> {
                          assertThat(record.getDatasetId()).isEqualTo("all/van-tuning-open-ended");
                          assertThat(record.getQuestion()).isEqualTo("Who was here?");
                        });
                assertThat(job.evaluations()).hasSize(2);
                assertThat(job.deadLetters())
                    .singleElement()
                    .satisfies(
                        letter ->
                            assertThat(letter.getReason())
                                .isEqualTo(Reason.REASON_UNKNOWN_CHECKPOINT));
              });
      assertThat(job.knowledge()).hasSize(measured);
    }
  }

  @Test
  void anAnnouncementCountsAllQuestionsThatCameBefore_alsoInAJobThatStartsAnew(KafkaBroker broker)
      throws Exception {
    int questions = 400;
    try (RunningJob job =
        start(
            broker,
            TRITON.endpoint(),
            Map.of(
                // A record a fetch, so that announcements could overtake them.
                "kafka.properties.max.partition.fetch.bytes", "1",
                "tracker.requests-in-flight", "32",
                "rehearsal.open-ended.questions", "100",
                "rehearsal.open-ended.certainty-from", "0",
                "rehearsal.open-ended.correctness-from", "0"))) {
      for (int i = 0; i < questions; i++) {
        // The model says the question again, and so knows it well.
        job.ask(openEnded("q" + i, "Who is number " + i + ", not 0?"));
      }
      job.announce("initial", Role.INITIAL, "", "craft_echo", "1");
      job.request(
          Request.newBuilder()
              .setRequestId("more")
              .setRehearsalSet(
                  RehearsalSetRequest.newBuilder()
                      .setInitialCheckpointId("initial")
                      .setOpenEndedCount(200))
              .build());
      await().atMost(PATIENCE).until(() -> manifests(job, "rehearsal-open-ended-1").size() == 1);
      await().atMost(PATIENCE).until(() -> manifests(job, "more/rehearsal-open-ended").size() == 1);
      job.abandon();
      try (LogSearch logs =
          LogSearch.open(
              Map.of("org.apache.flink.runtime.taskmanager.Task", Level.ALL), "start.anew")) {
        job.restart(null, 2);
        await().atMost(PATIENCE).until(() -> !logs.found().isEmpty());
        assertThat(logs.found().get(0))
            .contains(
                "The job starts without state",
                "holds what an earlier run wrote",
                "newest savepoint or Flink checkpoint");
      }
      await().atMost(PATIENCE).until(() -> job.job().getJobStatus().get() == JobStatus.FAILED);
      // All topics are full now, and offsets are committed of what this job has still to read.
      job.startAnew(2);
      await().atMost(PATIENCE).until(() -> manifests(job, "rehearsal-open-ended-1").size() == 2);

      assertThat(manifests(job, "rehearsal-open-ended-1"))
          .extracting(manifest -> manifest.getAnswer().getCandidates())
          .containsExactly((long) questions, (long) questions);
      await().atMost(PATIENCE).until(() -> manifests(job, "more/rehearsal-open-ended").size() == 2);
      await().atMost(PATIENCE).until(() -> job.rehearsalSets().size() == 2 * (100 + 200));
      assertThat(job.rehearsalSets())
          .extracting(DatasetRecord::getMark)
          .containsOnly(Mark.MARK_BASE);
      assertThat(
              job.rehearsalSets().stream()
                  .map(record -> record.getDatasetId() + " " + record.getQuestionId())
                  .distinct())
          .as("the same in both runs")
          .hasSize(100 + 200);
      assertThat(job.deadLetters()).isEmpty();
      assertThat(manifests(job, "rehearsal-multiple-choice-1"))
          .allSatisfy(
              manifest -> {
                assertThat(manifest.getComplete()).isFalse();
                assertThat(manifest.getFailure()).contains("no MULTIPLE_CHOICE questions");
              })
          .hasSize(2);
    }
  }

  private static List<DatasetManifest> manifests(RunningJob job, String datasetId) {
    return job.manifests().stream()
        .filter(manifest -> manifest.getDatasetId().equals(datasetId))
        .toList();
  }

  private static Question evaluated(String id, String text, String answer) {
    return new Question(
        id, Task.OPEN_ENDED, Purpose.EVALUATE, text, answer, List.of(), List.of(), "", List.of());
  }

  @Test
  void aQuestionThatItsModelCannotAnswerIsADeadLetterAndTheOthersGoOn(KafkaBroker broker)
      throws Exception {
    try (RunningJob job =
        start(
            broker,
            TRITON.endpoint(),
            Map.of("tracker.attempts", "2", "tracker.back-off.first", "200ms"))) {
      // The model knows how to answer open-ended questions and fails on multiple-choice ones.
      job.announce("initial", Role.INITIAL, "", "nonsense", "1");
      job.ask(choice("poison"));
      for (int i = 0; job.deadLetters().isEmpty(); i++) {
        job.ask(openEnded("q" + i, "Who is number " + i + "?"));
        assertThat(i).isLessThan(500);
      }
      DeadLetter letter = job.deadLetters().get(0);
      assertThat(letter.getReason()).isEqualTo(Reason.REASON_UNUSABLE_ANSWER);
      assertThat(letter.getQuestionId()).isEqualTo("poison");
      assertThat(letter.getCheckpointId()).isEqualTo("initial");
      assertThat(letter.getOriginalValue().toStringUtf8()).contains("\"poison\"");
      await().atMost(PATIENCE).until(() -> job.instruction("q0").isPresent());
    }
  }

  @Test
  void whatFailedIsAskedAgainOnRequestAndIsAddedToTheDataset(KafkaBroker broker) throws Exception {
    try (RunningJob job =
        start(
            broker,
            TRITON.endpoint(),
            Map.of(
                "tracker.attempts", "1",
                "tracker.back-off.first", "200ms",
                "datasets.multiple-choice.answers", "1",
                "datasets.multiple-choice.refusals", "1",
                "datasets.multiple-choice.shortage", "SHORT"))) {
      job.announce("initial", Role.INITIAL, "", "nonsense", "1");
      job.ask(choice("poison"));
      for (int i = 0; job.deadLetters().isEmpty(); i++) {
        job.ask(openEnded("q" + i, "Who is number " + i + "?"));
        assertThat(i).isLessThan(500);
      }
      // Mended: the same checkpoint, served by a model that answers.
      job.announce("initial", Role.INITIAL, "", "craft_echo", "1");
      job.announce("rehearsal", Role.REHEARSAL, "initial", "craft_echo", "1");
      String dataset = "craft-multiple-choice-3";
      await().atMost(PATIENCE).until(() -> !manifests(job, dataset).isEmpty());
      assertThat(manifests(job, dataset).get(0).getRefusal().getQuestions()).isZero();
      assertThat(job.knowledge())
          .noneMatch(record -> isMeasured(record, "poison", "initial"))
          .anyMatch(record -> isMeasured(record, "poison", "rehearsal"));

      job.request(
          Request.newBuilder()
              .setRequestId("mended")
              .setRetry(RetryRequest.newBuilder().setCheckpointId("initial"))
              .build());
      job.request(
          Request.newBuilder()
              .setRequestId("nobody")
              .setRetry(RetryRequest.newBuilder().setCheckpointId("retired"))
              .build());
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(job.knowledge())
                    .filteredOn(record -> isMeasured(record, "poison", "initial"))
                    .hasSize(1);
                assertThat(job.instruction("poison")).isPresent();
                assertThat(job.datasets())
                    .filteredOn(record -> record.getDatasetId().equals(dataset))
                    .singleElement()
                    .satisfies(
                        record -> {
                          assertThat(record.getQuestionId()).isEqualTo("poison");
                          assertThat(record.getMark()).isEqualTo(Mark.MARK_ADDED);
                        });
                assertThat(job.deadLetters())
                    .extracting(DeadLetter::getReason, DeadLetter::getCheckpointId)
                    .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(
                            Reason.REASON_UNUSABLE_ANSWER, "initial"),
                        org.assertj.core.groups.Tuple.tuple(
                            Reason.REASON_UNKNOWN_CHECKPOINT, "retired"));
              });
    }
  }

  private static boolean isMeasured(KnowledgeRecord record, String question, String checkpoint) {
    return record.getQuestionId().equals(question) && record.getCheckpointId().equals(checkpoint);
  }

  @Test
  void aChangedQuestionGetsANewInstructionAndARemovedOneATombstone(KafkaBroker broker)
      throws Exception {
    try (RunningJob job = start(broker, TRITON.endpoint(), Map.of())) {
      job.announce("initial", Role.INITIAL, "", "craft_echo", "1");
      job.ask(openEnded("q", "Who?"));
      await().atMost(PATIENCE).until(() -> job.instruction("q").isPresent());
      job.ask(openEnded("q", "Who else?"));
      await()
          .atMost(PATIENCE)
          .until(() -> job.instruction("q").map(Instruction::getRevision).orElse(0) == 3);
      assertThat(job.tombstones()).as("the old content").containsExactly("q");
      assertThat(job.instruction("q").orElseThrow().getPrompt()).contains("Who else?");
      assertThat(job.instruction("q").orElseThrow().getQuestionVersion()).isEqualTo(2);
      job.remove("q");
      await().atMost(PATIENCE).until(() -> job.tombstones().equals(List.of("q", "q")));
    }
  }

  @Test
  void aServerThatIsNotThereAtStartIsWaitedFor(KafkaBroker broker) throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    try (RunningJob job =
        start(
            broker,
            "127.0.0.1:" + port,
            Map.of("triton.deadline", "2s", "triton.retry.max-back-off", "500ms"))) {
      job.ask(openEnded("q", "Who?"));
      job.announce("initial", Role.INITIAL, "", "craft_echo", "1");
      job.sendQuestion(utf8("bad"), utf8("nonsense"));
      await().atMost(PATIENCE).until(() -> !job.deadLetters().isEmpty());
      assertThat(job.instructions()).isEmpty();

      TritonServer.Settings later =
          TRITON
              .ownServer(Path.of("target/triton").toAbsolutePath(), "craft_echo")
              .withPorts(new TritonServer.Ports(port, 0, 0));
      try (TritonServer triton = TritonServer.start(later)) {
        await().atMost(PATIENCE).until(() -> job.instruction("q").isPresent());
        assertThat(triton.endpoint()).endsWith(":" + port);
      }
      assertThat(job.deadLetters()).hasSize(1);
    }
  }

  @Test
  void aTaskManagerThatDiesInASweepLosesAndDoublesNothing(
      KafkaBroker broker, @InjectMiniCluster MiniCluster flink) throws Exception {
    int count = 1_500;
    try (RunningJob job = start(broker, TRITON.endpoint(), Map.of())) {
      for (int i = 0; i < count; i++) {
        job.ask(openEnded("q" + i, "Who is number " + i + "?"));
      }
      job.announce("initial", Role.INITIAL, "", "craft_echo", "1");
      await().atMost(PATIENCE).until(() -> !job.knowledge().isEmpty());
      flink.terminateTaskManager(0).get();
      assertThat(job.knowledge()).as("in the middle of the sweep").hasSizeLessThan(count);
      flink.startTaskManager();

      await().atMost(PATIENCE).until(() -> job.instructions().size() >= count);
      await().atMost(PATIENCE).until(() -> job.knowledge().size() >= count);
      assertThat(job.instructions()).extracting(Instruction::getQuestionId).doesNotHaveDuplicates();
      assertThat(job.instructions()).allMatch(instruction -> instruction.getRevision() == 1);
      assertThat(job.knowledge())
          .extracting(KnowledgeRecord::getQuestionId)
          .hasSize(count)
          .doesNotHaveDuplicates();
      assertThat(job.deadLetters()).isEmpty();
    }
  }

  @Test
  void theMainClassStartsTheJobWhereADeadRunLeftATransactionOpen(
      KafkaBroker broker, @InjectMiniCluster MiniCluster flink) throws Exception {
    String prefix = KafkaBrokerExtension.freshPrefix();
    String topic = prefix + "instructions";
    new TopicAdmin(KafkaSettings.builder(broker.bootstrapServers()).topicPrefix(prefix).build())
        .prepare();
    Map<String, Object> deadRun =
        Map.of(
            "bootstrap.servers",
            broker.bootstrapServers(),
            "transactional.id",
            prefix + "job/" + topic + "/-0-7",
            "key.serializer",
            ByteArraySerializer.class,
            "value.serializer",
            ByteArraySerializer.class);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (KafkaProducer<byte[], byte[]> dead = new KafkaProducer<>(deadRun)) {
      dead.initTransactions();
      dead.beginTransaction();
      dead.send(new ProducerRecord<>(topic, utf8("q"), utf8("v"))).get();
      Future<?> job =
          thread.submit(
              () -> {
                CurationJob.main(
                    "--config",
                    "flink-conf/craft-stream.yaml",
                    "-Dkafka.bootstrap-servers=" + broker.bootstrapServers(),
                    "-Dkafka.topic-prefix=" + prefix,
                    "-Dkafka.transactional-id-prefix=" + prefix + "job",
                    "-Dtriton.endpoints=" + TRITON.endpoint(),
                    "-Dexecution.checkpointing.interval=500ms");
                return null;
              });
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                if (job.isDone()) {
                  job.get();
                }
                return flink.listJobs().get().stream()
                    .anyMatch(status -> status.getJobState() == JobStatus.RUNNING);
              });
      for (JobStatusMessage status : flink.listJobs().get()) {
        if (status.getJobState() == JobStatus.RUNNING) {
          flink.cancelJob(status.getJobId()).get();
        }
      }
      assertThatThrownBy(job::get).isInstanceOf(ExecutionException.class);
    } finally {
      thread.shutdown();
    }
  }

  @Test
  void mistakesAreWaitedOutWithASentenceEach() throws Exception {
    List<Exception> mistakes =
        new ArrayList<>(
            List.of(
                new TopicSetupException("No broker answers.", new TimeoutException()),
                new IllegalArgumentException("An option is wrong."),
                new IOException("Unforeseen.")));
    try (LogSearch logs =
        LogSearch.open(Map.of("dev.craftstream", Level.ALL), "The job does not start")) {
      Object job =
          CurationJob.howeverLong(
              () -> {
                if (!mistakes.isEmpty()) {
                  throw mistakes.remove(0);
                }
                return "the job";
              },
              Duration.ofMillis(1));

      assertThat(job).isEqualTo("the job");
      assertThat(logs.found()).hasSize(3);
      assertThat(logs.found().get(0).strip())
          .endsWith("tries again in PT0.001S. No broker answers.");
      assertThat(logs.found().get(1).strip()).endsWith("An option is wrong.");
      assertThat(logs.found().get(2)).contains("IOException: Unforeseen.", "at dev.craftstream");
    }
  }

  @Test
  void anInterruptEndsTheWait() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(
            () ->
                CurationJob.howeverLong(
                    () -> {
                      throw new TopicSetupException("No broker answers.");
                    },
                    Duration.ofMinutes(10)))
        .isInstanceOf(InterruptedException.class);
  }

  @Test
  void exactlyOnceWithoutFlinkCheckpointsIsAMistake() {
    StreamExecutionEnvironment env = new StreamExecutionEnvironment(new Configuration());
    assertThatThrownBy(() -> define(env))
        .hasMessageContaining("Set execution.checkpointing.interval");
    env.enableCheckpointing(Duration.ofHours(1).toMillis());
    assertThatThrownBy(() -> define(env))
        .hasMessageContaining("kafka.transaction-timeout is PT15M");
  }

  @Test
  void transactionsThatWaitForTooManyFlinkCheckpointsAreAMistake() {
    StreamExecutionEnvironment env = new StreamExecutionEnvironment(new Configuration());
    env.enableCheckpointing(Duration.ofSeconds(10).toMillis());
    env.getCheckpointConfig().setCheckpointTimeout(Duration.ofMinutes(5).toMillis());
    env.getCheckpointConfig().setTolerableCheckpointFailureNumber(2);
    assertThatThrownBy(() -> define(env)).hasMessageContaining("can be open for PT15M10S");

    env.getCheckpointConfig().setTolerableCheckpointFailureNumber(1);
    define(env);
  }

  @Test
  void stateThatIsNotExactlyOnceIsAMistakeWhateverTheOutputIs() {
    StreamExecutionEnvironment env = new StreamExecutionEnvironment(new Configuration());
    env.enableCheckpointing(Duration.ofSeconds(10).toMillis(), CheckpointingMode.AT_LEAST_ONCE);
    for (String guarantee : List.of("exactly-once", "at-least-once")) {
      assertThatThrownBy(() -> define(env, guarantee))
          .hasMessageContaining("Set execution.checkpointing.mode to EXACTLY_ONCE");
    }
  }

  @Test
  void atLeastOnceWithoutFlinkCheckpointsIsAWarning() {
    StreamExecutionEnvironment env = new StreamExecutionEnvironment(new Configuration());
    try (LogSearch logs = LogSearch.open(Map.of("dev.craftstream", Level.ALL), "asked again")) {
      define(env, "at-least-once");
      assertThat(logs.found())
          .singleElement(STRING)
          .startsWith("WARN")
          .contains("Set execution.checkpointing.interval");
      env = new StreamExecutionEnvironment(new Configuration());
      env.enableCheckpointing(Duration.ofSeconds(10).toMillis());
      define(env, "at-least-once");
      assertThat(logs.found()).hasSize(1);
    }
  }

  private static void define(StreamExecutionEnvironment env) {
    define(env, "exactly-once");
  }

  private static void define(StreamExecutionEnvironment env, String guarantee) {
    Map<String, String> options =
        Map.of(
            "kafka.bootstrap-servers", "b:9092",
            "triton.endpoints", "t:8001",
            "kafka.delivery-guarantee", guarantee);
    CurationJob.define(env, CurationSettings.of(Configuration.fromMap(options)));
  }

  private static RunningJob start(KafkaBroker broker, String triton, Map<String, String> overrides)
      throws Exception {
    Map<String, String> options = new LinkedHashMap<>(overrides);
    options.putIfAbsent("triton.model-ready-timeout", "1s");
    return RunningJob.start(broker.bootstrapServers(), triton, options);
  }

  private static Question openEnded(String id, String text) {
    return new Question(
        id, Task.OPEN_ENDED, Purpose.TRAIN, text, "0", List.of(), List.of(), "", List.of());
  }

  private static Question choice(String id) {
    return new Question(
        id,
        Task.MULTIPLE_CHOICE,
        Purpose.TRAIN,
        "Which?",
        "A",
        List.of(),
        List.of("this", "that"),
        "",
        List.of());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
