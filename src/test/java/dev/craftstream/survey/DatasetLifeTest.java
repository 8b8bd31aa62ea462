package dev.craftstream.survey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.dataset.DatasetManifest;
import dev.craftstream.model.dataset.DatasetRecord;
import dev.craftstream.model.dataset.DatasetRecord.Mark;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.dataset.Request.Changes;
import dev.craftstream.model.dataset.Shortage;
import dev.craftstream.model.dataset.Ties;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Thresholds;
import dev.craftstream.prompt.KnowledgePrompt;
import dev.craftstream.prompt.TrainingPrompt;
import dev.craftstream.survey.DatasetSettings.Counts;
import dev.craftstream.survey.DatasetSettings.RehearsalSets;
import dev.craftstream.tracking.ScriptedQuery;
import dev.craftstream.tracking.TrackerHarness;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What becomes of a dataset after it was asked for: by request, by later changes, by retirement.
 */
class DatasetLifeTest {
  private static final DatasetTexts TEXTS =
      new DatasetTexts(TrainingPrompt.standard(), KnowledgePrompt.standard());
  private static final String DATASET = "corcer-rait-open-ended-2";

  private DatasetSimulation job;

  @BeforeEach
  void start() throws Exception {
    start(List.of(Strategy.CORCER_RAIT), new Counts(3, 2, Ties.EXACT, Shortage.FAIL));
  }

  private void start(List<Strategy> strategies, Counts openEnded) throws Exception {
    DatasetSettings settings =
        new DatasetSettings(
            strategies,
            Thresholds.PAPER,
            openEnded,
            new Counts(1, 1, Ties.EXACT, Shortage.FAIL),
            7,
            new RehearsalSets(DatasetSettings.PAPER.rehearsal().known(), 5, 5, 7),
            DatasetSettings.Rules.PAPER);
    job = new DatasetSimulation(3, settings, TEXTS, DatasetLifeTest::knows);
  }

  @AfterEach
  void stop() throws Exception {
    job.close();
  }

  /** A question's text is its correctness and certainty: {@code 0.9 0.5}. */
  private static KnowledgeState knows(ScriptedQuery.Ask ask) {
    String[] figures = ask.question().text().split(" ");
    double correctness = Double.parseDouble(figures[0]);
    return new KnowledgeState(
        correctness,
        Double.parseDouble(figures[1]),
        CertaintyKind.EMBEDDING_SIMILARITY,
        0,
        0,
        10,
        (int) Math.round(correctness * 10),
        0,
        "gold",
        1,
        "v1",
        CorrectnessRule.SUBSTRING);
  }

  private void ask(String id, String figures, String subject, Purpose purpose) {
    Question question =
        new Question(
            id,
            Task.OPEN_ENDED,
            purpose,
            figures,
            "gold",
            List.of(),
            List.of(),
            subject,
            List.of());
    job.send(new QuestionEvent(id, question, new Origin("questions", 0, 0)));
  }

  private void ask(String id, String figures) {
    ask(id, figures, "", Purpose.TRAIN);
  }

  private void remove(String id) {
    job.send(new QuestionEvent(id, null, new Origin("questions", 0, 0)));
  }

  /**
   * Nine of either label, and some of neither: so many that each task has one, and so few that
   * others can be asked beside them.
   */
  private void askMany() {
    for (int i = 0; i < 4; i++) {
      ask("slow" + i, "0.5 0.5");
    }
    for (int i = 0; i < 9; i++) {
      ask("a" + i, "0.9 0." + i);
      ask("r" + i, "0.1 0." + i);
    }
  }

  private void givenADataset() throws Exception {
    ask("a1", "0.9 0.9");
    ask("a2", "0.9 0.8");
    ask("a3", "0.8 0.7");
    ask("a4", "0.8 0.6");
    ask("r1", "0.1 0.1");
    ask("r2", "0.1 0.2");
    ask("r3", "0.1 0.3");
    job.run(false);
    job.send(TrackerHarness.announce(1, "initial", Role.INITIAL, ""));
    job.send(TrackerHarness.announce(2, "rehearsal", Role.REHEARSAL, "initial"));
    job.run(false);
    assertThat(members(DATASET)).containsExactlyInAnyOrder("a1", "a2", "a3", "r1", "r2");
  }

