package dev.craftstream.tracking;

import static dev.craftstream.tracking.TrackerHarness.announce;
import static dev.craftstream.tracking.TrackerHarness.retire;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.craftstream.flink.KeyGroups;
import dev.craftstream.model.Cost;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.message.Directive;
import dev.craftstream.model.message.GoOn;
import java.util.stream.LongStream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CeilingTest {
  private static final String[] QUESTIONS = {"a", "b", "c", "d", "e", "f", "g", "h"};
  private static final Ceiling FIVE_REQUESTS = new Ceiling(5, 0);
  private static final ModelCheckpoint INITIAL =
      announce(1, "initial", Role.INITIAL, "").announced();

  @Test
  void givenACeiling_whenItIsReached_thenNothingMoreIsAskedAndNothingIsGivenUp() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.restore(FIVE_REQUESTS, 1, 0, null)) {
      tracker.ask(QUESTIONS);
      tracker.initial(1);
      answerAll(tracker, 0);

      // What was in flight is still answered.
      assertThat(tracker.cost("initial").requests()).isBetween(5L, 6L);
      assertThat(tracker.isPaused("initial")).isTrue();
      assertThat(tracker.unusable()).isEmpty();
      assertThat(tracker.modelTime()).isZero();

      tracker.ask("later");
      assertThat(tracker.server.open()).isEmpty();
    }
  }

  @Test
  void givenACeilingOfTokens_whenItIsReached_thenItIsPaused() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.restore(new Ceiling(0, 100), 1, 0, null)) {
      tracker.ask(QUESTIONS);
      tracker.initial(1);
      answerAll(tracker, 30);
      assertThat(tracker.cost("initial").tokens()).isBetween(100L, 150L);
      assertThat(tracker.isPaused("initial")).isTrue();
    }
  }

  @Test
  void givenServersThatTellNoTokens_whenThereIsACeilingOfTokens_thenItIsNeverReached()
      throws Exception {
    try (TrackerHarness tracker = TrackerHarness.restore(new Ceiling(0, 1), 1, 0, null)) {
      tracker.ask(QUESTIONS);
      tracker.initial(1);
      answerAll(tracker, 0);
      assertThat(tracker.cost("initial").requests()).isEqualTo(QUESTIONS.length);
      assertThat(tracker.isPaused("initial")).isFalse();
    }
  }

  @Test
  void othersGoOn_andARetirementEndsThePause() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.restore(FIVE_REQUESTS, 1, 0, null)) {
      tracker.ask(QUESTIONS);
      tracker.initial(1);
      answerAll(tracker, 0);
      assertThat(tracker.isPaused("initial")).isTrue();
      tracker.rehearsal(2);
      answerAll(tracker, 0);
      assertThat(tracker.cost("rehearsal").requests()).isBetween(5L, 6L);
      tracker.checkpoint(announce(3, "other", Role.INITIAL, ""));
      answerAll(tracker, 0);
      assertThat(tracker.cost("other").requests()).isBetween(5L, 6L);
      assertThat(tracker.modelTime()).isZero();

      tracker.checkpoint(retire(4, "initial"));
      tracker.checkpoint(retire(5, "other"));
      assertThat(tracker.modelTime()).isEqualTo(5);
      assertThat(tracker.unusable()).isEmpty();
    }
  }

  @Test
  void aPauseOutlastsARestart_andAHigherCeilingEndsIt() throws Exception {
    OperatorSubtaskState state;
    try (TrackerHarness tracker = TrackerHarness.restore(FIVE_REQUESTS, 1, 0, null)) {
      tracker.ask(QUESTIONS);
      tracker.initial(1);
      answerAll(tracker, 0);
      state = tracker.snapshot();
    }
    try (TrackerHarness tracker = TrackerHarness.restore(FIVE_REQUESTS, 1, 0, state)) {
      assertThat(tracker.server.open()).isEmpty();
      assertThat(tracker.isPaused("initial")).isTrue();
      state = tracker.snapshot();
    }
    try (TrackerHarness tracker = TrackerHarness.restore(new Ceiling(20, 0), 1, 0, state)) {
      assertThat(tracker.isPaused("initial")).isFalse();
      answerAll(tracker, 0);
      assertThat(tracker.cost("initial").requests()).isEqualTo(QUESTIONS.length);
      assertThat(tracker.modelTime()).isEqualTo(1);
    }
  }

  @Test
  void aPauseOutlastsRescaling() throws Exception {
    OperatorSubtaskState state;
    try (TrackerHarness tracker = TrackerHarness.restore(new Ceiling(1, 0), 1, 0, null)) {
      tracker.ask(QUESTIONS);
      tracker.initial(1);
      answerAll(tracker, 0);
      state = tracker.snapshot();
    }
    Cost sum = Cost.NONE;
    for (int task = 0; task < 2; task++) {
      OperatorSubtaskState its =
          AbstractStreamOperatorTestHarness.repartitionOperatorState(
              state, TrackerHarness.MAX_PARALLELISM, 1, 2, task);
      try (TrackerHarness tracker = TrackerHarness.restore(new Ceiling(1, 0), 2, task, its)) {
        // A task asks no more once it has cost its share.
        boolean isPaused = tracker.isPaused("initial");
        assertThat(tracker.server.open().isEmpty()).isEqualTo(isPaused);
        sum = sum.plus(tracker.cost("initial"));
      }
    }
    assertThat(sum.requests()).isBetween(1L, 2L);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 16})
  void theSharesOfAllTasksAreTheCeiling(int tasks) {
    long sum =
        LongStream.range(0, tasks)
            .map(
                task -> {
                  int first = (int) ((task * 1440 + tasks - 1) / tasks);
                  int last = (int) (((task + 1) * 1440 + tasks - 1) / tasks) - 1;
                  return new Ceiling(1_000_003, 0)
                      .shareOf(new KeyGroups(first, last, 1440), 3)
                      .requests();
                })
            .sum();
    assertThat(sum).isEqualTo(3 * 1_000_003);
  }

  @Test
  void shareOfTheHighestCeilingIsNoOverflow_howeverOftenItIsAllowed() {
    KeyGroups last = new KeyGroups(1439, 1439, 1440);
    Ceiling.Share share = new Ceiling(1_000_000_000_000L, 0).shareOf(last, Integer.MAX_VALUE);
    assertThat(share.requests()).isEqualTo(1_000_000_000_000_000L / 1440 + 1);
  }

  @Test
  void whoMayGoOn_goesOnForAsMuchAgain_andSoAfterARestart() throws Exception {
    OperatorSubtaskState state;
    try (TrackerHarness tracker = TrackerHarness.restore(new Ceiling(2, 0), 1, 0, null)) {
      tracker.ask(QUESTIONS);
      tracker.initial(1);
      answerAll(tracker, 0);
      long before = tracker.cost("initial").requests();
      tracker.direct(Directive.of(new GoOn("r1", INITIAL)));
      tracker.mails();
      assertThat(tracker.isPaused("initial")).isFalse();
      answerAll(tracker, 0);
      assertThat(tracker.cost("initial").requests()).isBetween(before + 1, 5L);
      assertThat(tracker.isPaused("initial")).isTrue();
      state = tracker.snapshot();
    }
    try (TrackerHarness tracker = TrackerHarness.restore(new Ceiling(2, 0), 1, 0, state)) {
      assertThat(tracker.isPaused("initial")).isTrue();
      tracker.direct(Directive.of(new GoOn("r2", INITIAL)));
      tracker.direct(Directive.of(new GoOn("r3", INITIAL)));
      tracker.mails();
      answerAll(tracker, 0);
      assertThat(tracker.cost("initial").requests()).isEqualTo(QUESTIONS.length);
      assertThat(tracker.modelTime()).isEqualTo(1);
      assertThat(tracker.unusable()).isEmpty();

      // What it was allowed goes with it.
      tracker.checkpoint(retire(2, "initial"));
      tracker.initial(3);
      answerAll(tracker, 0);
      assertThat(tracker.isPaused("initial")).isTrue();
      assertThat(tracker.cost("initial").requests()).isBetween(2L, 3L);
    }
  }

  @Test
  void whatIsAllowedHoldsInEachTaskAfterRescaling() throws Exception {
    OperatorSubtaskState state;
    try (TrackerHarness tracker = TrackerHarness.restore(FIVE_REQUESTS, 1, 0, null)) {
      tracker.ask(QUESTIONS);
      tracker.initial(1);
      answerAll(tracker, 0);
      tracker.server.open();
      for (int times = 0; times < 9; times++) {
        tracker.direct(Directive.of(new GoOn("r" + times, INITIAL)));
      }
      state = tracker.snapshot();
    }
    long answered = 0;
    for (int task = 0; task < 2; task++) {
      OperatorSubtaskState its =
          AbstractStreamOperatorTestHarness.repartitionOperatorState(
              state, TrackerHarness.MAX_PARALLELISM, 1, 2, task);
      try (TrackerHarness tracker = TrackerHarness.restore(FIVE_REQUESTS, 2, task, its)) {
        answerAll(tracker, 0);
        answered += tracker.cost("initial").requests();
      }
    }
    assertThat(answered).isEqualTo(QUESTIONS.length);
  }

  @Test
  void aCeilingBelowNothingIsRefused() {
    assertThatThrownBy(() -> new Ceiling(-1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1 requests");
  }

  /** Answers all that is asked, each for so many tokens where there are any. */
  private static void answerAll(TrackerHarness tracker, long tokens) throws Exception {
    while (!tracker.server.open().isEmpty()) {
      ScriptedQuery.Ask ask = tracker.server.open().get(0);
      if (tokens > 0) {
        ask.spending().told(tokens - 5, 5);
      }
      tracker.answer(ask.what(), 0.5);
    }
  }
}
