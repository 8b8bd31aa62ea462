package dev.craftstream.method.statistics;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * The area under the receiver operating characteristic (AUROC): the probability that a score is
 * greater for a positive than for a negative, equal scores counting half (Hanley and McNeil, 1982).
 */
public final class RankArea {
  private RankArea() {}

  /**
   * The area, 0 to 1; 0.5 is chance.
   *
   * @param scores finite, in any unit
   * @param positive which of them should be great, of the same length
   * @return nothing where there are no positives, or no negatives
   * @throws IllegalArgumentException where a score is not finite
   */
  public static OptionalDouble of(double[] scores, boolean[] positive) {
    Integer[] order = new Integer[scores.length];
    for (int i = 0; i < order.length; i++) {
      if (!Double.isFinite(scores[i])) {
        throw new IllegalArgumentException("The score " + scores[i] + " has no rank.");
      }
      order[i] = i;
    }
    Arrays.sort(order, (a, b) -> Double.compare(scores[a], scores[b]));
    double rankSum = 0;
    long positives = 0;
    for (int from = 0; from < order.length; ) {
      int to = from;
      int among = 0;
      while (to < order.length && scores[order[to]] == scores[order[from]]) {
        among += positive[order[to++]] ? 1 : 0;
      }
      // Ranks count from 1; equal scores share their mean rank.
      rankSum += among * (from + 1 + to) / 2.0;
      positives += among;
      from = to;
    }
    long negatives = order.length - positives;
    return positives == 0 || negatives == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            (rankSum - positives * (positives + 1) / 2.0) / ((double) positives * negatives));
  }
}
