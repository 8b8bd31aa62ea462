package dev.craftstream.tracking;

import static dev.craftstream.tracking.TrackerHarness.announce;
import static dev.craftstream.tracking.TrackerHarness.retire;
import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.model.Cost;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.dataset.Dataset;
import dev.craftstream.model.dataset.DatasetCost;
import dev.craftstream.model.dataset.DatasetKind;
import dev.craftstream.model.dataset.Selection;
import dev.craftstream.model.dataset.Shortage;
import dev.craftstream.model.dataset.Ties;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.label.RehearsalThresholds;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Thresholds;
import dev.craftstream.model.message.Directive;
import dev.craftstream.model.message.Survey;
import dev.craftstream.model.message.SurveyReport;
import dev.craftstream.model.message.UnusableAnswer;
import java.time.Duration;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class CheckpointCostsTest {
  private static final int MAX_PARALLELISM = TrackerHarness.MAX_PARALLELISM;
  private static final String[] QUESTIONS = {"a", "b", "c", "d", "e", "f", "g", "h"};

  private static final ServerUnavailableException FAILS =
      new ServerUnavailableException(FailureKind.FAILING, "it raised", null);

  @Test
  void whatAMeasurementHasCostGoesWithItAndIntoTheSum() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.initial(1);
      tracker.ask("a", "b");
      answer(tracker, "a@initial", 30, 4);
      answer(tracker, "b@initial", 20, 6);

      assertThat(tracker.changes())
          .filteredOn(change -> !change.measured().isEmpty())
          .extracting(KnowledgeChange::cost)
          .containsExactly(new Cost(1, 1, 30, 4), new Cost(1, 1, 20, 6));
      assertThat(tracker.cost("initial")).isEqualTo(new Cost(2, 2, 50, 10));
    }
  }

  @Test
  void whatIsAskedAgainCountsWithItsFailedAttempts_andWhatTellsNoTokensIsARequest()
      throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.initial(1);
      tracker.ask("a");
      tracker.fail("a@initial", FAILS);
      assertThat(tracker.cost("initial")).isEqualTo(Cost.NONE);
      tracker.passTime(Duration.ofSeconds(1));
      tracker.answer("a@initial", 0.5);

      assertThat(tracker.cost("initial")).isEqualTo(new Cost(2, 0, 0, 0));
    }
  }

  @Test
  void whatIsGivenUpOrTakenBackHasItsCostToo() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.initial(1);
      tracker.ask("a", "b");
      tracker.server.open("a@initial").spending().told(7, 3);
      tracker.fail("a@initial", new UnusableAnswerException("nonsense"));
      tracker.remove("b");

      assertThat(tracker.unusable())
          .extracting(UnusableAnswer::cost)
          .containsExactly(new Cost(1, 1, 7, 3));
      assertThat(tracker.cost("initial")).isEqualTo(new Cost(2, 1, 7, 3));
    }
  }

  @Test
  void givenRequestsInFlight_whenRestored_thenEachAnswerCountsOnce() throws Exception {
    OperatorSubtaskState state;
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.initial(1);
      tracker.ask("a", "b");
      answer(tracker, "a@initial", 30, 4);
      state = tracker.snapshot();
      answer(tracker, "b@initial", 20, 6);
      assertThat(tracker.cost("initial")).isEqualTo(new Cost(2, 2, 50, 10));
    }
    try (TrackerHarness tracker =
        TrackerHarness.restore(new EmbeddedRocksDBStateBackend(), 4, 1, 0, state)) {
      assertThat(tracker.cost("initial")).isEqualTo(new Cost(1, 1, 30, 4));
      answer(tracker, "b@initial", 21, 5);
      assertThat(tracker.cost("initial")).isEqualTo(new Cost(2, 2, 51, 9));
    }
  }

  @Test
  void givenCosts_whenRescaledUpAndDown_thenNothingIsLostOrDoubled() throws Exception {
    OperatorSubtaskState one;
    try (TrackerHarness tracker = TrackerHarness.start(8)) {
      tracker.initial(1);
      tracker.rehearsal(2);
      tracker.ask(QUESTIONS);
      answerAll(tracker);
      assertThat(tracker.cost("initial")).isEqualTo(new Cost(8, 8, 80, 16));
      one = tracker.snapshot();
    }
    OperatorSubtaskState[] three = new OperatorSubtaskState[3];
    Cost[] initial = new Cost[3];
    for (int task = 0; task < 3; task++) {
      try (TrackerHarness tracker = restored(one, 1, 3, task)) {
        initial[task] = tracker.cost("initial");
        assertThat(tracker.cost("rehearsal")).isEqualTo(initial[task]);
        three[task] = tracker.snapshot();
      }
    }
    assertThat(initial).doesNotContain(Cost.NONE);
    assertThat(List.of(initial).stream().reduce(Cost.NONE, Cost::plus))
        .isEqualTo(new Cost(8, 8, 80, 16));

    OperatorSubtaskState all = AbstractStreamOperatorTestHarness.repackageState(three);
    Cost sum = Cost.NONE;
    for (int task = 0; task < 2; task++) {
      try (TrackerHarness tracker = restored(all, 3, 2, task)) {
        sum = sum.plus(tracker.cost("rehearsal"));
      }
    }
    assertThat(sum).isEqualTo(new Cost(8, 8, 80, 16));
  }

  @Test
  void aModelCheckpointThatIsRetiredTakesItsCostAlong() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(8)) {
      tracker.initial(1);
      tracker.rehearsal(2);
      tracker.ask("a");
      answerAll(tracker);
      tracker.checkpoint(retire(3, "rehearsal"));
      assertThat(tracker.cost("rehearsal")).isNull();
      assertThat(tracker.cost("initial").requests()).isEqualTo(1);

      tracker.checkpoint(announce(4, "rehearsal", Role.REHEARSAL, "initial"));
      assertThat(tracker.cost("rehearsal")).isEqualTo(Cost.NONE);
      answerAll(tracker);
      assertThat(tracker.cost("rehearsal").requests()).isEqualTo(1);
    }
  }

  @Test
  void anotherAnnouncementOfTheSameWeightsGoesOnCounting() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(8)) {
      tracker.initial(1);
      tracker.ask("a");
      answerAll(tracker);
      tracker.checkpoint(TrackerHarness.servedElsewhere(2, "initial"));
      tracker.ask("b");
      answerAll(tracker);
      assertThat(tracker.cost("initial").requests()).isEqualTo(2);
    }
  }

  @Test
  void aSurveyReportsEachTasksCostOnce_whetherItIsAnnouncedOrRequested() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(8)) {
      Dataset dataset = dataset();
      tracker.initial(1);
      tracker.ask(QUESTIONS);
      answerAll(tracker);
      tracker.direct(
          Directive.of(
              announce(2, "rehearsal", Role.REHEARSAL, "initial"),
              new Survey("announced", 2, List.of(dataset), null, null)));
      tracker.mails();
      answerAll(tracker);
      assertThat(reported(tracker))
          .isEqualTo(new DatasetCost(new Cost(8, 8, 80, 16), new Cost(8, 8, 80, 16)));

      tracker.ask("late", "later");
      answerAll(tracker);
      tracker.direct(Directive.of(new Survey("requested", 2, List.of(dataset), null, null)));
      tracker.mails();
      assertThat(reported(tracker))
          .isEqualTo(new DatasetCost(new Cost(10, 10, 100, 20), new Cost(10, 10, 100, 20)));
    }
  }

  private static DatasetCost reported(TrackerHarness tracker) throws Exception {
    List<SurveyReport> reports = tracker.takeSideOutput(KnowledgeTracker.SURVEYED);
    assertThat(reports.stream().mapToInt(SurveyReport::keyGroups).sum()).isEqualTo(MAX_PARALLELISM);
    return reports.stream().map(SurveyReport::cost).reduce(DatasetCost.NONE, DatasetCost::plus);
  }

  private static Dataset dataset() {
    Selection selection =
        new Selection(
            DatasetKind.TRAINING,
            Task.OPEN_ENDED,
            Strategy.CRAFT,
            Thresholds.PAPER,
            RehearsalThresholds.PAPER,
            3,
            0,
            Ties.EXACT,
            Shortage.SHORT,
            7,
            CorrectnessRule.SUBSTRING,
            0);
    return new Dataset(
        "dataset",
        selection,
        announce(1, "initial", Role.INITIAL, "").announced(),
        announce(2, "rehearsal", Role.REHEARSAL, "initial").announced(),
        "",
        "k",
        "t",
        0);
  }

  private static TrackerHarness restored(
      OperatorSubtaskState state, int before, int tasks, int task) throws Exception {
    return TrackerHarness.restore(
        new EmbeddedRocksDBStateBackend(),
        8,
        tasks,
        task,
        AbstractStreamOperatorTestHarness.repartitionOperatorState(
            state, MAX_PARALLELISM, before, tasks, task));
  }

  private static void answer(TrackerHarness tracker, String what, long prompt, long generated)
      throws Exception {
    tracker.server.open(what).spending().told(prompt, generated);
    tracker.answer(what, 0.5);
  }

  private static void answerAll(TrackerHarness tracker) throws Exception {
    while (!tracker.server.open().isEmpty()) {
      for (ScriptedQuery.Ask ask : tracker.server.open()) {
        answer(tracker, ask.what(), 10, 2);
      }
    }
  }
}