  private List<String> members(String dataset) {
    return job.records().stream()
        .filter(record -> record.datasetId().equals(dataset) && record.mark() == Mark.BASE)
        .map(DatasetRecord::questionId)
        .toList();
  }

  /** The marks on a question in the dataset, oldest first. */
  private List<Mark> marks(String question) {
    return job.records().stream()
        .filter(r -> r.datasetId().equals(DATASET) && r.questionId().equals(question))
        .map(DatasetRecord::mark)
        .toList();
  }

  private DatasetManifest manifest(String dataset) {
    return job.manifests().stream()
        .filter(manifest -> manifest.cutOff().dataset().id().equals(dataset))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no manifest of " + dataset));
  }

  @Test
  void whatGoesOrChangesWhileTheOthersAreStillMeasuredWasNeverThere() throws Exception {
    askMany();
    job.send(TrackerHarness.announce(1, "initial", Role.INITIAL, ""));
    job.run(false);
    job.holdAnswers(question -> question.id().startsWith("slow"));
    job.send(TrackerHarness.announce(2, "rehearsal", Role.REHEARSAL, "initial"));
    job.run(false);
    assertThat(job.records()).isEmpty();

    remove("a8");
    ask("r0", "0.9 0.65");
    ask("a7", "0.5 0.9");
    ask("a6", "0.9 0.6", "history", Purpose.TRAIN);
    job.run(false);
    job.holdAnswers(question -> false);
    job.run(false);

    assertThat(members(DATASET)).containsExactlyInAnyOrder("a6", "r0", "a5", "r1", "r2");
    assertThat(manifest(DATASET).cutOff().answers().candidates()).isEqualTo(8);
    assertThat(manifest(DATASET).cutOff().refusals().candidates()).isEqualTo(8);
    assertThat(marks("a8")).isEmpty();
  }

  @Test
  void aLaterQuestionIsAddedWhereItPassesTheCutOff() throws Exception {
    givenADataset();
    ask("better", "0.9 0.75");
    ask("worse", "0.9 0.65");
    job.run(false);
    assertThat(marks("better")).containsExactly(Mark.ADDED);
    assertThat(marks("worse")).isEmpty();
  }

  @Test
  void aQuestionWithOtherLabelsOnItIsWrittenAnew() throws Exception {
    givenADataset();
    ask("a1", "0.9 0.9", "history", Purpose.TRAIN);
    job.run(false);
    assertThat(marks("a1")).containsExactly(Mark.BASE, Mark.CHANGED);
  }

  @Test
  void aQuestionWithOtherLabelsOnItKeepsItsCopies() throws Exception {
    stop();
    start(List.of(Strategy.CORCER_RAIT), new Counts(9, 3, Ties.EXACT, Shortage.DRAW_AGAIN));
    for (String id : List.of("a1", "a2", "a3")) {
      ask(id, "0.9 0.9");
    }
    ask("r1", "0.1 0.1");
    job.run(false);
    job.send(TrackerHarness.announce(1, "initial", Role.INITIAL, ""));
    job.send(TrackerHarness.announce(2, "rehearsal", Role.REHEARSAL, "initial"));
    job.run(false);
    assertThat(copies(Mark.BASE)).isEqualTo(12);
    for (String subject : List.of("history", "art")) {
      for (String id : List.of("a1", "a2", "a3")) {
        ask(id, "0.9 0.9", subject, Purpose.TRAIN);
      }
      ask("r1", "0.1 0.1", subject, Purpose.TRAIN);
      job.run(false);
    }
    assertThat(copies(Mark.CHANGED)).as("changed twice").isEqualTo(24);

    ask("r1", "0.1 0.05");
    job.run(false);
    assertThat(marks("r1"))
        .containsExactly(Mark.BASE, Mark.CHANGED, Mark.CHANGED, Mark.REMOVED, Mark.ADDED);
    assertThat(copies(Mark.ADDED)).isEqualTo(1);
  }

