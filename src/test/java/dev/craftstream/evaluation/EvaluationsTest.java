package dev.craftstream.evaluation;

import static dev.craftstream.model.knowledge.Verdict.CORRECT;
import static dev.craftstream.model.knowledge.Verdict.REFUSED;
import static dev.craftstream.model.knowledge.Verdict.WRONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.craftstream.method.Bootstrap;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.dataset.Evaluation;
import dev.craftstream.model.knowledge.Verdict;
import dev.craftstream.model.message.EvaluationReport;
import dev.craftstream.model.message.EvaluationReport.Cell;
import dev.craftstream.model.message.EvaluationReport.PromptUse;
import dev.craftstream.model.message.Survey;
import dev.craftstream.testing.UnreadOutput;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.runtime.tasks.StreamTaskActionExecutor;
import org.apache.flink.streaming.runtime.tasks.mailbox.Mail;
import org.apache.flink.streaming.runtime.tasks.mailbox.MailboxExecutorImpl;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
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

  /** Subjects that are more than one slice takes. */
  private static final int SUBJECTS = 12_000;

  private UnreadOutput output;
  private KeyedOneInputStreamOperatorTestHarness<String, EvaluationReport, Evaluation> harness;

  @BeforeEach
  void open() throws Exception {
    start(new HashMapStateBackend(), null, MOST_SUBJECTS);
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
    assertThat(all.abstention().precision().value()).isEqualTo(0.8);
    assertThat(all.truthfulness().value()).isEqualTo((3 - 2 * 2) / 10.0);
    assertThat(all.wrongPenalty()).isEqualTo(2);
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
    assertThat(evaluations()).extracting(Evaluation::otherSubjects).containsExactly(2L, 0L, 0L, 0L);
  }

  @Test
  void givenNoSubjectsOfTheirOwn_thenTheTaskIsEvaluated_andSaysHowManyThereAre() throws Exception {
    restart(new HashMapStateBackend(), null, 0);
    report(SURVEY, 8, openEnded("a", CORRECT, CORRECT, 1), openEnded("", WRONG, WRONG, 2));
    assertThat(evaluations())
        .extracting(e -> e.subject() + " " + counts(e) + " " + e.otherSubjects())
        .containsExactly(" 1/2/0 1");
  }

  @Test
  void givenMoreSubjectsThanASliceTakes_whenTheTaskFailsInAnySlice_thenTheLargestAreStillExact()
      throws Exception {
    for (int failsAfter = 0; failsAfter < 7; failsAfter++) {
      StateBackend backend =
          failsAfter % 3 == 1 ? new EmbeddedRocksDBStateBackend() : new HashMapStateBackend();
      restart(backend, null, 120);
      countManySubjects();
      List<Evaluation> written = new ArrayList<>();
      for (int slice = 0; slice < failsAfter; slice++) {
        mail();
        assertThat(harness.getOutput()).as("evaluated in a slice").hasSizeLessThanOrEqualTo(50);
        written.addAll(takeEvaluations());
      }
      // What is written after the Flink checkpoint is written again.
      OperatorSubtaskState snapshot = harness.snapshot(1, 1);
      mail();
      // The option is lowered meanwhile.
      restart(backend, snapshot, 1);
      mails();
      written.addAll(takeEvaluations());

      assertThat(written).hasSize(122);
      Evaluation all = written.get(0);
      assertThat(all.subject()).isEmpty();
      assertThat(all.otherSubjects()).isEqualTo(SUBJECTS - 120);
      assertThat(all.correct()).isEqualTo(5);
      assertThat(all.wrong()).isEqualTo(IntStream.range(0, SUBJECTS).map(this::questionsOf).sum());
      assertThat(written.subList(1, 121))
          .extracting(e -> e.subject() + " " + counts(e))
          .containsExactlyElementsOf(
              IntStream.range(0, 120)
                  .map(i -> 100 * i + 99)
                  .mapToObj(i -> "s" + i + " " + (i == 99 ? 5 : 0) + "/" + questionsOf(i) + "/0")
                  .sorted(Comparator.comparing(text -> text.split(" ")[0]))
                  .toList());
      assertThat(written.get(121).task()).isEqualTo(Task.MULTIPLE_CHOICE);
      if (backend instanceof HashMapStateBackend) {
        assertThat(harness.numKeyedStateEntries()).isZero();
      }
    }
  }

  /** Every hundredth is large, and larger than the one before it. */
  private int questionsOf(int subject) {
    return subject % 100 == 99 ? 2 + subject : 1;
  }

  private void countManySubjects() throws Exception {
    for (int from = 0; from < SUBJECTS; from += 1_000) {
      count(
          SURVEY,
          0,
          List.of(),
          IntStream.range(from, from + 1_000)
              .mapToObj(i -> openEnded("s" + i, WRONG, WRONG, questionsOf(i)))
              .toArray(Cell[]::new));
    }
    count(
        SURVEY, 8, List.of(), openEnded("s99", CORRECT, WRONG, 5), choice("", CORRECT, CORRECT, 1));
  }

  @Test
  void givenStagesBehindThatDoNotKeepUp_thenNoMoreIsWrittenUntilTheyDo() throws Exception {
    restart(new HashMapStateBackend(), null, 120);
    countManySubjects();
    mail();
    mail();
    mail();
    output.setUnread(3);
    mails();
    assertThat(evaluations()).isEmpty();

    output.setUnread(0);
    harness.setProcessingTime(harness.getProcessingTime() + 1);
    mails();
    assertThat(evaluations()).hasSize(122);
  }

  @Test
  void givenTwoSurveysThatAreCountedAtOnce_thenOneIsEvaluatedAfterTheOther() throws Exception {
    Survey later = new Survey("model-time-9", 9, List.of(), TUNED, BASE);
    countManySubjects();
    count(later, 8, List.of(), openEnded("law", WRONG, WRONG, 10));
    mails();

    assertThat(evaluations())
        .extracting(e -> e.modelTime() + " " + e.subject())
        .containsExactly("4 ", "4 s11799", "4 s11899", "4 s11999", "4 ", "9 ", "9 law");
    assertThat(harness.numKeyedStateEntries()).isZero();
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
    assertThat(art.abstention()).isNull();
    assertThat(art.truthfulness()).isNull();
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
    restart(new EmbeddedRocksDBStateBackend(), null, MOST_SUBJECTS);
    report(SURVEY, 5, openEnded("", CORRECT, CORRECT, 3), openEnded("", WRONG, null, 2));
    OperatorSubtaskState snapshot = harness.snapshot(1, 1);
    report(SURVEY, 3, openEnded("", CORRECT, CORRECT, 9));

    restart(new EmbeddedRocksDBStateBackend(), snapshot, MOST_SUBJECTS);
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
    assertThat(evaluation.abstention()).isNull();
    assertThat(evaluation.truthfulness().value()).isEqualTo((4 - 2 * 6) / 10.0);
  }

  @Test
  void givenACheckpointThatIsRetiredInTheMiddle_thenThereIsNoEvaluationAndNoState()
      throws Exception {
    report(SURVEY, 5, openEnded("law", CORRECT, CORRECT, 3));
    harness.processElement(EvaluationReport.abandoned(SURVEY, 3, 8), 0);
    mails();

    assertThat(evaluations()).isEmpty();
    assertThat(harness.numKeyedStateEntries()).isZero();
  }

  @Test
  void givenNoQuestions_thenThereIsNoEvaluationAndNoState() throws Exception {
    report(SURVEY, 7);
    report(SURVEY, 1);

    assertThat(evaluations()).isEmpty();
    assertThat(harness.numKeyedStateEntries()).isZero();
  }

  private void restart(StateBackend backend, OperatorSubtaskState state, int mostSubjects)
      throws Exception {
    harness.close();
    start(backend, state, mostSubjects);
  }

  /**
   * @param state null for none
   */
  private void start(StateBackend backend, OperatorSubtaskState state, int mostSubjects)
      throws Exception {
    Evaluations stage = new Evaluations(BOOTSTRAP, 2, mostSubjects);
    harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            stage, report -> report.survey().id(), Types.STRING);
    output = new UnreadOutput();
    harness.getEnvironment().addOutputs(List.of(output));
    harness.setStateBackend(backend);
    harness.setup();
    if (state == null) {
      harness.initializeEmptyState();
    } else {
      harness.initializeState(state);
    }
    stage.setMailboxExecutor(
        new MailboxExecutorImpl(
            harness.getTaskMailbox(),
            TaskMailbox.MIN_PRIORITY,
            StreamTaskActionExecutor.IMMEDIATE));
    harness.open();
  }

  private void report(Survey survey, int keyGroups, Cell... cells) throws Exception {
    report(survey, keyGroups, List.of(), cells);
  }

  private void report(Survey survey, int keyGroups, List<PromptUse> prompts, Cell... cells)
      throws Exception {
    count(survey, keyGroups, prompts, cells);
    mails();
  }

  private void count(Survey survey, int keyGroups, List<PromptUse> prompts, Cell... cells)
      throws Exception {
    harness.processElement(new EvaluationReport(survey, keyGroups, 8, List.of(cells), prompts), 0);
  }

  /** Runs one mail, a slice; returns whether there was one. */
  private boolean mail() throws Exception {
    Optional<Mail> mail = harness.getTaskMailbox().tryTake(TaskMailbox.MIN_PRIORITY);
    if (mail.isPresent()) {
      mail.get().run();
    }
    return mail.isPresent();
  }

  private void mails() throws Exception {
    while (mail()) {}
  }

  private List<Evaluation> evaluations() {
    return new ArrayList<>(harness.extractOutputValues());
  }

  private List<Evaluation> takeEvaluations() {
    List<Evaluation> taken = evaluations();
    harness.getOutput().clear();
    return taken;
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
