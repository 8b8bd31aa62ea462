package dev.craftstream.tracking;

import static dev.craftstream.tracking.TrackerHarness.announce;
import static dev.craftstream.tracking.TrackerHarness.question;
import static dev.craftstream.tracking.TrackerHarness.retire;
import static dev.craftstream.tracking.TrackerHarness.servedElsewhere;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.Measurement;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.evidence.Asked;
import dev.craftstream.model.evidence.EmbeddingPrecision;
import dev.craftstream.model.evidence.Evidence;
import dev.craftstream.model.knowledge.CheckpointKnowledge;
import dev.craftstream.model.knowledge.KnowledgeChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KnowledgeTrackerTest {
  private static final ServerUnavailableException MISSING =
      new ServerUnavailableException(FailureKind.MODEL_MISSING, "unknown model", null);

  private static final ServerUnavailableException FAILS =
      new ServerUnavailableException(FailureKind.FAILING, "it raised", null);
  private static final ModelCheckpointEvent INITIAL = announce(1, "initial", Role.INITIAL, "");

  @Test
  void aQuestionIsMeasuredUnderEachLiveCheckpointThatConcernsIt() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.initial(1);
      tracker.rehearsal(2);
      tracker.checkpoint(announce(3, "tuned", Role.TUNED, "initial"));
      tracker.ask("q");
      tracker.ask(
          new Question(
              "e",
              Task.OPEN_ENDED,
              Purpose.EVALUATE,
              "What?",
              "gold",
              List.of(),
              List.of(),
              "",
              List.of()));
      tracker.answerAll(0.5);

      assertThat(tracker.measured())
          .containsExactlyInAnyOrder("q@initial", "q@rehearsal", "e@initial", "e@tuned");
    }
  }

  @Test
  void aChangeCarriesAllThatIsKnownAndTheModelTime() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.initial(1);
      tracker.ask("q");
      tracker.answer("q@initial", 0.3);
      tracker.rehearsal(2);
      tracker.answer("q@rehearsal", 0.7);

      KnowledgeChange last = tracker.changes().get(1);
      assertThat(last.modelTime()).isEqualTo(2);
      assertThat(last.knowledge())
          .extracting(k -> k.checkpoint().id(), k -> k.state().correctness())
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple("initial", 0.3),
              org.assertj.core.groups.Tuple.tuple("rehearsal", 0.7));
    }
  }

  @Test
  void givenAnAnswerWithItsEvidence_whenItIsMeasured_thenTheEvidenceGoesOutBesideIt()
      throws Exception {
    Serving serving = new Serving("model", "", Contract.CRAFT, "", "", "");
    Evidence evidence =
        Evidence.ofSamples(
            serving,
            Asked.samples("Who?", List.of(1L), 1, 50, List.of()),
            List.of("an answer that is nowhere else"),
            List.of("an answer that is nowhere else"),
            List.of(),
            EmbeddingPrecision.FP16);
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.initial(1);
      tracker.ask("q", "without");
      tracker
          .server
          .open("q@initial")
          .answer()
          .complete(new Measurement(ScriptedQuery.knows(0.3), evidence));
      tracker.answer("without@initial", 0.3);

      assertThat(tracker.changes()).hasSize(2);
      assertThat(tracker.sideOutput(KnowledgeTracker.SAMPLES))
          .singleElement()
          .satisfies(
              samples -> {
                assertThat(samples.questionId()).isEqualTo("q");
                assertThat(samples.questionVersion()).isEqualTo(1);
                assertThat(samples.checkpoint().id()).isEqualTo("initial");
                assertThat(samples.promptVersion()).isEqualTo("v1");
                assertThat(samples.evidence()).usingRecursiveComparison().isEqualTo(evidence);
              });
    }
  }

  @Test
  void modelTimeIsCompleteWhenEveryQuestionKnownAtTheAnnouncementIsMeasured() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.ask("a", "b");
      tracker.initial(1);
      tracker.answer("a@initial", 1);
      assertThat(tracker.modelTime()).isZero();
      tracker.answer("b@initial", 1);
      assertThat(tracker.modelTime()).isEqualTo(1);
    }
  }

  @Test
  void givenStagesBehindThatDoNotKeepUp_whenAnswersCome_thenTheyWaitAndNothingMoreIsAsked()
      throws Exception {
    OperatorSubtaskState state;
    try (TrackerHarness tracker = TrackerHarness.start(2)) {
      tracker.ask("a", "b", "c", "d");
      tracker.initial(1);
      tracker.setUnread(3);
      tracker.server.open().forEach(ask -> ask.answer(0.5));
      tracker.passTime(Duration.ofSeconds(1));
      assertThat(tracker.measured()).isEmpty();
      assertThat(tracker.server.asks).hasSize(2);
      state = tracker.snapshot();

      tracker.setUnread(2);
      assertThat(tracker.measured()).hasSize(2);
      tracker.answerAll(0.5);
      assertThat(tracker.measured())
          .containsExactlyInAnyOrder("a@initial", "b@initial", "c@initial", "d@initial");
      assertThat(tracker.modelTime()).isEqualTo(1);
    }
    try (TrackerHarness restored =
        TrackerHarness.restore(new EmbeddedRocksDBStateBackend(), 4, 1, 0, state)) {
      assertThat(restored.server.openNames())
          .as("answers that waited were not state")
          .containsExactlyInAnyOrder("a@initial", "b@initial", "c@initial", "d@initial");
    }
  }

  @Test
  void questionsThatCameLaterNeverHoldModelTimeBack() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.ask("a");
      tracker.initial(1);
      tracker.ask("later");
      tracker.answer("a@initial", 1);

      assertThat(tracker.modelTime()).isEqualTo(1);
      assertThat(tracker.server.openNames()).containsExactly("later@initial");

      tracker.rehearsal(2);
      tracker.answer("a@rehearsal", 1);
      assertThat(tracker.modelTime()).as("known at announcement 2").isEqualTo(1);
      tracker.answer("later@initial", 1);
      tracker.answer("later@rehearsal", 1);
      assertThat(tracker.modelTime()).isEqualTo(2);
    }
  }

  @Test
  void questionsThatCameLaterAndFindNoSlotNeverHoldModelTimeBack() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.initial(1);
      tracker.ask("a", "b", "c", "d", "e", "f");
      tracker.rehearsal(2);
      tracker.ask("later1", "later2", "later3", "later4", "later5", "later6");
      while (tracker.server.openNames().stream().anyMatch(name -> !name.startsWith("later"))) {
        for (String name : List.copyOf(tracker.server.openNames())) {
          if (!name.startsWith("later")) {
            tracker.answer(name, 1);
          }
        }
        if (tracker.modelTime() < 2) {
          assertThat(tracker.server.openNames()).as("asked").isNotEmpty();
        }
      }

      assertThat(tracker.modelTime()).isEqualTo(2);
      assertThat(tracker.measured()).noneMatch(name -> name.startsWith("later"));
    }
  }

  @Test
  void aModelTimeDoesNotWaitForTheCheckpointAfterIt() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.ask("a");
      tracker.initial(1);
      tracker.rehearsal(2);
      tracker.answer("a@initial", 1);
      assertThat(tracker.server.openNames()).containsExactly("a@rehearsal");
      assertThat(tracker.modelTime()).isEqualTo(1);
    }
  }

  @Test
  void modelTimePassesWithoutQuestions() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.initial(1);
      assertThat(tracker.modelTime()).isEqualTo(1);
    }
  }

  @Test
  void theLastWatermarkOfADrainIsNoModelTime() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.ask("a");
      tracker.initial(1);
      tracker.drainWatermark();
      assertThat(tracker.modelTime()).isZero();
    }
  }

  @Test
  void theAllowedRequestsAreInFlightFromTheFirstToTheLast() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.ask(ids(20));
      tracker.initial(1);
      for (int left = 20; left > 0; left--) {
        assertThat(tracker.server.open()).hasSize(Math.min(4, left));
        tracker.answer(tracker.server.openNames().get(0), 0.5);
      }
      assertThat(tracker.modelTime()).isEqualTo(1);
    }
  }

  @Test
  void newQuestionsGoBeforeASweepAndLeaveItAQuarterOfTheSlots() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.ask(ids(50));
      tracker.initial(1);
      assertThat(tracker.server.open()).hasSize(4);
      for (int i = 0; i < 30; i++) {
        tracker.ask("new" + i);
      }
      for (int i = 0; i < 3; i++) {
        tracker.server.open().stream()
            .filter(a -> !a.what().startsWith("new"))
            .findFirst()
            .orElseThrow()
            .answer(0.5);
        tracker.passTime(Duration.ZERO);
      }
      assertThat(tracker.server.openNames().stream().filter(n -> n.startsWith("new"))).hasSize(3);

      for (int i = 0; i < 20; i++) {
        tracker.server.open().get(0).answer(0.5);
        tracker.passTime(Duration.ZERO);
        assertThat(tracker.server.openNames().stream().filter(n -> n.startsWith("new")))
            .as("new questions leave the sweep its share")
            .hasSizeLessThanOrEqualTo(3);
      }
      assertThat(tracker.measured().stream().filter(m -> !m.startsWith("new")))
          .hasSizeGreaterThan(5);
      assertThat(tracker.measured().stream().filter(m -> m.startsWith("new")))
          .hasSizeGreaterThan(5);
    }
  }

  @Test
  void aChangedQuestionIsMeasuredAgainAndTheOldAnswerIsNotUsed() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.initial(1);
      tracker.ask("q");
      ScriptedQuery.Ask old = tracker.server.open("q@initial");
      tracker.ask(question("q", "Another text?"));
      assertThat(old.answer()).isCancelled();
      ScriptedQuery.Ask again = tracker.server.open("q@initial");
      assertThat(again.version()).isEqualTo(2);
      assertThat(again.question().text()).isEqualTo("Another text?");
      tracker.answer("q@initial", 0.5);

      assertThat(tracker.measured()).containsExactly("q@initial");
      assertThat(tracker.changes()).extracting(KnowledgeChange::questionVersion).containsOnly(2);
    }
  }

  @Test
  void timersOnTheHeapBesideRocksDbAreRefused() {
    EmbeddedRocksDBStateBackend backend = new EmbeddedRocksDBStateBackend();
    backend.setPriorityQueueStateType(EmbeddedRocksDBStateBackend.PriorityQueueStateType.HEAP);
    assertThatThrownBy(() -> TrackerHarness.restore(backend, 4, 1, 0, null))
        .hasMessageContaining("timer-service.factory to ROCKSDB");
  }

  @Test
  void aRepeatedEventChangesNothing() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.initial(1);
      tracker.ask("q");
      tracker.answerAll(0.5);
      tracker.ask("q");
      assertThat(tracker.server.asks).hasSize(1);
      assertThat(tracker.changes()).hasSize(1);
    }
  }

  @Test
  void newTagsKeepTheMeasurement() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.initial(1);
      tracker.ask("q");
      tracker.answerAll(0.5);
      Question q = question("q", "What is q?");
      tracker.ask(
          new Question(
              q.id(),
              q.task(),
              q.purpose(),
              q.text(),
              q.answer(),
              q.aliases(),
              q.options(),
              "history",
              List.of("new")));

      assertThat(tracker.server.asks).hasSize(1);
      KnowledgeChange last = tracker.changes().get(1);
      assertThat(last.question().subject()).isEqualTo("history");
      assertThat(last.knowledge()).hasSize(1);
    }
  }

  @Test
  void anotherPurposeIsAnotherContent() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.initial(1);
      tracker.ask("q");
      tracker.answerAll(0.5);
      Question q = question("q", "What is q?");
      tracker.ask(
          new Question(
              q.id(),
              q.task(),
              Purpose.EVALUATE,
              q.text(),
              q.answer(),
              q.aliases(),
              q.options(),
              q.subject(),
              q.tags()));

      assertThat(tracker.server.openNames()).containsExactly("q@initial");
      assertThat(tracker.server.open("q@initial").version()).isEqualTo(2);
    }
  }

  @Test
  void thatContentChangedIsToldBeforeTheNewOneIsMeasured() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.initial(1);
      tracker.ask("q");
      tracker.answerAll(0.5);
      tracker.ask(question("q", "What was q?"));
      KnowledgeChange last = tracker.changes().get(tracker.changes().size() - 1);
      assertThat(last.question().text()).isEqualTo("What was q?");
      assertThat(last.questionVersion()).isEqualTo(2);
      assertThat(last.knowledge()).isEmpty();
      assertThat(last.measured()).isEmpty();
    }
  }

  @Test
  void anAnswerThatIsUnderWayWhenItsQuestionIsReplacedUnderTheSameIdIsNotTheNewOnes()
      throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.initial(1);
      tracker.ask("q");
      tracker.setUnread(100);
      tracker.answer("q@initial", 0.9);
      tracker.remove("q");
      tracker.ask(question("q", "What was q?"));
      tracker.setUnread(0);
      assertThat(tracker.measured()).isEmpty();
      tracker.answer("q@initial", 0.1);
      assertThat(tracker.measured()).containsExactly("q@initial");
      KnowledgeChange last = tracker.changes().get(tracker.changes().size() - 1);
      assertThat(last.question().text()).isEqualTo("What was q?");
      assertThat(last.knowledge().get(0).state().correctness()).isEqualTo(0.1);
    }
  }

  @Test
  void aRemovedQuestionDisappears() throws Exception {
    try (TrackerHarness tracker =
        TrackerHarness.restore(new HashMapStateBackend(), 4, 1, 0, null)) {
      tracker.initial(1);
      tracker.ask("gone", "asked");
      tracker.answer("gone@initial", 1);
      tracker.remove("gone");
      tracker.remove("asked");
      tracker.remove("never-there");

      assertThat(tracker.stateEntries()).isZero();
      assertThat(tracker.server.open()).isEmpty();
      List<KnowledgeChange> removals =
          tracker.changes().stream().filter(c -> c.question() == null).toList();
      assertThat(removals).extracting(KnowledgeChange::questionId).containsExactly("gone", "asked");

      tracker.rehearsal(2);
      assertThat(tracker.server.open()).isEmpty();
      assertThat(tracker.modelTime()).isEqualTo(2);
    }
  }

  @Test
  void aRetiredCheckpointIsAskedNoMoreAndForgotten() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(2)) {
      tracker.ask("a", "b", "c");
      tracker.initial(1);
      tracker.answerAll(0.5);
      tracker.rehearsal(2);
      tracker.answer(tracker.server.openNames().get(0), 0.6);
      tracker.checkpoint(retire(3, "rehearsal"));

      assertThat(tracker.server.open()).isEmpty();
      assertThat(tracker.modelTime()).isEqualTo(3);
      KnowledgeChange last = tracker.changes().get(tracker.changes().size() - 1);
      assertThat(last.measured()).isEmpty();
      assertThat(last.knowledge())
          .extracting(CheckpointKnowledge::checkpoint)
          .extracting(c -> c.id())
          .containsExactly("initial");
    }
  }

  @Test
  void whatWasMadeFromARetiredCheckpointIsNotAskedEither() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(2)) {
      tracker.initial(1);
      tracker.rehearsal(2);
      tracker.checkpoint(retire(3, "initial"));
      tracker.ask("q");
      assertThat(tracker.server.open()).isEmpty();
      tracker.initial(4);
      tracker.answerAll(0.5);
      assertThat(tracker.measured()).as("to be announced anew").containsExactly("q@initial");
    }
  }

  @Test
  void anUnusableAnswerIsGivenUpAtOnceAndOnlyUnderItsCheckpoint() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.ask("q");
      tracker.initial(1);
      tracker.fail("q@initial", new UnusableAnswerException("shape [3], expected [10]"));

      assertThat(tracker.unusable()).hasSize(1);
      assertThat(tracker.unusable().get(0).explanation()).contains("expected [10]");
      assertThat(tracker.unusable().get(0).checkpointId()).isEqualTo("initial");
      assertThat(tracker.modelTime()).isEqualTo(1);
      tracker.rehearsal(2);
      assertThat(tracker.server.openNames()).containsExactly("q@rehearsal");
    }
  }

  @Test
  void aRetryAsksAgainWhatFailedAndNothingElse() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.ask("failed", "known", "other");
      tracker.initial(1);
      tracker.fail("failed@initial", new UnusableAnswerException("no"));
      tracker.fail("other@initial", new UnusableAnswerException("no"));
      tracker.answer("known@initial", 0.5);
      assertThat(tracker.modelTime()).isEqualTo(1);

      tracker.retry(INITIAL, "failed", "known", "never-there");
      tracker.mails();
      assertThat(tracker.server.openNames()).containsExactly("failed@initial");
      assertThat(tracker.server.open("failed@initial").version()).isEqualTo(1);
      tracker.answer("failed@initial", 0.7);
      assertThat(tracker.changes())
          .last()
          .satisfies(
              change -> {
                assertThat(change.questionId()).isEqualTo("failed");
                assertThat(change.measured()).isEqualTo("initial");
              });

      tracker.retry(INITIAL, "failed", "other");
      tracker.mails();
      assertThat(tracker.server.openNames()).containsExactly("other@initial");
      tracker.fail("other@initial", new UnusableAnswerException("still not"));
      assertThat(tracker.unusable()).hasSize(3);
      assertThat(tracker.server.open()).isEmpty();
    }
  }

  @Test
  void modelTimeThatIsCompleteStaysSoDuringARetry() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.ask("a");
      tracker.initial(1);
      tracker.fail("a@initial", new UnusableAnswerException("no"));
      tracker.retry(INITIAL, "a");
      tracker.mails();
      assertThat(tracker.modelTime()).isEqualTo(1);
      tracker.rehearsal(2);
      assertThat(tracker.server.openNames()).as("one at a time").containsExactly("a@initial");
      assertThat(tracker.modelTime()).isEqualTo(1);
      tracker.answer("a@initial", 1);
      assertThat(tracker.modelTime()).isEqualTo(1);
      tracker.answer("a@rehearsal", 1);
      assertThat(tracker.modelTime()).isEqualTo(2);
    }
  }

  @Test
  void aRetryThatIsUnderWayWhenTheSweepComesIsWaitedForByTheSweep() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(2)) {
      tracker.ask("a", "b", "c", "d");
      tracker.initial(1);
      for (String id : List.of("a", "b", "c", "d")) {
        tracker.fail(id + "@initial", new UnusableAnswerException("no"));
      }
      tracker.rehearsal(2);
      assertThat(tracker.server.open()).hasSize(2);
      Set<String> swept = new HashSet<>(tracker.server.openNames());
      String waiting =
          List.of("a", "b", "c", "d").stream()
              .filter(id -> !swept.contains(id + "@rehearsal"))
              .findFirst()
              .orElseThrow();
      tracker.retry(INITIAL, waiting);
      tracker.mails();
      while (!tracker.server.openNames().equals(List.of(waiting + "@initial"))) {
        tracker.server.open().stream()
            .filter(ask -> !ask.question().id().equals(waiting))
            .findFirst()
            .orElseThrow()
            .answer(0.5);
        tracker.mails();
      }
      assertThat(tracker.modelTime()).as(waiting + " is not measured under rehearsal").isEqualTo(1);
      tracker.answerAll(0.5);
      assertThat(tracker.measured()).contains(waiting + "@initial", waiting + "@rehearsal");
      assertThat(tracker.modelTime()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aRetryOfAllGoesOnWhereItWasAfterAFailure(StateBackend backend) throws Exception {
    OperatorSubtaskState state;
    try (TrackerHarness tracker = TrackerHarness.restore(backend, 4, 1, 1, 0, null)) {
      tracker.mails();
      tracker.ask(ids(40));
      tracker.initial(1);
      for (boolean fails = true; !tracker.server.open().isEmpty(); fails = !fails) {
        if (fails) {
          tracker.fail(tracker.server.openNames().get(0), new UnusableAnswerException("no"));
        } else {
          tracker.answer(tracker.server.openNames().get(0), 0.5);
        }
      }
      assertThat(tracker.unusable()).hasSize(20);
      assertThat(tracker.modelTime()).isEqualTo(1);
      tracker.retry(INITIAL);
      while (tracker.server.open().isEmpty()) {
        assertThat(tracker.mail()).isTrue();
      }
      assertThat(tracker.server.open()).as("in mid-walk").hasSizeLessThan(4);
      state = tracker.snapshot();
    }
    try (TrackerHarness restored = TrackerHarness.restore(backend, 4, 1, 0, state)) {
      restored.answerAll(0.5);
      assertThat(restored.server.asks).hasSize(20);
      assertThat(restored.measured()).hasSize(20).doesNotHaveDuplicates();
      assertThat(restored.modelTime()).isEqualTo(1);
      restored.retry(INITIAL);
      restored.mails();
      assertThat(restored.server.open()).as("the same request again").isEmpty();
    }
  }

  @Test
  void aQuestionWithNewTagsStillHoldsTheSweepThatItIsPartOf() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.ask("q");
      tracker.initial(1);
      Question q = question("q", "What is q?");
      tracker.ask(
          new Question(
              q.id(),
              q.task(),
              q.purpose(),
              q.text(),
              q.answer(),
              q.aliases(),
              q.options(),
              "history",
              List.of("new")));
      assertThat(tracker.server.openNames()).containsExactly("q@initial");
      assertThat(tracker.modelTime()).isZero();
      tracker.answer("q@initial", 0.5);
      assertThat(tracker.modelTime()).isEqualTo(1);
    }
  }

  @Test
  void anOutageIsWaitedOutHoweverLongItTakes() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.ask("a", "b");
      tracker.initial(1);
      for (int i = 0; i < 50; i++) {
        tracker.fail(
            "a@initial", new ServerUnavailableException(FailureKind.HANGING, "down", null));
        tracker.fail(
            "b@initial", new ServerUnavailableException(FailureKind.HANGING, "down", null));
        assertThat(tracker.server.open()).as("rests").isEmpty();
        tracker.passTime(Duration.ofSeconds(1));
      }
      tracker.answerAll(0.5);
      assertThat(tracker.unusable()).isEmpty();
      assertThat(tracker.modelTime()).isEqualTo(1);
    }
  }

  @Test
  void aQuestionThatFailsWhileOthersAreAnsweredIsGivenUpAfterItsAttempts() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(2)) {
      tracker.initial(1);
      tracker.ask("poison");
      for (int attempt = 1; attempt <= 3; attempt++) {
        assertThat(tracker.unusable()).isEmpty();
        tracker.ask("other" + attempt);
        tracker.answer("other" + attempt + "@initial", 0.5);
        tracker.fail(
            "poison@initial",
            new ServerUnavailableException(FailureKind.HANGING, "timed out", null));
        if (attempt < 3) {
          tracker.passTime(Duration.ofSeconds(1));
          tracker.fail(
              "poison@initial",
              new ServerUnavailableException(FailureKind.HANGING, "nobody answers", null));
          tracker.passTime(Duration.ofSeconds(1));
        }
      }
      assertThat(tracker.unusable()).hasSize(1);
      assertThat(tracker.unusable().get(0).explanation())
          .contains("3 attempts")
          .contains("timed out");
      assertThat(tracker.server.open()).isEmpty();
    }
  }

  /** Such as a judge model that is away, while multiple-choice questions need none. */
  @Test
  void aFailureThatIsKnownToBeEveryonesDoesNotCountThoughOthersAreAnswered() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(2)) {
      tracker.initial(1);
      tracker.ask("judged");
      for (int attempt = 1; attempt <= 10; attempt++) {
        tracker.ask("other" + attempt);
        tracker.answer("other" + attempt + "@initial", 0.5);
        tracker.fail(
            "judged@initial",
            new ServerUnavailableException(FailureKind.HANGING, "timed out", null)
                .whileNobodyIsAnswered());
        tracker.passTime(Duration.ofSeconds(1));
      }
      assertThat(tracker.unusable()).isEmpty();
      tracker.answer("judged@initial", 0.5);
      assertThat(tracker.modelTime()).isEqualTo(1);
    }
  }

  @Test
  void attemptsThatAreSplitByRestartsAreCountedTogether() throws Exception {
    OperatorSubtaskState state = null;
    for (int attempt = 1; attempt <= 3; attempt++) {
      try (TrackerHarness tracker =
          TrackerHarness.restore(new EmbeddedRocksDBStateBackend(), 2, 1, 0, state)) {
        if (state == null) {
          tracker.initial(1);
          tracker.ask("poison");
        }
        assertThat(tracker.unusable()).isEmpty();
        tracker.ask("other" + attempt);
        tracker.answer("other" + attempt + "@initial", 0.5);
        tracker.fail("poison@initial", FAILS);
        state = tracker.snapshot();
        if (attempt == 3) {
          assertThat(tracker.unusable())
              .singleElement()
              .satisfies(given -> assertThat(given.explanation()).contains("after 3 attempts"));
          tracker.retry(announce(1, "initial", Role.INITIAL, ""), "poison");
          tracker.mails();
          tracker.ask("another");
          tracker.answer("another@initial", 0.5);
          tracker.fail("poison@initial", FAILS);
          assertThat(tracker.unusable()).as("a retry counts anew").hasSize(1);
        }
      }
    }
  }

  @Test
  void anAnswerForgetsTheAttemptsBefore() throws Exception {
    OperatorSubtaskState state;
    try (TrackerHarness tracker = TrackerHarness.start(2)) {
      tracker.initial(1);
      tracker.ask("a");
      for (int attempt = 1; attempt <= 2; attempt++) {
        tracker.ask("other" + attempt);
        tracker.answer("other" + attempt + "@initial", 0.5);
        tracker.fail("a@initial", FAILS);
        tracker.passTime(Duration.ofSeconds(1));
      }
      tracker.answer("a@initial", 0.5);
      tracker.ask(question("a", "Changed?"));
      tracker.ask("other");
      tracker.answer("other@initial", 0.5);
      tracker.fail("a@initial", FAILS);
      assertThat(tracker.unusable()).isEmpty();
      state = tracker.snapshot();
    }
    try (TrackerHarness restored =
        TrackerHarness.restore(new EmbeddedRocksDBStateBackend(), 2, 1, 0, state)) {
      restored.ask("more");
      restored.answer("more@initial", 0.5);
      restored.fail("a@initial", FAILS);
      assertThat(restored.unusable()).as("the second attempt").isEmpty();
    }
  }

  @Test
  void givenAQuestionThatRestsAfterAFailure_whenItsCheckpointRetires_thenItsSlotIsFreeAtOnce()
      throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(2)) {
      tracker.ask("a", "b");
      tracker.initial(1);
      tracker.answerAll(0.5);
      tracker.rehearsal(2);
      tracker.fail("a@rehearsal", FAILS);
      tracker.fail("b@rehearsal", FAILS);
      tracker.ask("new1", "new2");
      assertThat(tracker.server.open()).as("all slots are taken").isEmpty();
      tracker.checkpoint(retire(3, "rehearsal"));
      assertThat(tracker.server.openNames()).isNotEmpty().allMatch(ask -> ask.startsWith("new"));
      tracker.answerAll(0.5);
      assertThat(tracker.measured()).contains("new1@initial", "new2@initial");
      assertThat(tracker.modelTime()).isEqualTo(3);
      tracker.passTime(Duration.ofSeconds(1));
      assertThat(tracker.server.open()).isEmpty();
    }
  }

  @Test
  void givenAQuestionThatRestsAfterAFailure_whenItChangesOrGoes_thenItsSlotIsFreeAtOnce()
      throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(2)) {
      tracker.initial(1);
      tracker.ask("a", "b", "c", "d");
      tracker.fail("a@initial", FAILS);
      tracker.fail("b@initial", FAILS);
      assertThat(tracker.server.open()).isEmpty();
      tracker.ask(question("a", "Changed?"));
      assertThat(tracker.server.openNames()).containsExactly("a@initial");
      assertThat(tracker.server.open("a@initial").question().text()).isEqualTo("Changed?");
      tracker.remove("b");
      assertThat(tracker.server.openNames()).hasSize(2);
      tracker.answerAll(0.5);
      assertThat(tracker.measured()).hasSize(3);
    }
  }

  @Test
  void aCheckpointWithoutItsModelIsAskedOneQuestionAndTheOthersGoOn() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(2)) {
      tracker.ask("a", "b", "c");
      tracker.initial(1);
      tracker.answerAll(0.5);
      tracker.rehearsal(2);
      assertThat(tracker.server.openNames()).hasSize(2).allMatch(ask -> ask.endsWith("@rehearsal"));
      String probe = tracker.server.openNames().get(0);
      tracker.fail(probe, MISSING);
      tracker.fail(tracker.server.openNames().get(0), MISSING);
      assertThat(tracker.server.open()).as("the third goes on").isEmpty();

      tracker.checkpoint(announce(3, "tuned", Role.TUNED, "initial"));
      tracker.ask("new1", "new2", "new3");
      for (int i = 0; i < 20; i++) {
        tracker.passTime(Duration.ofSeconds(1));
        assertThat(tracker.server.openNames()).filteredOn(probe::equals).hasSize(1);
        tracker.fail(probe, MISSING);
        tracker.server.open().stream()
            .filter(ask -> ask.checkpoint().id().equals("initial"))
            .toList()
            .forEach(ask -> ask.answer(0.5));
        tracker.mails();
        assertThat(tracker.server.openNames())
            .as("no other question is asked for it")
            .noneMatch(ask -> ask.endsWith("@rehearsal"));
      }
      assertThat(tracker.measured())
          .contains("new1@initial", "new2@initial", "new3@initial")
          .noneMatch(measured -> measured.endsWith("@rehearsal"));
      assertThat(tracker.modelTime()).isEqualTo(1);
      assertThat(tracker.unusable()).isEmpty();

      tracker.passTime(Duration.ofSeconds(1));
      tracker.snapshot();
      tracker.answer(probe, 0.5);
      assertThat(tracker.server.open()).as("the model is back").hasSize(2);
      tracker.answerAll(0.5);
      assertThat(tracker.measured()).filteredOn(m -> m.endsWith("@rehearsal")).hasSize(6);
      assertThat(tracker.modelTime()).isEqualTo(3);
    }
  }

  @Test
  void aQuestionThatMissesAnotherCheckpointTooIsAskedForThat() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(2)) {
      tracker.ask("a", "b");
      tracker.initial(1);
      tracker.fail("a@initial", MISSING);
      tracker.fail("b@initial", MISSING);
      tracker.rehearsal(2);
      assertThat(tracker.server.openNames()).containsExactly("b@rehearsal");
      tracker.answer("b@rehearsal", 0.5);
      assertThat(tracker.modelTime()).isZero();
      tracker.passTime(Duration.ofSeconds(1));
      tracker.answer("a@initial", 0.5);
      assertThat(tracker.server.openNames()).containsExactlyInAnyOrder("a@rehearsal", "b@initial");
      tracker.answer("a@rehearsal", 0.5);
      assertThat(tracker.modelTime()).isZero();
      tracker.answer("b@initial", 0.5);
      assertThat(tracker.modelTime()).isEqualTo(2);
    }
  }

  @Test
  void whatWaitsForAMissingModelSurvivesAFailureAndGoesWithTheCheckpoint() throws Exception {
    OperatorSubtaskState state;
    try (TrackerHarness tracker = TrackerHarness.start(2)) {
      tracker.ask("a", "b", "c");
      tracker.initial(1);
      tracker.answerAll(0.5);
      tracker.rehearsal(2);
      tracker.fail(tracker.server.openNames().get(0), MISSING);
      tracker.fail(tracker.server.openNames().get(0), MISSING);
      state = tracker.snapshot();
    }
    try (TrackerHarness restored =
        TrackerHarness.restore(new EmbeddedRocksDBStateBackend(), 2, 1, 0, state)) {
      assertThat(restored.server.openNames())
          .as("nothing is known of the model yet")
          .hasSize(2)
          .allMatch(ask -> ask.endsWith("@rehearsal"));
      restored.fail(restored.server.openNames().get(0), MISSING);
      restored.fail(restored.server.openNames().get(0), MISSING);
      restored.checkpoint(retire(3, "rehearsal"));
      restored.passTime(Duration.ofSeconds(1));
      assertThat(restored.server.open()).isEmpty();
      assertThat(restored.modelTime()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void moreThanOneTurnHoldsWaitForAMissingModelAndComeBack(StateBackend backend) throws Exception {
    try (TrackerHarness tracker = TrackerHarness.restore(backend, 2, 1, 0, null)) {
      tracker.initial(1);
      tracker.ask(ids(2_500));
      String probe = tracker.server.openNames().get(0);
      tracker.fail(probe, MISSING);
      tracker.fail(tracker.server.openNames().get(0), MISSING);
      assertThat(tracker.server.open()).isEmpty();
      // All are looked at again with each announcement.
      tracker.checkpoint(announce(2, "tuned", Role.TUNED, "initial"));
      tracker.passTime(Duration.ofSeconds(1));
      tracker.answerAll(0.5);
      assertThat(tracker.measured()).hasSize(2_500).doesNotHaveDuplicates();
      assertThat(tracker.modelTime()).isEqualTo(2);
    }
  }

  @Test
  void aProbeWhoseQuestionGoesIsReplacedByAnother() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(2)) {
      tracker.ask("a", "b");
      tracker.initial(1);
      tracker.fail("a@initial", MISSING);
      tracker.fail("b@initial", MISSING);
      tracker.passTime(Duration.ofSeconds(1));
      assertThat(tracker.server.openNames()).containsExactly("a@initial");
      tracker.remove("a");
      assertThat(tracker.server.openNames()).containsExactly("b@initial");
    }
  }

  @Test
  void whatFailedIsAskedWhereTheCheckpointWasAnnouncedAgain() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.ask("missing", "asked");
      tracker.initial(1);
      tracker.fail("missing@initial", MISSING);
      assertThat(tracker.server.openNames()).containsExactly("asked@initial");
      tracker.checkpoint(servedElsewhere(2, "initial"));
      assertThat(tracker.server.openNames()).containsExactly("asked@initial");
      tracker.passTime(Duration.ofSeconds(1));
      assertThat(tracker.server.openNames())
          .containsExactlyInAnyOrder("asked@initial", "missing@initial");
      assertThat(tracker.server.open())
          .allMatch(ask -> ask.checkpoint().serving().modelVersion().equals("2"));
      tracker.answerAll(0.5);
      assertThat(tracker.measured()).containsExactlyInAnyOrder("asked@initial", "missing@initial");
      assertThat(tracker.modelTime()).isEqualTo(2);
    }
  }

  @Test
  void fewerQuestionsAreAskedWhileTheServerHasNoRoom() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(20)) {
      tracker.ask(ids(200));
      tracker.initial(1);
      assertThat(tracker.server.open()).hasSize(20);
      tracker.server.health().failed(FailureKind.OVERLOADED);
      answerSome(tracker, 20);
      answerSome(tracker, 1);
      assertThat(tracker.server.open()).as("a tenth less").hasSize(18);
      answerSome(tracker, 16);
      assertThat(tracker.server.open()).hasSize(18);
      answerSome(tracker, 1);
      assertThat(tracker.server.open()).as("one more after a round without").hasSize(19);
      tracker.fail(
          tracker.server.openNames().get(0),
          new ServerUnavailableException(FailureKind.HANGING, "timed out", null));
      answerSome(tracker, 20);
      assertThat(tracker.server.open()).as("17 slots, one of them resting").hasSize(16);
      tracker.passTime(Duration.ofSeconds(1));
      tracker.answerAll(0.5);
      assertThat(tracker.measured()).hasSize(200);
      assertThat(tracker.modelTime()).isEqualTo(1);
    }
  }

  @Test
  void anOutageLeavesTheLimitAsItIs() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.ask(ids(8));
      tracker.initial(1);
      for (int i = 0; i < 20; i++) {
        for (String asked : tracker.server.openNames()) {
          tracker.fail(asked, new ServerUnavailableException(FailureKind.HANGING, "silent", null));
        }
        tracker.passTime(Duration.ofSeconds(1));
      }
      assertThat(tracker.server.open()).hasSize(4);
    }
  }

  @Test
  void aRestoreAsksExactlyWhatHadNoAnswer() throws Exception {
    OperatorSubtaskState state;
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.ask(ids(10));
      tracker.initial(1);
      tracker.server.open().get(0).answer(0.5);
      tracker.server.open().get(0).answer(0.5);
      tracker.passTime(Duration.ZERO);
      assertThat(tracker.server.open()).hasSize(4);
      assertThat(tracker.measured()).hasSize(2);
      state = tracker.snapshot();
    }
    try (TrackerHarness restored =
        TrackerHarness.restore(new EmbeddedRocksDBStateBackend(), 4, 1, 0, state)) {
      assertThat(restored.server.open()).hasSize(4);
      assertThat(restored.modelTime()).isZero();
      restored.answerAll(0.5);
      assertThat(restored.server.asks).hasSize(8);
      assertThat(restored.modelTime()).isEqualTo(1);
    }
  }

  @Test
  void aQuestionThatChangedWhileItWasSweptIsAskedOnAfterAFailure() throws Exception {
    OperatorSubtaskState state;
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.ask("q");
      tracker.initial(1);
      tracker.ask(question("q", "Another text?"));
      assertThat(tracker.server.openNames()).containsExactly("q@initial");
      state = tracker.snapshot();
    }
    try (TrackerHarness restored =
        TrackerHarness.restore(new EmbeddedRocksDBStateBackend(), 4, 1, 0, state)) {
      restored.answer("q@initial", 0.5);
      assertThat(restored.changes().get(0).question().text()).isEqualTo("Another text?");
      assertThat(restored.modelTime()).isEqualTo(1);
    }
  }

  @Test
  void aSnapshotWithRequestsInFlightAsksNothingTwice() throws Exception {
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.ask(ids(10));
      tracker.initial(1);
      tracker.snapshot();
      tracker.server.open().get(0).answer(0.5);
      tracker.passTime(Duration.ZERO);
      tracker.snapshot();
      tracker.answerAll(0.5);
      assertThat(tracker.server.asks).hasSize(10);
      assertThat(tracker.measured()).hasSize(10);
      assertThat(tracker.modelTime()).isEqualTo(1);
    }
  }

  @Test
  void aRestoreAfterTheSweepTellsModelTimeAgain() throws Exception {
    OperatorSubtaskState state;
    try (TrackerHarness tracker = TrackerHarness.start(4)) {
      tracker.ask("a");
      tracker.initial(1);
      tracker.answerAll(0.5);
      state = tracker.snapshot();
    }
    try (TrackerHarness restored =
        TrackerHarness.restore(new EmbeddedRocksDBStateBackend(), 4, 1, 0, state)) {
      assertThat(restored.server.asks).isEmpty();
      assertThat(restored.modelTime()).isEqualTo(1);
    }
  }

  static List<StateBackend> backends() {
    return List.of(new EmbeddedRocksDBStateBackend(), new HashMapStateBackend());
  }

  @ParameterizedTest
  @MethodSource("backends")
  void rescalingFromOneToTwoAndBackLosesAndRepeatsNothing(StateBackend backend) throws Exception {
    int max = TrackerHarness.MAX_PARALLELISM;
    List<String> measured = new ArrayList<>();
    OperatorSubtaskState one;
    try (TrackerHarness tracker = TrackerHarness.restore(backend, 4, 1, 0, null)) {
      tracker.ask(ids(40));
      tracker.initial(1);
      answerSome(tracker, 6);
      measured.addAll(tracker.measured());
      one = tracker.snapshot();
    }
    List<OperatorSubtaskState> halves = new ArrayList<>();
    for (int task = 0; task < 2; task++) {
      OperatorSubtaskState part =
          AbstractStreamOperatorTestHarness.repartitionOperatorState(one, max, 1, 2, task);
      try (TrackerHarness tracker = TrackerHarness.restore(backend, 4, 2, task, part)) {
        answerSome(tracker, 5);
        assertThat(tracker.modelTime()).isZero();
        measured.addAll(tracker.measured());
        halves.add(tracker.snapshot());
      }
    }
    OperatorSubtaskState whole =
        AbstractStreamOperatorTestHarness.repackageState(
            halves.toArray(OperatorSubtaskState[]::new));
    OperatorSubtaskState back =
        AbstractStreamOperatorTestHarness.repartitionOperatorState(whole, max, 2, 1, 0);
    try (TrackerHarness tracker = TrackerHarness.restore(backend, 4, 1, 0, back)) {
      tracker.answerAll(0.5);
      assertThat(tracker.modelTime()).isEqualTo(1);
      measured.addAll(tracker.measured());
    }
    Set<String> distinct = new HashSet<>(measured);
    assertThat(measured).hasSize(40);
    assertThat(distinct).hasSize(40);
  }

  private static void answerSome(TrackerHarness tracker, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      tracker.server.open().get(0).answer(0.5);
      tracker.passTime(Duration.ZERO);
    }
  }

  private static String[] ids(int count) {
    return IntStream.range(0, count).mapToObj(i -> "q" + i).toArray(String[]::new);
  }
}
