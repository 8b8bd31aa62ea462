package dev.craftstream.method.posterior;

import dev.craftstream.model.knowledge.Figures;
import dev.craftstream.model.knowledge.KnowledgeState;

/**
 * How probable it is that knowledge flows, given the samples that were drawn: that the chance of a
 * right answer differs between two model checkpoints. Rounded to 12 decimals.
 */
public final class FlowPosterior {
  private FlowPosterior() {}

  /**
   * Probability that the chance of a right answer is greater under REHEARSAL than under INITIAL, 0
   * to 1. Equal counts of as many samples give 0.5. Where no samples were drawn, correctness is
   * exact: then 1 where it rises, else 0.
   */
  public static double riseProbability(KnowledgeState initial, KnowledgeState rehearsal) {
    if (initial.samples() == 0 || rehearsal.samples() == 0) {
      return initial.flowTo(rehearsal) > 0 ? 1 : 0;
    }
    return riseProbability(
        initial.correctSamples(),
        initial.samples(),
        rehearsal.correctSamples(),
        rehearsal.samples());
  }

  /**
   * Probability that the chance of a right answer is less under REHEARSAL than under INITIAL, 0 to
   * 1. What was sampled rises or falls; where no samples were drawn, it may do neither.
   */
  public static double fallProbability(KnowledgeState initial, KnowledgeState rehearsal) {
    return riseProbability(rehearsal, initial);
  }

  /**
   * The same by the counts: right answers before of so many, and after of so many.
   *
   * <p>With one more right answer drawn before than there were, and n + 1 and m + 1 draws in all,
   * the chances compare as order statistics of uniform numbers do: the one is smaller where at
   * least {@code before + 1} of the {@code before + after + 1} smallest numbers are its own, which
   * is a tail of the hypergeometric distribution. All terms are positive, so that nothing cancels.
   */
  public static double riseProbability(int before, int of, int after, int ofThese) {
    long own = of + 1L;
    long others = ofThese + 1L;
    long drawn = before + after + 1L;
    double share =
        Terms.shareFrom(
            before + 1L,
            Math.max(0, drawn - others),
            Math.min(own, drawn),
            i -> (double) (own - i) / (i + 1) * (drawn - i) / (others - drawn + i + 1));
    return Figures.round(share);
  }
}
