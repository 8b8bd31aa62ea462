package dev.craftstream.method;

import static dev.craftstream.model.Task.MULTIPLE_CHOICE;
import static dev.craftstream.model.Task.OPEN_ENDED;
import static dev.craftstream.model.label.Strategy.COR_RAIT;
import static dev.craftstream.model.label.Strategy.CRAFT;
import static dev.craftstream.model.label.Strategy.VAN_TUNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.craftstream.method.Relabelling.Outcome;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CheckpointKnowledge;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.JudgeModel;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.label.Decision;
import dev.craftstream.model.label.DropReason;
import dev.craftstream.model.label.FlowFilter;
import dev.craftstream.model.label.FlowRule;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Sureness;
import dev.craftstream.model.label.Thresholds;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RelabellingTest {
  private static final Question QUESTION = TestQuestions.openEnded("A");
  private static final Outcome ANSWER = new Outcome(Label.ANSWER, null);
  private static final Outcome REFUSAL = new Outcome(Label.REFUSAL, null);
  private static final Outcome UNDECIDED =
      new Outcome(Label.DROPPED, DropReason.UNDECIDED_CORRECTNESS);
  private static final Outcome FLOWS = new Outcome(Label.DROPPED, DropReason.KNOWLEDGE_FLOW);

  @Nested
  class ALabel {

    @ParameterizedTest(name = "{0}: INITIAL {1}, REHEARSAL {2} -> {3} {4}")
    @CsvSource({
      // Known: the answer stays, whatever flows.
      "OPEN_ENDED, 1.0, 0.0, ANSWER,",
      "OPEN_ENDED, 0.51, 0.51, ANSWER,",
      "OPEN_ENDED, 0.6, 1.0, ANSWER,",
      "MULTIPLE_CHOICE, 0.5, 0.1, ANSWER,",
      "MULTIPLE_CHOICE, 0.5, 0.9, ANSWER,",
      // Half known.
      "OPEN_ENDED, 0.5, 0.1, DROPPED, UNDECIDED_CORRECTNESS",
      "OPEN_ENDED, 0.5, 0.9, DROPPED, UNDECIDED_CORRECTNESS",
      // Unknown: a refusal, where the knowledge ebbs,
      "OPEN_ENDED, 0.49, 0.48, REFUSAL,",
      "OPEN_ENDED, 0.1, 0.0, REFUSAL,",
      "MULTIPLE_CHOICE, 0.499999, 0.4, REFUSAL,",
      // or, in multiple choice, stands still;
      "MULTIPLE_CHOICE, 0.3, 0.3, REFUSAL,",
      "OPEN_ENDED, 0.3, 0.3, DROPPED, KNOWLEDGE_FLOW",
      "OPEN_ENDED, 0.0, 0.0, DROPPED, KNOWLEDGE_FLOW",
      // but not where it flows.
      "OPEN_ENDED, 0.4, 0.5, DROPPED, KNOWLEDGE_FLOW",
      "MULTIPLE_CHOICE, 0.3, 0.300001, DROPPED, KNOWLEDGE_FLOW",
    })
    void followsFromCorrectnessAndFlow(
        Task task, double initial, double rehearsal, Label label, DropReason reason) {
      assertThat(label(task, CRAFT, initial, rehearsal)).isEqualTo(new Outcome(label, reason));
      assertThat(label(task, Strategy.CRAFT_WITHOUT_CERTAINTY, initial, rehearsal))
          .isEqualTo(new Outcome(label, reason));
    }

    @ParameterizedTest
    @EnumSource(names = {"COR_RAIT", "CORCER_RAIT"})
    void ofAStrategyWithoutFlowFollowsFromCorrectnessAlone(Strategy strategy) {
      assertThat(label(OPEN_ENDED, strategy, 0.4, 0.9)).isEqualTo(REFUSAL);
      assertThat(label(MULTIPLE_CHOICE, strategy, 0.4, 0.9)).isEqualTo(REFUSAL);
      assertThat(label(OPEN_ENDED, strategy, 0.5, 0.9)).isEqualTo(UNDECIDED);
      assertThat(label(OPEN_ENDED, strategy, 0.6, 0.9)).isEqualTo(ANSWER);
    }

    @Test
    void ofVanillaTuningIsAlwaysAnswer() {
      assertThat(label(OPEN_ENDED, VAN_TUNING, 0.0, 0.0)).isEqualTo(ANSWER);
      assertThat(label(OPEN_ENDED, VAN_TUNING, 0.5, 0.0)).isEqualTo(ANSWER);
      assertThat(label(MULTIPLE_CHOICE, VAN_TUNING, 0.0, 1.0)).isEqualTo(ANSWER);
    }

    @Test
    void withoutRehearsalFollowsFromCorrectnessAlone() {
      assertThat(Relabelling.label(OPEN_ENDED, CRAFT, Thresholds.PAPER, state(0.4), null))
          .isEqualTo(REFUSAL);
      assertThat(Relabelling.label(OPEN_ENDED, CRAFT, Thresholds.PAPER, state(0.5), null))
          .isEqualTo(UNDECIDED);
    }

    @Test
    void obeysTheUsersThresholds() {
      Thresholds strict = new Thresholds(0.9, 0.1, 0.8, 0.2);
      assertThat(Relabelling.label(OPEN_ENDED, CRAFT, strict, state(0.8), state(0)))
          .isEqualTo(UNDECIDED);
      assertThat(Relabelling.label(OPEN_ENDED, CRAFT, strict, state(0.1), state(0)))
          .isEqualTo(REFUSAL);
      assertThat(Relabelling.label(MULTIPLE_CHOICE, CRAFT, strict, state(0.2), state(0)))
          .isEqualTo(UNDECIDED);
      assertThat(Relabelling.label(MULTIPLE_CHOICE, CRAFT, strict, state(0.1), state(0.2)))
          .isEqualTo(FLOWS);
    }

    @ParameterizedTest(name = "{0}: {1} and {2} of 10 right -> {3}")
    @CsvSource({
      "FALLS, 3, 2, REFUSAL",
      "FALLS, 3, 3, DROPPED",
      "FALLS, 0, 0, DROPPED",
      "NOT_RISES, 3, 3, REFUSAL",
      "NOT_RISES, 0, 0, REFUSAL",
      "NOT_RISES, 0, 1, DROPPED",
      // Surely is above .9: 0 and 2 of 10 rise with .893, 0 and 3 with .955.
      "RISES_SURELY, 3, 2, REFUSAL",
      "RISES_SURELY, 0, 2, REFUSAL",
      "RISES_SURELY, 0, 3, DROPPED",
      "RISES_SURELY, 3, 5, REFUSAL",
      "RISES_SURELY, 3, 6, DROPPED",
    })
    void obeysTheFlowRuleOfItsTask(FlowRule rule, int initial, int rehearsal, Label label) {
      FlowFilter filter = new FlowFilter(rule, 0.9);
      assertThat(
              Relabelling.label(
                      OPEN_ENDED,
                      CRAFT,
                      new Thresholds(0.51, 0.49, 0.5, 0.5, filter, FlowFilter.MULTIPLE_CHOICE),
                      sampled(initial),
                      sampled(rehearsal))
                  .label())
          .isEqualTo(label);
      assertThat(
              Relabelling.label(
                      MULTIPLE_CHOICE,
                      CRAFT,
                      new Thresholds(0.51, 0.49, 0.5, 0.5, FlowFilter.OPEN_ENDED, filter),
                      sampled(initial),
                      sampled(rehearsal))
                  .label())
          .isEqualTo(label);
    }

    @Test
    void ofAStateFromBeforeFlowRulesFollowsThePapers() {
      Thresholds old = new Thresholds(0.51, 0.49, 0.5, 0.5, null, null);
      assertThat(old.flow(OPEN_ENDED)).isEqualTo(FlowFilter.OPEN_ENDED);
      assertThat(Relabelling.label(OPEN_ENDED, CRAFT, old, state(0.3), state(0.3)))
          .isEqualTo(FLOWS);
      assertThat(Relabelling.label(MULTIPLE_CHOICE, CRAFT, old, state(0.3), state(0.3)))
          .isEqualTo(REFUSAL);
    }

    private KnowledgeState sampled(int correct) {
      return new KnowledgeState(
          correct / 10.0,
          0,
          CertaintyKind.NONE,
          0,
          0,
          10,
          correct,
          0,
          "",
          0,
          "",
          CorrectnessRule.SUBSTRING);
    }

    @Test
    void restsOnAFlowWithoutRoundingErrors() {
      // 0.3 - 0.1 is not 0.2 in binary.
      assertThat(Relabelling.knowledgeFlow(state(0.1), state(0.3))).isEqualTo(0.2);
      assertThat(Relabelling.knowledgeFlow(state(0.3), state(0.1))).isEqualTo(-0.2);
      assertThat(Relabelling.knowledgeFlow(state(0.7), state(0.7))).isEqualTo(0.0);
    }

    private Outcome label(Task task, Strategy strategy, double initial, double rehearsal) {
      return Relabelling.label(task, strategy, Thresholds.PAPER, state(initial), state(rehearsal));
    }
  }

  @Nested
  class ADecision {
    // Nothing was drawn, so that all is certain.
    private static final Sureness PROVISIONAL = new Sureness(1.0, null, null);
    private static final Sureness FALLS = new Sureness(1.0, 1.0, 0.0);
    private static final Sureness STAYS = new Sureness(1.0, 0.0, 0.0);
    private static final Sureness RISES = new Sureness(1.0, 0.0, 1.0);

    private final CheckpointKnowledge oldInitial = known("base-1", 1, Role.INITIAL, "", 0.1);
    private final CheckpointKnowledge oldRehearsal =
        known("base-1-r", 2, Role.REHEARSAL, "base-1", 0.0);
    private final CheckpointKnowledge newerRehearsal =
        known("base-1-r2", 3, Role.REHEARSAL, "base-1", 0.9);
    private final CheckpointKnowledge newInitial = known("base-2", 4, Role.INITIAL, "", 0.9);
    private final CheckpointKnowledge newRehearsal =
        known("base-2-r", 5, Role.REHEARSAL, "base-2", 0.9);
    private final CheckpointKnowledge tuned = known("tuned", 6, Role.TUNED, "base-2", 0.9);

    @Test
    void isNotThereBeforeAnInitialCheckpointWasMeasured() {
      assertThat(decide()).isEmpty();
      assertThat(decide(oldRehearsal, tuned)).isEmpty();
    }

    @Test
    void isProvisionalUntilARehearsalWasMeasured() {
      Decision decision = decide(oldInitial).orElseThrow();
      assertThat(decision.provisional()).isTrue();
      assertThat(decision)
          .isEqualTo(
              new Decision(
                  Label.REFUSAL,
                  null,
                  CRAFT,
                  FlowFilter.OPEN_ENDED,
                  PROVISIONAL,
                  oldInitial,
                  null));
    }

    @Test
    void isProvisionalOnTheNewestInitialWhereNoneHasARehearsal() {
      assertThat(decide(oldInitial, newInitial, tuned))
          .contains(
              new Decision(
                  Label.ANSWER, null, CRAFT, FlowFilter.OPEN_ENDED, PROVISIONAL, newInitial, null));
    }

    @Test
    void isFinalOnAPair() {
      assertThat(decide(oldInitial, oldRehearsal))
          .contains(
              new Decision(
                  Label.REFUSAL,
                  null,
                  CRAFT,
                  FlowFilter.OPEN_ENDED,
                  FALLS,
                  oldInitial,
                  oldRehearsal));
    }

    @Test
    void takesTheNewestRehearsalOfItsInitial() {
      assertThat(decide(newerRehearsal, oldInitial, oldRehearsal))
          .contains(
              new Decision(
                  Label.DROPPED,
                  DropReason.KNOWLEDGE_FLOW,
                  CRAFT,
                  FlowFilter.OPEN_ENDED,
                  RISES,
                  oldInitial,
                  newerRehearsal));
    }

    @Test
    void takesNoRehearsalThatAnotherRuleOrJudgeMeasured() {
      JudgeModel judge = new JudgeModel("judge", "1", "judge-1");
      for (JudgeModel other :
          new JudgeModel[] {
            new JudgeModel("judge", "1", "judge-2"),
            new JudgeModel("judge", "2", "judge-1"),
            new JudgeModel("other", "1", "judge-1"),
            null
          }) {
        assertThat(decide(judgedBy(judge, oldInitial), judgedBy(other, oldRehearsal)))
            .get()
            .extracting(Decision::rehearsal)
            .isNull();
      }
      assertThat(decide(judgedBy(judge, oldInitial), judgedBy(judge, oldRehearsal)))
          .get()
          .extracting(Decision::rehearsal)
          .isNotNull();
    }

    private CheckpointKnowledge judgedBy(JudgeModel judge, CheckpointKnowledge known) {
      KnowledgeState state = known.state();
      return new CheckpointKnowledge(
          known.checkpoint(),
          new KnowledgeState(
              state.correctness(),
              0,
              CertaintyKind.NONE,
              0,
              0,
              state.samples(),
              state.correctSamples(),
              0,
              "",
              0,
              "",
              judge == null ? CorrectnessRule.SUBSTRING : CorrectnessRule.JUDGE,
              judge));
    }

    @Test
    void staysOnTheOldPairWhileTheNewInitialHasNoRehearsal() {
      assertThat(decide(newInitial, oldRehearsal, oldInitial))
          .contains(
              new Decision(
                  Label.REFUSAL,
                  null,
                  CRAFT,
                  FlowFilter.OPEN_ENDED,
                  FALLS,
                  oldInitial,
                  oldRehearsal));
    }

    @Test
    void movesToTheNewPairWhenItIsComplete() {
      assertThat(decide(oldInitial, oldRehearsal, newerRehearsal, newInitial, newRehearsal))
          .contains(
              new Decision(
                  Label.ANSWER,
                  null,
                  CRAFT,
                  FlowFilter.OPEN_ENDED,
                  STAYS,
                  newInitial,
                  newRehearsal));
    }

    @Test
    void doesNotPairAnInitialWithAnothersRehearsal() {
      assertThat(decide(oldInitial, newRehearsal))
          .contains(
              new Decision(
                  Label.REFUSAL,
                  null,
                  CRAFT,
                  FlowFilter.OPEN_ENDED,
                  PROVISIONAL,
                  oldInitial,
                  null));
    }

    @Test
    void belongsToThePairByAnnouncementAndNotByRehearsal() {
      CheckpointKnowledge lateRehearsal = known("base-1-r3", 9, Role.REHEARSAL, "base-1", 0.0);
      assertThat(decide(oldInitial, newInitial, newRehearsal, lateRehearsal))
          .contains(
              new Decision(
                  Label.ANSWER,
                  null,
                  CRAFT,
                  FlowFilter.OPEN_ENDED,
                  STAYS,
                  newInitial,
                  newRehearsal));
    }

    @Test
    void namesThePairAlsoUnderAStrategyThatDoesNotUseFlow() {
      assertThat(
              Relabelling.decide(
                  QUESTION, COR_RAIT, Thresholds.PAPER, List.of(oldInitial, newerRehearsal)))
          .contains(
              new Decision(Label.REFUSAL, null, COR_RAIT, null, RISES, oldInitial, newerRehearsal));
    }

    private Optional<Decision> decide(CheckpointKnowledge... knowledge) {
      return Relabelling.decide(QUESTION, CRAFT, Thresholds.PAPER, List.of(knowledge));
    }
  }

  @ParameterizedTest
  @EnumSource(Strategy.class)
  void itsTagsLeaveAQuestionOut(Strategy strategy) {
    CheckpointKnowledge initial = known("base", 1, Role.INITIAL, "", 1.0);
    List<String> tags = List.of("easy", "craft:duplicate");

    Decision duplicate =
        Relabelling.decide(QUESTION.withTags(tags), strategy, Thresholds.PAPER, List.of(initial))
            .orElseThrow();
    Decision both =
        Relabelling.decide(
                QUESTION.withTags(List.of("craft:duplicate", "craft:evaluated")),
                strategy,
                Thresholds.PAPER,
                List.of(initial))
            .orElseThrow();

    assertThat(duplicate.label()).isEqualTo(Label.DROPPED);
    assertThat(duplicate.dropReason()).isEqualTo(DropReason.DUPLICATE);
    assertThat(both.dropReason()).isEqualTo(DropReason.EVALUATED);
    assertThat(Relabelling.decide(QUESTION, strategy, Thresholds.PAPER, List.of(initial)))
        .hasValueSatisfying(decision -> assertThat(decision.label()).isEqualTo(Label.ANSWER));
  }

  @Test
  void aDecisionBySuretySaysHowSure() {
    Thresholds surely =
        new Thresholds(
            0.51,
            0.49,
            0.5,
            0.5,
            new FlowFilter(FlowRule.RISES_SURELY, 0.9),
            FlowFilter.MULTIPLE_CHOICE);
    CheckpointKnowledge initial = known("base", 1, Role.INITIAL, "", 0.1);
    CheckpointKnowledge rehearsal = known("base-r", 2, Role.REHEARSAL, "base", 0.2);
    Decision decision =
        Relabelling.decide(QUESTION, CRAFT, surely, List.of(initial, rehearsal)).orElseThrow();
    assertThat(decision.flow()).isEqualTo(surely.openEndedFlow());
    // Nothing was drawn here, so that the rise is certain.
    assertThat(decision.sureness().rises()).isEqualTo(1.0);
    assertThat(
            Relabelling.decide(QUESTION, CRAFT, surely, List.of(initial))
                .orElseThrow()
                .sureness()
                .rises())
        .isNull();
  }

  @ParameterizedTest(name = "{0}: {1} and {2} of 10 right -> {3}")
  @CsvSource({
    // By SciPy: the tails of Beta(2, 10) up to .49, Beta(11, 1) from .51, and Beta(6, 6) between.
    "CRAFT, 1, 0, REFUSAL, 0.9929764969941708, 0.7619047619047619",
    "CRAFT, 1, 3, DROPPED, 0.9929764969941708, 0.1553884711779449",
    "COR_RAIT, 1, 3, REFUSAL, 0.9929764969941708, 0.1553884711779449",
    "CRAFT, 10, 10, ANSWER, 0.9993928836384792, 0.5",
    "CRAFT, 5, 5, DROPPED, 0.05410454857005087, 0.5",
    "VAN_TUNING, 1, 0, ANSWER, , 0.7619047619047619",
  })
  void aDecisionSaysHowSureItIs(
      Strategy strategy, int initial, int rehearsal, Label label, Double ofClass, double falls) {
    Decision decision =
        Relabelling.decide(
                QUESTION,
                strategy,
                Thresholds.PAPER,
                List.of(
                    sampled("base", 1, Role.INITIAL, "", initial),
                    sampled("base-r", 2, Role.REHEARSAL, "base", rehearsal)))
            .orElseThrow();
    assertThat(decision.label()).isEqualTo(label);
    if (ofClass == null) {
      assertThat(decision.sureness().ofClass()).isNull();
    } else {
      assertThat(decision.sureness().ofClass()).isCloseTo(ofClass, within(6e-13));
    }
    assertThat(decision.sureness().falls()).isCloseTo(falls, within(1e-9));
    assertThat(decision.sureness().rises()).isCloseTo(1 - falls, within(1e-9));
  }

  private static CheckpointKnowledge sampled(
      String id, long announcedAt, Role role, String baseId, int correct) {
    return new CheckpointKnowledge(
        known(id, announcedAt, role, baseId, 0).checkpoint(),
        new KnowledgeState(
            correct / 10.0,
            0,
            CertaintyKind.NONE,
            0,
            0,
            10,
            correct,
            0,
            "",
            0,
            "",
            CorrectnessRule.SUBSTRING));
  }

  private static CheckpointKnowledge known(
      String id, long announcedAt, Role role, String baseId, double correctness) {
    return new CheckpointKnowledge(
        new ModelCheckpoint(
            id, announcedAt, role, baseId, new Serving("model", "", Contract.CRAFT, "", "", "")),
        state(correctness));
  }

  private static KnowledgeState state(double correctness) {
    return new KnowledgeState(
        correctness, 0, CertaintyKind.NONE, 0, 0, 0, 0, 0, "", 0, "", CorrectnessRule.SUBSTRING);
  }
}
