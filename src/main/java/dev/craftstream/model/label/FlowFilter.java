package dev.craftstream.model.label;

import java.io.Serializable;

/**
 * A flow rule with what it needs.
 *
 * @param rule which REFUSAL candidates stay
 * @param riseProbability {@link FlowRule#RISES_SURELY}: a candidate is dropped where the
 *     probability that it flows is above this, 0 to 1; the other rules don't look at it
 */
public record FlowFilter(FlowRule rule, double riseProbability) implements Serializable {

  /**
   * Drops a question that was right 0 of 10 and then 3 of 10 times (.95), or 3 and then 6 of 10
   * (.90), but not one that was right once more than before (.76 at most).
   */
  public static final double SURE = 0.9;

  /** The paper's: {@link FlowRule#FALLS} and {@link FlowRule#NOT_RISES}. */
  public static final FlowFilter OPEN_ENDED = new FlowFilter(FlowRule.FALLS, SURE);

  public static final FlowFilter MULTIPLE_CHOICE = new FlowFilter(FlowRule.NOT_RISES, SURE);

  public FlowFilter {
    if (!(riseProbability >= 0 && riseProbability <= 1)) {
      throw new IllegalArgumentException(
          "The rise probability is " + riseProbability + "; set it between 0 and 1.");
    }
  }
}
