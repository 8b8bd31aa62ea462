package dev.craftstream.evaluation;

import static dev.craftstream.model.Verdict.CORRECT;
import static dev.craftstream.model.Verdict.REFUSED;
import static dev.craftstream.model.Verdict.WRONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.craftstream.method.Bootstrap;
import dev.craftstream.model.Contract;
import dev.craftstream.model.Evaluation;
import dev.craftstream.model.ModelCheckpoint;
import dev.craftstream.model.Role;
import dev.craftstream.model.Serving;
import dev.craftstream.model.Task;
import dev.craftstream.model.Verdict;
import dev.craftstream.model.message.EvaluationReport;
import dev.craftstream.model.message.EvaluationReport.Cell;
import dev.craftstream.model.message.EvaluationReport.PromptUse;
import dev.craftstream.model.message.Survey;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EvaluationsTest {
  private static final ModelCheckpoint BASE = checkpoint("base", 1, Role.INITIAL, "");
  private static final ModelCheckpoint TUNED = checkpoint("tuned", 4, Role.TUNED, "base");
  private static final Survey SURVEY = new Survey("model-time-4", 4, List.of(), TUNED, BASE);
  private static final Bootstrap BOOTSTRAP = new Bootstrap(200, 0.9, 5);

  private static final int MOST_SUBJECTS = 3;

  private KeyedOneInputStreamOperatorTestHarness<String, EvaluationReport, Evaluation> harness;

  @BeforeEach
  void open() throws Exception {
    harness = start(new HashMapStateBackend(), null);
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void givenReportsOfAllKeyGroups_whenTheLastComes_thenEachTaskAndSubjectIsEvaluatedOnce()
      throws Exception {
    report(SURVEY, 3, openEnded("law", CORRECT, CORRECT, 3), openEnded("art", WRONG, WRONG, 2));
    report(SURVEY, 1, openEnded("law", REFUSED, CORRECT, 1));
    assertThat(evaluations()).isEmpty();

    report(SURVEY, 4, openEnded("art", REFUSED, WRONG, 4), choice("", WRONG, CORRECT, 1));

    assertThat(evaluations())
        .extracting(e -> e.task() + " " + e.subject() + " " + counts(e))
        .containsExactly(
            "OPEN_ENDED  3/2/5",
            "OPEN_ENDED art 0/2/4",
            "OPEN_ENDED law 3/0/1",
            "MULTIPLE_CHOICE  0/1/0");
    Evaluation all = evaluations().get(0);
    assertThat(all.checkpoint()).isEqualTo(TUNED);
    assertThat(all.base()).isEqualTo(BASE);
    assertThat(all.correctShare().value()).isEqualTo(0.3);
    assertThat(all.wrongShare().value()).isEqualTo(0.2);
    assertThat(all.refusedShare().value()).isEqualTo(0.5);
    assertThat(all.truthfulHelpfulness().value()).isEqualTo(1 / 6.0, within(1e-12));
    assertThat(all.overRefusal().value()).isEqualTo(0.25);
    assertThat(all.confidence()).isEqualTo(0.9);
    assertThat(all.resamples()).isEqualTo(200);
    assertThat(all.seed()).isEqualTo(5);
    assertThat(all.modelTime()).isEqualTo(4);
    assertThat(evaluations().get(2).truthfulHelpfulness()).isNull();
    assertThat(evaluations().get(1).overRefusal()).isNull();
    assertThat(harness.numKeyedStateEntries()).isZero();
  }

  @Test
  void givenTooManySubjects_thenTheLargestAreEvaluated_andAllOfThemTogether() throws Exception {
    report(
        SURVEY,
        8,
        openEnded("small", CORRECT, CORRECT, 1),
        openEnded("c", CORRECT, CORRECT, 2),
        openEnded("b", WRONG, WRONG, 2),
        openEnded("a", WRONG, WRONG, 2),
        openEnded("large", REFUSED, WRONG, 9));
    assertThat(evaluations())
        .extracting(e -> e.subject() + " " + counts(e))
        .containsExactly(" 3/4/9", "a 0/2/0", "b 0/2/0", "large 0/0/9");
  }

  @Test
  void givenUnansweredQuestions_thenTheyAreSaidAndCountInNoFigure() throws Exception {
    report(SURVEY, 4, openEnded("law", CORRECT, CORRECT, 1), openEnded("law", null, null, 2));
    report(
        SURVEY,
        4,
        openEnded("law", WRONG, WRONG, 3),
        openEnded("law", null, null, 1),
        openEnded("art", null, null, 4),
        choice("", null, null, 5));

    assertThat(evaluations())
        .extracting(e -> e.task() + " " + e.subject() + " " + counts(e) + " " + e.unanswered())
        .containsExactly(
            "OPEN_ENDED  1/3/0 7",
            "OPEN_ENDED art 0/0/0 4",
            "OPEN_ENDED law 1/3/0 3",
            "MULTIPLE_CHOICE  0/0/0 5");
    assertThat(evaluations().get(0).correctShare().value()).isEqualTo(0.25);
    Evaluation art = evaluations().get(1);
    assertThat(art.correctShare()).isNull();
    assertThat(art.wrongShare()).isNull();
    assertThat(art.refusedShare()).isNull();
    assertThat(art.truthfulHelpfulness()).isNull();
    assertThat(art.overRefusal()).isNull();
  }

  @Test
  void givenAnswersToSeveralPrompts_thenTheMostUsedIsTheTasks_andTheOthersAreSaid()
      throws Exception {
    report(
        SURVEY,
        4,
        List.of(
            new PromptUse(Task.OPEN_ENDED, "old", 3),
            new PromptUse(Task.OPEN_ENDED, "new", 2),
            new PromptUse(Task.OPEN_ENDED, "older", 1),
            new PromptUse(Task.MULTIPLE_CHOICE, "mc", 1)),
        openEnded("", CORRECT, CORRECT, 6),
        choice("", CORRECT, CORRECT, 1));
    report(
        SURVEY,
        4,
        List.of(new PromptUse(Task.OPEN_ENDED, "new", 2)),
        openEnded("", CORRECT, CORRECT, 2),
        openEnded("", null, null, 1));

    assertThat(evaluations())
        .extracting(e -> e.promptVersion() + " " + e.otherPromptVersions())
        .containsExactly("new [old, older]", "mc []");
    assertThat(harness.numKeyedStateEntries()).isZero();
  }

  @Test
  void givenAFailureBetweenTheReports_whenRestored_thenNothingIsLostOrCountedTwice()
      throws Exception {
    harness.close();
    harness = start(new EmbeddedRocksDBStateBackend(), null);
    report(SURVEY, 5, openEnded("", CORRECT, CORRECT, 3), openEnded("", WRONG, null, 2));
    OperatorSubtaskState snapshot = harness.snapshot(1, 1);
    report(SURVEY, 3, openEnded("", CORRECT, CORRECT, 9));
    harness.close();

    harness = start(new EmbeddedRocksDBStateBackend(), snapshot);
    report(SURVEY, 3, openEnded("", CORRECT, CORRECT, 4), openEnded("", WRONG, null, 1));

    assertThat(evaluations()).extracting(EvaluationsTest::counts).containsExactly("7/3/0");
  }

  @Test
  void givenSurveysThatOverlap_thenEachIsCountedByItself() throws Exception {
    Survey later = new Survey("model-time-9", 9, List.of(), TUNED, BASE);
    report(SURVEY, 4, openEnded("", CORRECT, CORRECT, 1));
    report(later, 4, openEnded("", WRONG, WRONG, 10));
    report(SURVEY, 4, openEnded("", CORRECT, CORRECT, 1));
    report(later, 4, openEnded("", WRONG, WRONG, 10));

    assertThat(evaluations())
        .extracting(e -> e.modelTime() + " " + counts(e))
        .containsExactly("4 2/0/0", "9 0/20/0");
  }

  @Test
  void givenTheInitialCheckpoint_thenItIsComparedWithItself() throws Exception {
    Survey first = new Survey("model-time-1", 1, List.of(), BASE, BASE);
    report(first, 8, openEnded("", CORRECT, CORRECT, 4), openEnded("", WRONG, WRONG, 6));

    Evaluation evaluation = evaluations().get(0);
    assertThat(evaluation.truthfulHelpfulness()).isEqualTo(new Evaluation.Estimate(0, 0, 0));
    assertThat(evaluation.overRefusal()).isNull();
  }

  @Test
  void givenNoQuestions_thenThereIsNoEvaluationAndNoState() throws Exception {
    report(SURVEY, 7);
    report(SURVEY, 1);

    assertThat(evaluations()).isEmpty();
    assertThat(harness.numKeyedStateEntries()).isZero();
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, EvaluationReport, Evaluation> start(
      StateBackend backend, OperatorSubtaskState state) throws Exception {
    var started =
        new KeyedOneInputStreamOperatorTestHarness<String, EvaluationReport, Evaluation>(
            new KeyedProcessOperator<>(new Evaluations(BOOTSTRAP, MOST_SUBJECTS)),
            report -> report.survey().id(),
            Types.STRING);
    started.setStateBackend(backend);
    started.setup();
    if (state != null) {
      started.initializeState(state);
    }
    started.open();
    return started;
  }

  private void report(Survey survey, int keyGroups, Cell... cells) throws Exception {
    report(survey, keyGroups, List.of(), cells);
  }

  private void report(Survey survey, int keyGroups, List<PromptUse> prompts, Cell... cells)
      throws Exception {
    harness.processElement(new EvaluationReport(survey, keyGroups, 8, List.of(cells), prompts), 0);
  }

  private List<Evaluation> evaluations() {
    return new ArrayList<>(harness.extractOutputValues());
  }

  private static String counts(Evaluation evaluation) {
    return evaluation.correct() + "/" + evaluation.wrong() + "/" + evaluation.refused();
  }

  private static Cell openEnded(String subject, Verdict verdict, Verdict base, long questions) {
    return new Cell(Task.OPEN_ENDED, subject, verdict, base, questions);
  }

  private static Cell choice(String subject, Verdict verdict, Verdict base, long questions) {
    return new Cell(Task.MULTIPLE_CHOICE, subject, verdict, base, questions);
  }

  private static ModelCheckpoint checkpoint(String id, long at, Role role, String base) {
    return new ModelCheckpoint(
        id, at, role, base, new Serving("model", "1", Contract.CRAFT, "", "", ""));
  }
}
