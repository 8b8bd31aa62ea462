package dev.craftstream.relabel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CheckpointKnowledge;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.label.Instruction;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Thresholds;
import dev.craftstream.prompt.TrainingPrompt;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RelabelerTest {
  private KeyedOneInputStreamOperatorTestHarness<String, KnowledgeChange, Instruction> harness;

  @BeforeEach
  void open() throws Exception {
    harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(
                new Relabeler(Strategy.CRAFT, Thresholds.PAPER, TrainingPrompt.standard())),
            KnowledgeChange::questionId,
            Types.STRING);
    harness.open();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void aDecisionIsProvisionalBeforeRehearsalAndFinalAfter() throws Exception {
    known(question(Purpose.TRAIN), 1, initial(1, 0.1));
    known(question(Purpose.TRAIN), 1, initial(1, 0.1), rehearsal(2, "i1", 0.4));

    assertThat(instructions())
        .extracting(
            Instruction::revision, i -> i.decision().label(), i -> i.decision().provisional())
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(1, Label.REFUSAL, true),
            org.assertj.core.groups.Tuple.tuple(2, Label.DROPPED, false));
    assertThat(instructions().get(0).response()).isEqualTo("I don't know");
    assertThat(instructions().get(1).response()).isEmpty();
  }

  @Test
  void aLaterPairRevisesAndALaterInitialAloneDoesNot() throws Exception {
    CheckpointKnowledge i1 = initial(1, 0.1);
    CheckpointKnowledge r1 = rehearsal(2, "i1", 0.0);
    CheckpointKnowledge i3 = initial(3, 0.9);
    known(question(Purpose.TRAIN), 1, i1, r1);
    known(question(Purpose.TRAIN), 1, i1, r1, i3);
    assertThat(instructions()).hasSize(1);
    known(question(Purpose.TRAIN), 1, i1, r1, i3, rehearsal(4, "i3", 0.9));

    assertThat(instructions())
        .extracting(i -> i.decision().label())
        .containsExactly(Label.REFUSAL, Label.ANSWER);
  }

  @Test
  void theSameKnowledgeAgainSaysNothing() throws Exception {
    known(question(Purpose.TRAIN), 1, initial(1, 0.9));
    known(question(Purpose.TRAIN), 1, initial(1, 0.9));
    assertThat(instructions()).hasSize(1);
  }

  @Test
  void aRetiredRehearsalDoesNotMakeAFinalDecisionProvisionalAgain() throws Exception {
    known(question(Purpose.TRAIN), 1, initial(1, 0.1), rehearsal(2, "i1", 0.0));
    known(question(Purpose.TRAIN), 1, initial(1, 0.1));
    assertThat(instructions()).hasSize(1);
  }

  @Test
  void aRetiredNewestPairBringsTheOneBeforeBack() throws Exception {
    CheckpointKnowledge i1 = initial(1, 0.1);
    CheckpointKnowledge r1 = rehearsal(2, "i1", 0.0);
    known(question(Purpose.TRAIN), 1, i1, r1, initial(3, 0.9), rehearsal(4, "i3", 0.9));
    known(question(Purpose.TRAIN), 1, i1, r1);
    assertThat(instructions())
        .extracting(i -> i.decision().label())
        .containsExactly(Label.ANSWER, Label.REFUSAL);
  }

  @Test
  void aChangedQuestionStartsProvisionallyAgain() throws Exception {
    known(question(Purpose.TRAIN), 1, initial(1, 0.1), rehearsal(2, "i1", 0.0));
    known(question(Purpose.TRAIN), 2, initial(1, 0.9));
    assertThat(instructions())
        .extracting(Instruction::questionVersion, i -> i.decision().provisional())
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(1, false),
            org.assertj.core.groups.Tuple.tuple(2, true));
  }

  @Test
  void whatWasDecidedOnOldContentIsWithdrawnUntilTheNewIsMeasured() throws Exception {
    known(question(Purpose.TRAIN), 1, initial(1, 0.9));
    known(question(Purpose.TRAIN), 2);
    known(question(Purpose.TRAIN), 2);
    known(question(Purpose.TRAIN), 3);
    known(question(Purpose.TRAIN), 3, initial(1, 0.9));
    assertThat(instructions())
        .extracting(Instruction::isTombstone)
        .containsExactly(false, true, false);
    assertThat(instructions()).extracting(Instruction::revision).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void whatIsWithdrawnAlreadyGetsNoOtherTombstone() throws Exception {
    known(question(Purpose.TRAIN), 1, initial(1, 0.9));
    known(question(Purpose.TRAIN), 2);
    harness.processElement(new KnowledgeChange("q", null, 2, List.of(), "", 1), 0);
    assertThat(instructions()).hasSize(2);
    assertThat(harness.numKeyedStateEntries()).isZero();
  }

  @Test
  void aRemovedQuestionGetsATombstoneOnce() throws Exception {
    known(question(Purpose.TRAIN), 1, initial(1, 0.9));
    harness.processElement(new KnowledgeChange("q", null, 1, List.of(), "", 1), 0);
    harness.processElement(new KnowledgeChange("q", null, 1, List.of(), "", 1), 0);

    assertThat(instructions()).hasSize(2);
    assertThat(instructions().get(1).isTombstone()).isTrue();
    assertThat(harness.numKeyedStateEntries()).isZero();
  }

  @Test
  void aQuestionThatBecomesOneToEvaluateWithGetsATombstone() throws Exception {
    known(question(Purpose.TRAIN), 1, initial(1, 0.9));
    known(question(Purpose.EVALUATE), 1, initial(1, 0.9));
    assertThat(instructions().get(1).isTombstone()).isTrue();
  }

  @Test
  void anEvaluationQuestionNeverBecomesAnInstruction() throws Exception {
    known(question(Purpose.EVALUATE), 1, initial(1, 0.9));
    assertThat(instructions()).isEmpty();
  }

  private void known(Question question, int version, CheckpointKnowledge... knowledge)
      throws Exception {
    harness.processElement(
        new KnowledgeChange("q", question, version, List.of(knowledge), "", 9), 0);
  }

  private List<Instruction> instructions() {
    return harness.extractOutputValues();
  }

  private static Question question(Purpose purpose) {
    return new Question(
        "q", Task.OPEN_ENDED, purpose, "Who?", "She", List.of(), List.of(), "", List.of());
  }

  private static CheckpointKnowledge initial(long time, double correctness) {
    return knowledge("i" + time, time, Role.INITIAL, "", correctness);
  }

  private static CheckpointKnowledge rehearsal(long time, String base, double correctness) {
    return knowledge("r" + time, time, Role.REHEARSAL, base, correctness);
  }

  private static CheckpointKnowledge knowledge(
      String id, long time, Role role, String base, double correctness) {
    Serving serving = new Serving("model", "", Contract.CRAFT, "", "", "");
    return new CheckpointKnowledge(
        new ModelCheckpoint(id, time, role, base, serving),
        new KnowledgeState(
            correctness,
            0.5,
            CertaintyKind.EMBEDDING_SIMILARITY,
            0,
            0,
            10,
            (int) (correctness * 10),
            0,
            "",
            1,
            "v1",
            CorrectnessRule.SUBSTRING));
  }
}