  private int copies(Mark mark) {
    return job.records().stream()
        .filter(record -> record.datasetId().equals(DATASET) && record.mark() == mark)
        .mapToInt(DatasetRecord::copies)
        .sum();
  }

  @Test
  void aQuestionWithAnotherContentLeaves_andComesBackWhereThatPasses() throws Exception {
    givenADataset();
    ask("a1", "0.9 0.1");
    ask("a2", "0.1 0.05");
    job.run(false);
    assertThat(marks("a1")).containsExactly(Mark.BASE, Mark.REMOVED);
    assertThat(marks("a2")).containsExactly(Mark.BASE, Mark.REMOVED, Mark.ADDED);
  }

  @Test
  void aQuestionThatIsNotToBeTrainedOnAnyMoreLeaves() throws Exception {
    givenADataset();
    ask("r1", "0.1 0.1", "", Purpose.EVALUATE);
    job.run(false);
    assertThat(marks("r1")).containsExactly(Mark.BASE, Mark.REMOVED);
  }

  @Test
  void aQuestionThatIsRemovedAndComesBackIsAddedUnderItsNextRevision() throws Exception {
    givenADataset();
    remove("a1");
    job.run(false);
    ask("a1", "0.9 0.95");
    job.run(false);
    remove("a1");
    job.run(false);
    assertThat(marks("a1")).containsExactly(Mark.BASE, Mark.REMOVED, Mark.ADDED, Mark.REMOVED);
    assertThat(job.records())
        .filteredOn(r -> r.datasetId().equals(DATASET) && r.questionId().equals("a1"))
        .extracting(DatasetRecord::revision)
        .containsExactly(1, 2, 3, 4);
  }

  @Test
  void whatIsReplacedUnderTheSameIdBeforeTheCutOffIsNotInTheDataset() throws Exception {
    askMany();
    job.send(TrackerHarness.announce(1, "initial", Role.INITIAL, ""));
    job.send(TrackerHarness.announce(2, "rehearsal", Role.REHEARSAL, "initial"));
    job.holdAnswers(question -> question.id().equals("slow1"));
    job.run(false);
    assertThat(members(DATASET)).as("some task is not done").isEmpty();
    remove("a8");
    job.run(false);
    // Its first version, as the one before was.
    ask("a8", "0.9 0.1");
    job.run(false);
    job.holdAnswers(question -> false);
    job.run(false);
    assertThat(marks("a8")).isIn(List.of(), List.of(Mark.BASE, Mark.REMOVED));
  }

  @Test
  void aDatasetWhoseInitialIsAnnouncedAgainIsMadeAgainWithItsRehearsal() throws Exception {
    givenADataset();
    job.send(TrackerHarness.retire(3, "initial"));
    job.send(TrackerHarness.announce(4, "initial", Role.INITIAL, ""));
    job.send(TrackerHarness.announce(5, "rehearsal", Role.REHEARSAL, "initial"));
    job.run(false);
    String again = DATASET.replace("-2", "-5");
    assertThat(members(again)).containsExactlyInAnyOrderElementsOf(members(DATASET));
  }

  @Test
  void aDatasetOfARetiredCheckpointIsFrozen_butWhoIsRemovedStillLeaves() throws Exception {
    givenADataset();
    job.send(TrackerHarness.retire(3, "rehearsal"));
    job.run(false);
    ask("better", "0.9 0.95");
    ask("a1", "0.9 0.1");
    remove("a2");
    job.run(false);
    assertThat(marks("better")).isEmpty();
    assertThat(marks("a1")).containsExactly(Mark.BASE);
    assertThat(marks("a2")).containsExactly(Mark.BASE, Mark.REMOVED);
  }

