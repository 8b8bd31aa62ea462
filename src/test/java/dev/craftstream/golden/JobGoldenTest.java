package dev.craftstream.golden;

import static dev.craftstream.v1.Label.LABEL_ANSWER;
import static dev.craftstream.v1.Label.LABEL_REFUSAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.embedded.TritonServer;
import dev.craftstream.model.Question;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.testing.RunningJob;
import dev.craftstream.testing.ShippedFlink;
import dev.craftstream.testing.TritonServerExtension;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.Label;
import dev.craftstream.v1.Stage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The golden cases through the whole job: Kafka, Flink, a real Triton that replays the answers. */
@Tag("integration")
@Tag("golden")
@ExtendWith(KafkaBrokerExtension.class)
class JobGoldenTest {

  @RegisterExtension static final MiniClusterExtension FLINK = ShippedFlink.cluster(2);

  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.craftstream.golden.GoldenCases#all")
  void labelsAndSelectedSetsAreThoseOfTheAuthorsScripts(GoldenCases cases, KafkaBroker broker)
      throws Exception {
    TritonServer.Settings replay =
        TritonServerExtension.withModels(Path.of("src/test/triton"), "golden_replay")
            .ownServer(Path.of("target/triton").toAbsolutePath(), "golden_replay")
            .withEnvironment(Map.of("GOLDEN_CASES", cases.folder().toAbsolutePath().toString()));
    List<Question> questions =
        Stream.concat(
                cases.openEnded().stream().map(GoldenCases.OpenEndedCase::question),
                cases.multipleChoice().stream().map(GoldenCases.MultipleChoiceCase::question))
            .toList();
    try (TritonServer triton = TritonServer.start(replay);
        RunningJob job =
            RunningJob.start(
                broker.bootstrapServers(),
                triton.endpoint(),
                Map.of(
                    "tracker.requests-in-flight",
                    "16",
                    "query.samples",
                    String.valueOf(cases.openEnded().get(0).initial().size()),
                    "datasets.strategies",
                    "VAN_TUNING;COR_RAIT;CORCER_RAIT;CRAFT_WITHOUT_CERTAINTY;CRAFT",
                    "datasets.open-ended.answers",
                    String.valueOf(cases.openEndedExpected().answers()),
                    "datasets.open-ended.refusals",
                    String.valueOf(cases.openEndedExpected().refusals()),
                    "datasets.multiple-choice.answers",
                    String.valueOf(cases.multipleChoiceExpected().answers()),
                    "datasets.multiple-choice.refusals",
                    String.valueOf(cases.multipleChoiceExpected().refusals())))) {
      for (Question question : questions) {
        job.ask(question);
      }
      // One served model is both.
      job.announce("initial", Role.INITIAL, "", "golden_replay", "1");
      job.announce("rehearsal", Role.REHEARSAL, "initial", "golden_replay", "1", "rehearsal");

      await()
          .atMost(Duration.ofMinutes(5))
          .until(() -> ids(job.instructions(), Stage.STAGE_FINAL).size() == questions.size());

      assertThat(job.deadLetters()).isEmpty();
      List<Instruction> all = job.instructions();
      assertThat(all).as("one provisional and one final").hasSize(2 * questions.size());
      for (GoldenCases.Expected expected :
          List.of(cases.openEndedExpected(), cases.multipleChoiceExpected())) {
        Set<String> ids = expected.measured().keySet();
        // Without flow, certainty changes the choice among the candidates, not the candidates.
        GoldenCases.Outcome correctness = expected.strategies().get(Strategy.CORCER_RAIT);
        GoldenCases.Outcome flow = expected.strategies().get(Strategy.CRAFT);
        assertLabels(all, Stage.STAGE_PROVISIONAL, ids, correctness);
        assertLabels(all, Stage.STAGE_FINAL, ids, flow);
      }

      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  job.manifests().size() == 2 * (1 + Strategy.values().length)
                      && job.datasets().size() + job.rehearsalSets().size()
                          >= questions(job.manifests()));
      assertSets(job, "open-ended", cases.openEndedExpected());
      assertSets(job, "multiple-choice", cases.multipleChoiceExpected());
      assertRehearsalSet(
          job,
          "open-ended",
          cases.openEndedExpected(),
          known -> known.correctness() >= 0.995 && known.certainty() >= 0.995);
      assertRehearsalSet(
          job,
          "multiple-choice",
          cases.multipleChoiceExpected(),
          known -> known.rawTargetProbability() > 0.99);
    }
  }

  private static long questions(List<DatasetManifest> manifests) {
    return manifests.stream()
        .mapToLong(m -> m.getAnswer().getQuestions() + m.getRefusal().getQuestions())
        .sum();
  }

  private static void assertSets(RunningJob job, String task, GoldenCases.Expected expected) {
    for (Strategy strategy : List.of(Strategy.CORCER_RAIT, Strategy.CRAFT)) {
      String name = strategy.name().toLowerCase(Locale.ROOT).replace('_', '-');
      String id = name + "-" + task + "-2";
      GoldenCases.Outcome outcome = expected.strategies().get(strategy);
      assertThat(outcome.answer().orElseThrow().allows(taken(job.datasets(), id, LABEL_ANSWER)))
          .as("ANSWER of " + id)
          .isTrue();
      assertThat(outcome.refusal().orElseThrow().allows(taken(job.datasets(), id, LABEL_REFUSAL)))
          .as("REFUSAL of " + id)
          .isTrue();
    }
    // Where chance decides: as many as wanted, all of them candidates.
    GoldenCases.Outcome correctness = expected.strategies().get(Strategy.CORCER_RAIT);
    String random = "cor-rait-" + task + "-2";
    assertThat(taken(job.datasets(), random, LABEL_ANSWER))
        .hasSize(expected.answers())
        .isSubsetOf(correctness.answerCandidates());
    assertThat(taken(job.datasets(), random, LABEL_REFUSAL))
        .hasSize(expected.refusals())
        .isSubsetOf(correctness.refusalCandidates());
    assertThat(taken(job.datasets(), "van-tuning-" + task + "-2", LABEL_ANSWER))
        .hasSize(expected.answers() + expected.refusals());
  }

  private static void assertRehearsalSet(
      RunningJob job,
      String task,
      GoldenCases.Expected expected,
      Predicate<GoldenCases.Measured> isKnown) {
    Set<String> known = new HashSet<>(expected.measured().keySet());
    known.removeIf(id -> !isKnown.test(expected.measured().get(id)));
    assertThat(taken(job.rehearsalSets(), "rehearsal-" + task + "-1", LABEL_ANSWER))
        .as("the rehearsal set, %s", task)
        .isEqualTo(known);
  }

  private static Set<String> taken(List<DatasetRecord> records, String datasetId, Label label) {
    return records.stream()
        .filter(record -> record.getDatasetId().equals(datasetId) && record.getLabel() == label)
        .map(DatasetRecord::getQuestionId)
        .collect(Collectors.toSet());
  }

  private static void assertLabels(
      List<Instruction> all, Stage stage, Set<String> ids, GoldenCases.Outcome expected) {
    Map<String, Label> labels =
        all.stream()
            .filter(i -> i.getStage() == stage && ids.contains(i.getQuestionId()))
            .collect(Collectors.toMap(Instruction::getQuestionId, Instruction::getLabel));
    assertThat(labels.keySet()).isEqualTo(ids);
    assertThat(with(labels, Label.LABEL_ANSWER)).isEqualTo(expected.answerCandidates());
    assertThat(with(labels, Label.LABEL_REFUSAL)).isEqualTo(expected.refusalCandidates());
  }

  private static Set<String> with(Map<String, Label> labels, Label label) {
    Set<String> ids = new HashSet<>(labels.keySet());
    ids.removeIf(id -> labels.get(id) != label);
    return ids;
  }

  private static Set<String> ids(List<Instruction> instructions, Stage stage) {
    return instructions.stream()
        .filter(i -> i.getStage() == stage)
        .map(Instruction::getQuestionId)
        .collect(Collectors.toSet());
  }
}
