package dev.craftstream.method;

import dev.craftstream.model.Figures;
import dev.craftstream.model.KnowledgeState;

/**
 * How probable it is that knowledge flows, given the samples that were drawn. Under each model
 * checkpoint a question has a chance of being answered right; before any sample each chance is as
 * probable as any other (a uniform prior), so that after k of n correct samples it has the
 * distribution Beta(k + 1, n - k + 1).
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

  /** The same by the counts: right answers before of so many, and after of so many. */
  public static double riseProbability(int before, int of, int after, int ofThese) {
    return Figures.round(greater(before + 1L, of - before + 1L, after + 1L, ofThese - after + 1L));
  }

  /**
   * P(y &gt; x) for independent x ~ Beta(a, b) and y ~ Beta(c, d) with positive whole parameters:
   * the sum over i below c of B(a + i, b + d) / ((d + i) B(1 + i, d) B(a, b)), with B the beta
   * function.
   */
  static double greater(long a, long b, long c, long d) {
    // The first term, and then each by its ratio to the one before.
    double term = Math.exp(logBeta(a, b + d) - logBeta(a, b));
    double sum = 0;
    for (long i = 0; i < c; i++) {
      sum += term;
      term *= (double) (a + i) / (a + b + d + i) * (d + i) / (i + 1);
    }
    return Math.min(1, sum);
  }

  private static double logBeta(long a, long b) {
    return logFactorial(a - 1) + logFactorial(b - 1) - logFactorial(a + b - 1);
  }

  private static double logFactorial(long n) {
    double sum = 0;
    for (long i = 2; i <= n; i++) {
      sum += Math.log(i);
    }
    return sum;
  }
}