  @Test
  void aDatasetWhoseTimeIsOverIsForgotten_andNothingChangesItAnyMore() throws Exception {
    givenADataset();
    assertThat(job.keysInState()).isNotEmpty();
    job.passTime(DatasetSimulation.LIVE_FOR.minusSeconds(1));
    job.run(false);
    ask("better", "0.9 0.75");
    job.run(false);
    assertThat(marks("better")).as("just in time").containsExactly(Mark.ADDED);

    job.passTime(Duration.ofSeconds(2));
    job.run(false);
    assertThat(job.keysInState()).isEmpty();
    ask("best", "0.9 0.99");
    ask("a1", "0.9 0.1");
    remove("a2");
    job.run(false);
    assertThat(marks("best")).isEmpty();
    assertThat(marks("a1")).containsExactly(Mark.BASE);
    assertThat(marks("a2")).containsExactly(Mark.BASE);
    assertThat(job.keysInState()).isEmpty();
  }

  @Test
  void aDatasetThatIsNotCompleteWhenItsTimeIsOverIsMadeAllTheSame_andThenForgotten()
      throws Exception {
    askMany();
    job.send(TrackerHarness.announce(1, "initial", Role.INITIAL, ""));
    job.run(false);
    job.holdAnswers(question -> question.id().startsWith("slow"));
    job.send(TrackerHarness.announce(2, "rehearsal", Role.REHEARSAL, "initial"));
    job.run(false);
    job.passTime(DatasetSimulation.LIVE_FOR.plusSeconds(1));
    job.run(false);
    assertThat(manifests(DATASET)).isZero();

    job.holdAnswers(question -> false);
    job.run(false);
    assertThat(members(DATASET)).hasSize(5);
    assertThat(manifest(DATASET).complete()).isTrue();
    job.passTime(Duration.ofSeconds(1));
    job.run(false);
    assertThat(job.keysInState()).isEmpty();
  }

  @Test
  void ofADatasetWhoseCheckpointIsRetiredInTheMiddleNothingStays() throws Exception {
    askMany();
    job.send(TrackerHarness.announce(1, "initial", Role.INITIAL, ""));
    job.run(false);
    job.holdAnswers(question -> question.id().equals("slow1"));
    job.send(TrackerHarness.announce(2, "rehearsal", Role.REHEARSAL, "initial"));
    job.run(false);
    job.send(TrackerHarness.retire(3, "initial"));
    job.run(false);
    assertThat(manifest(DATASET).cutOff().failure()).contains("was retired before");

    job.passTime(DatasetSimulation.LIVE_FOR.plusSeconds(1));
    job.run(false);
    assertThat(job.keysInState()).isEmpty();
  }

  private long manifests(String dataset) {
    return job.manifests().stream()
        .filter(manifest -> manifest.cutOff().dataset().id().equals(dataset))
        .count();
  }

  @Test
  void aCheckpointRetiredBeforeItsSurveyFailsTheDataset_withASentence() throws Exception {
    ask("a1", "0.9 0.9");
    job.send(TrackerHarness.announce(1, "initial", Role.INITIAL, ""));
    job.run(false);
    job.holdAnswers(question -> true);
    job.send(TrackerHarness.announce(2, "rehearsal", Role.REHEARSAL, "initial"));
    job.send(TrackerHarness.retire(3, "rehearsal"));
    job.run(false);
    assertThat(manifest(DATASET).complete()).isFalse();
    assertThat(manifest(DATASET).cutOff().failure()).contains("was retired before");
    assertThat(job.records()).isEmpty();
  }

  @Test
  void tooFewCandidatesFailTheDataset_withASentence() throws Exception {
    ask("a1", "0.9 0.9");
    ask("r1", "0.1 0.9");
    job.run(false);
    job.send(TrackerHarness.announce(1, "initial", Role.INITIAL, ""));
    job.send(TrackerHarness.announce(2, "rehearsal", Role.REHEARSAL, "initial"));
    job.run(false);
    assertThat(manifest(DATASET).cutOff().failure())
        .contains("Of the 3 ANSWER questions that are wanted, there are 1 candidates");
    assertThat(members(DATASET)).isEmpty();
  }

