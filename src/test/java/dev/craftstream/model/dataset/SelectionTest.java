package dev.craftstream.model.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.JudgeModel;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.label.RehearsalThresholds;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Thresholds;
import org.junit.jupiter.api.Test;

class SelectionTest {
  private static final JudgeModel JUDGE = new JudgeModel("judge", "1", "judge-1");

  @Test
  void onlyWhatOneRuleMeasuredAndOneJudgeJudgedComesIntoADataset() {
    Selection words = selection(CorrectnessRule.WORDS, null);
    assertThat(words.takes(measured(CorrectnessRule.WORDS, null))).isTrue();
    assertThat(words.takes(measured(CorrectnessRule.SUBSTRING, null))).isFalse();
    assertThat(words.takes(measured(CorrectnessRule.JUDGE, JUDGE))).isFalse();

    Selection judged = selection(CorrectnessRule.JUDGE, JUDGE);
    assertThat(
            judged.takes(measured(CorrectnessRule.JUDGE, new JudgeModel("judge", "1", "judge-1"))))
        .isTrue();
    assertThat(judged.takes(measured(CorrectnessRule.WORDS, null))).isFalse();
    for (JudgeModel other :
        new JudgeModel[] {
          new JudgeModel("other", "1", "judge-1"),
          new JudgeModel("judge", "2", "judge-1"),
          new JudgeModel("judge", "1", "judge-2")
        }) {
      assertThat(judged.takes(measured(CorrectnessRule.JUDGE, other))).as(other.shown()).isFalse();
    }
    assertThat(judged.withSeed(9).takes(measured(CorrectnessRule.JUDGE, JUDGE))).isTrue();
    assertThat(selection(null, null).takes(measured(CorrectnessRule.JUDGE, JUDGE)))
        .as("a selection of before rules were named")
        .isTrue();
  }

  private static Selection selection(CorrectnessRule rule, JudgeModel judge) {
    return new Selection(
        DatasetKind.TRAINING,
        Task.OPEN_ENDED,
        Strategy.CRAFT,
        Thresholds.PAPER,
        RehearsalThresholds.PAPER,
        8,
        2,
        Ties.EXACT,
        Shortage.SHORT,
        1,
        rule,
        0,
        judge);
  }

  private static KnowledgeState measured(CorrectnessRule rule, JudgeModel judge) {
    return new KnowledgeState(
        0.5, 0.5, CertaintyKind.EMBEDDING_SIMILARITY, 0, 0, 10, 5, 0, "", 1, "oe", rule, judge);
  }
}
