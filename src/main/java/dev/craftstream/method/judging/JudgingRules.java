package dev.craftstream.method.judging;

import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.CorrectnessRule;
import java.io.Serializable;
import java.util.List;

/**
 * How answers in words are judged.
 *
 * @param openEnded when an open-ended answer is correct
 * @param refusals phrases that begin a refusal, beside those of the tables, see {@link
 *     Refusals#with}
 */
public record JudgingRules(CorrectnessRule openEnded, List<String> refusals)
    implements Serializable {

  /** The paper's. */
  public static final JudgingRules PAPER = new JudgingRules(CorrectnessRule.SUBSTRING, List.of());

  /** Checks the rule and the phrases. */
  public JudgingRules {
    refusals = List.copyOf(refusals);
    if (!openEnded.isFor(Task.OPEN_ENDED)) {
      throw new IllegalArgumentException(
          "Open-ended answers can't be judged by "
              + openEnded
              + "; choose SUBSTRING, NORMALIZED_SUBSTRING, WORDS or JUDGE.");
    }
    Refusals.requireUsable(refusals);
  }
}