  // ---------------------------------------------------------------- requests

  private static Request request(String id, Request.Kind kind, String... checkpoints) {
    return request(id, kind, Strategy.CORCER_RAIT, checkpoints);
  }

  private static Request request(
      String id, Request.Kind kind, Strategy strategy, String... checkpoints) {
    return new Request(
        id,
        kind,
        checkpoints[0],
        checkpoints.length > 1 ? checkpoints[1] : "",
        strategy,
        List.of(Changes.of(Task.OPEN_ENDED).answers(1).refusals(3).answerFrom(0.85).build()),
        null,
        new OriginalRecord(new Origin("requests", 0, 0), new byte[] {1}, new byte[] {2}));
  }

  @Test
  void aDatasetWithOtherSettingsIsMadeFromStateAlone() throws Exception {
    givenADataset();
    int asked = job.asked();
    job.send(request("mine", Request.Kind.DATASET, "initial", "rehearsal"));
    job.run(false);
    assertThat(members("mine/corcer-rait-open-ended"))
        .containsExactlyInAnyOrder("a1", "r1", "r2", "r3");
    assertThat(manifest("mine/corcer-rait-open-ended").cutOff().dataset().requestId())
        .isEqualTo("mine");
    assertThat(manifest("mine/corcer-rait-multiple-choice").complete())
        .as("of no questions, but asked for")
        .isFalse();
    assertThat(job.asked()).isEqualTo(asked);
  }

  @Test
  void aRequestThatComesAgainIsRefused() throws Exception {
    givenADataset();
    job.send(request("mine", Request.Kind.DATASET, "initial", "rehearsal"));
    job.send(request("mine", Request.Kind.DATASET, "initial", "rehearsal"));
    job.run(false);
    assertThat(job.refused())
        .singleElement()
        .satisfies(letter -> assertThat(letter.explanation()).contains("another id"))
        .satisfies(letter -> assertThat(letter.original().value()).containsExactly(2));
  }

  @Test
  void aRequestForADatasetOfNoStrategyIsRefusedWhereTheJobHasNone() throws Exception {
    stop();
    start(List.of(), new Counts(3, 2, Ties.EXACT, Shortage.FAIL));
    ask("a1", "0.9 0.9");
    job.run(false);
    job.send(TrackerHarness.announce(1, "initial", Role.INITIAL, ""));
    job.send(TrackerHarness.announce(2, "rehearsal", Role.REHEARSAL, "initial"));
    job.run(false);
    job.send(request("mine", Request.Kind.DATASET, (Strategy) null, "initial", "rehearsal"));
    job.run(false);
    assertThat(job.refused())
        .singleElement()
        .satisfies(letter -> assertThat(letter.explanation()).contains("datasets.strategies"));
  }

  @Test
  void requestsForCheckpointsThatAreNotThereOrDoNotFitAreRefused() throws Exception {
    givenADataset();
    job.send(request("1", Request.Kind.DATASET, "nobody", "rehearsal"));
    job.send(request("2", Request.Kind.DATASET, "initial", "nobody"));
    job.send(request("2", Request.Kind.DATASET, "initial", "initial"));
    job.send(request("3", Request.Kind.REHEARSAL_SET, "rehearsal"));
    job.send(request("4", Request.Kind.EVALUATION, "rehearsal"));
    job.run(false);
    assertThat(job.refused())
        .extracting(DeadLetter::reason)
        .containsExactly(
            DeadLetter.Reason.UNKNOWN_CHECKPOINT,
            DeadLetter.Reason.UNKNOWN_CHECKPOINT,
            DeadLetter.Reason.INVALID,
            DeadLetter.Reason.INVALID,
            DeadLetter.Reason.INVALID);
  }
}
