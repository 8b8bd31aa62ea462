package dev.craftstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.craftstream.client.evidence.SampleSource;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.testing.RunningJob;
import dev.craftstream.testing.ShippedFlink;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.triton.recorded.RecordedAnswers;
import dev.craftstream.triton.recorded.ReplayServer;
import dev.craftstream.triton.recorded.ScriptedTriton;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Label;
import dev.craftstream.v1.Stage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs that curate anew from recorded samples, beside jobs that ask the model. */
@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class ReplayedSamplesTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Serving INITIAL = new Serving("llama", "1", Contract.CRAFT, "", "", "");
  private static final Serving REHEARSAL =
      new Serving("llama-r", "", Contract.VLLM, "mini", "", "r1");

  /**
   * Twice what half precision may turn a vector by: 2^-11 of its length, and what is lost below.
   */
  private static final double HALF_PRECISION = 2 * 0x1p-11 + 1e-4;

  private static final List<Question> QUESTIONS =
      Stream.concat(
              IntStream.range(0, 40)
                  .mapToObj(i -> question("o" + i, Task.OPEN_ENDED, Purpose.TRAIN)),
              IntStream.range(0, 12)
                  .mapToObj(i -> question("m" + i, Task.MULTIPLE_CHOICE, Purpose.TRAIN)))
          .toList();

  @RegisterExtension static final MiniClusterExtension FLINK = ShippedFlink.cluster(2);

  @TempDir private Path folder;

  /** What a job made of the questions, without what depends on when it saw them. */
  private record Outcome(
      Map<String, KnowledgeRecord> knowledge,
      Map<String, Label> labels,
      Map<String, Set<String>> members) {

    Map<String, KnowledgeRecord> withoutCertainty() {
      Map<String, KnowledgeRecord> without = new HashMap<>();
      knowledge.forEach(
          (key, known) -> without.put(key, known.toBuilder().clearCertainty().build()));
      return without;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"FP16", "FP32"})
  void givenRecordedSamples_whenJobsCurateAnew_thenTheyEqualJobsThatAskTheModel(
      String embeddings, KafkaBroker broker) throws Exception {
    Map<String, String> judge =
        Map.of(
            "query.open-ended.correctness", "WORDS",
            "relabel.open-ended.answer-from", "0.7",
            "relabel.strategy", "COR_RAIT",
            "datasets.strategies", "CORCER_RAIT");
    try (ScriptedTriton triton = ScriptedTriton.serving(INITIAL, REHEARSAL)) {
      Map<String, String> recording =
          Map.of("samples.enabled", "true", "samples.embeddings", embeddings);
      RecordedAnswers recorded = RecordedAnswers.in(folder.resolve("index"));
      Outcome first;
      try (RunningJob job =
          RunningJob.start(broker.bootstrapServers(), triton.endpoint(), with(recording))) {
        first = outcome(job);
        await().atMost(PATIENCE).until(() -> job.samples().size() == 2 * QUESTIONS.size());
        read(job.kafka(), recorded);
      }
      Outcome otherJudge;
      try (RunningJob job =
          RunningJob.start(broker.bootstrapServers(), triton.endpoint(), with(judge))) {
        otherJudge = outcome(job);
      }
      assertThat(otherJudge.labels()).isNotEqualTo(first.labels());
      long asked = triton.requests();

      try (recorded;
          ReplayServer server = ReplayServer.start(recorded, "127.0.0.1", 0)) {
        String replay = "127.0.0.1:" + server.port();
        try (RunningJob job = RunningJob.start(broker.bootstrapServers(), replay, with(Map.of()))) {
          assertEqual(outcome(job), first, embeddings);
          assertThat(job.deadLetters()).isEmpty();
        }
        try (RunningJob job = RunningJob.start(broker.bootstrapServers(), replay, with(judge))) {
          assertEqual(outcome(job), otherJudge, embeddings);
          assertThat(job.deadLetters()).isEmpty();
        }
        assertThat(server.unanswered()).isZero();
      }
      assertThat(triton.requests()).isEqualTo(asked);
    }
  }

  private static void assertEqual(Outcome replayed, Outcome asked, String embeddings) {
    assertThat(replayed.labels()).isEqualTo(asked.labels());
    if (embeddings.equals("FP32")) {
      assertThat(replayed).isEqualTo(asked);
    } else {
      assertThat(replayed.withoutCertainty()).isEqualTo(asked.withoutCertainty());
      asked
          .knowledge()
          .forEach(
              (key, known) ->
                  assertThat(replayed.knowledge().get(key).getCertainty())
                      .as(key)
                      .isEqualTo(known.getCertainty(), within(HALF_PRECISION)));
    }
  }

  private static Map<String, String> with(Map<String, String> options) {
    Map<String, String> all =
        new HashMap<>(
            Map.of(
                "datasets.strategies", "CRAFT",
                "datasets.open-ended.answers", "5",
                "datasets.open-ended.refusals", "3",
                "datasets.multiple-choice.answers", "3",
                "datasets.multiple-choice.refusals", "1",
                "datasets.open-ended.shortage", "SHORT",
                "datasets.multiple-choice.shortage", "SHORT",
                "tracker.requests-in-flight", "16"));
    all.putAll(options);
    return all;
  }

  private static void read(KafkaSettings kafka, RecordedAnswers recorded) {
    SampleSource samples = new SampleSource((record, evidence) -> recorded.add(evidence));
    samples.readTopic(kafka, (read, left) -> {});
    assertThat(samples.read()).isEqualTo(2 * QUESTIONS.size());
    assertThat(samples.leftOut()).isZero();
  }

  private static Outcome outcome(RunningJob job) throws Exception {
    for (Question question : QUESTIONS) {
      job.ask(question);
    }
    job.announce("initial", Role.INITIAL, "", INITIAL);
    job.announce("rehearsal", Role.REHEARSAL, "initial", REHEARSAL);
    // A rehearsal set and a dataset a task.
    await().atMost(PATIENCE).until(() -> job.manifests().size() == 4);
    long members =
        job.manifests().stream()
            .mapToLong(m -> m.getAnswer().getQuestions() + m.getRefusal().getQuestions())
            .sum();
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                finals(job).size() == QUESTIONS.size()
                    && job.knowledge().size() == 2 * QUESTIONS.size()
                    && job.datasets().size() + job.rehearsalSets().size() == members);
    Map<String, KnowledgeRecord> knowledge = new TreeMap<>();
    for (KnowledgeRecord known : job.knowledge()) {
      knowledge.put(
          known.getQuestionId() + "@" + known.getCheckpointId(),
          known.toBuilder().clearModelTime().build());
    }
    return new Outcome(knowledge, finals(job), members(job));
  }

  private static Map<String, Label> finals(RunningJob job) {
    return job.instructions().stream()
        .filter(instruction -> instruction.getStage() == Stage.STAGE_FINAL)
        .collect(
            Collectors.toMap(
                Instruction::getQuestionId, Instruction::getLabel, (before, after) -> after));
  }

  private static Map<String, Set<String>> members(RunningJob job) {
    return Stream.concat(job.datasets().stream(), job.rehearsalSets().stream())
        .collect(
            Collectors.groupingBy(
                record -> record.getDatasetId() + " " + record.getLabel(),
                Collectors.mapping(DatasetRecord::getQuestionId, Collectors.toSet())));
  }

  private static Question question(String id, Task task, Purpose purpose) {
    boolean open = task == Task.OPEN_ENDED;
    return new Question(
        id,
        task,
        purpose,
        "Of what is " + id + "?",
        open ? "gold" : "A",
        List.of(),
        open ? List.of() : List.of("gold", "tin", "silver"),
        "",
        List.of());
  }
}
