package dev.craftstream.method.posterior;

import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.Figures;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.label.Thresholds;

/**
 * How probable it is that the chance of a right answer lies on that side of the thresholds on which
 * the share of correct samples lies. Rounded to 12 decimals.
 */
public final class ClassPosterior {
  private ClassPosterior() {}

  /**
   * Probability that the chance of a right answer is of the class that measured correctness is of:
   * at least the threshold of ANSWER, at most that of REFUSAL, or between the two; 0 to 1. Where no
   * samples were drawn, correctness is exact, and this is 1.
   */
  public static double probability(Task task, Thresholds thresholds, KnowledgeState state) {
    if (state.samples() == 0) {
      return 1;
    }
    int correct = state.correctSamples();
    int of = state.samples();
    double answerFrom = thresholds.answerFrom(task);
    double refusalBound = thresholds.refusalBound(task);
    return switch (thresholds.label(task, state.correctness())) {
      case ANSWER -> atLeast(answerFrom, correct, of);
      case REFUSAL -> atMost(refusalBound, correct, of);
      case DROPPED ->
          Figures.round(
              Math.max(0, below(answerFrom, correct, of) - below(refusalBound, correct, of)));
    };
  }

  /**
   * Probability that the chance is at least {@code share}, 0 to 1, after so many right of so many.
   */
  public static double atLeast(double share, int correct, int of) {
    return Figures.round(1 - below(share, correct, of));
  }

  /**
   * Probability that the chance is at most {@code share}, 0 to 1, after so many right of so many.
   */
  public static double atMost(double share, int correct, int of) {
    return Figures.round(below(share, correct, of));
  }

  /**
   * The regularised incomplete beta function I(share; k + 1, n - k + 1), which for whole numbers is
   * the probability of more than k successes in n + 1 trials of that chance.
   */
  private static double below(double share, int correct, int of) {
    if (share <= 0 || share >= 1) {
      return share <= 0 ? 0 : 1;
    }
    long trials = of + 1L;
    double odds = share / (1 - share);
    return Terms.shareFrom(correct + 1L, 0, trials, i -> (double) (trials - i) / (i + 1) * odds);
  }
}
