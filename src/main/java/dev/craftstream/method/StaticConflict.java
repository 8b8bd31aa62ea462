package dev.craftstream.method;

import dev.craftstream.model.knowledge.Figures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The static conflict of a dataset (paper: CRSS): near-identical questions with opposite labels,
 * which teach a model to refuse what it knows.
 *
 * @param refusals REFUSAL samples, drawing again counted
 * @param shares for each threshold, in the order given, the share of them in conflict
 * @param quantiles how similar they are to their nearest ANSWER sample, from the least similar one
 *     to the most
 */
public record StaticConflict(long refusals, List<Share> shares, List<Quantile> quantiles) {

  /** The least, the quarters, the upper tail, the greatest. */
  private static final List<Double> QUANTILES = List.of(0.0, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0);

  /**
   * CRSS.
   *
   * @param threshold cosine similarity that the nearest ANSWER sample has to exceed
   * @param share of the REFUSAL samples, 0 to 1
   */
  public record Share(double threshold, double share) {}

  /**
   * A point of the distribution.
   *
   * @param portion 0 to 1; 0.5 is the median
   * @param similarity the least cosine similarity that so large a portion of the samples does not
   *     exceed
   */
  public record Quantile(double portion, double similarity) {}

  /**
   * The conflict of samples.
   *
   * @param nearest for each REFUSAL question the cosine similarity of its nearest ANSWER sample, -1
   *     to 1
   * @param copies how often each of them is in the dataset, at least 1
   * @param thresholds -1 to 1
   * @throws IllegalArgumentException where there is no REFUSAL sample, of which there is no share,
   *     or a figure is out of its range
   */
  public static StaticConflict of(double[] nearest, int[] copies, List<Double> thresholds) {
    if (nearest.length == 0) {
      throw new IllegalArgumentException(
          "There is no REFUSAL sample, so no share of them is in conflict: CRSS is undefined.");
    }
    for (double threshold : thresholds) {
      if (!(threshold >= -1 && threshold <= 1)) {
        throw new IllegalArgumentException(
            "The threshold " + threshold + " is no cosine similarity; give -1 to 1.");
      }
    }
    Integer[] order = new Integer[nearest.length];
    double[] similarities = new double[nearest.length];
    long refusals = 0;
    for (int i = 0; i < nearest.length; i++) {
      order[i] = i;
      similarities[i] = Figures.round(nearest[i]);
      if (!(similarities[i] >= -1 && similarities[i] <= 1) || copies[i] < 1) {
        throw new IllegalArgumentException(
            "REFUSAL sample %d has the similarity %s and %d copies; -1 to 1 and at least 1 are possible."
                .formatted(i + 1, nearest[i], copies[i]));
      }
      refusals += copies[i];
    }
    Arrays.sort(order, (a, b) -> Double.compare(similarities[a], similarities[b]));
    List<Share> shares = new ArrayList<>();
    for (double threshold : thresholds) {
      long above = 0;
      for (int i = 0; i < similarities.length; i++) {
        above += similarities[i] > threshold ? copies[i] : 0;
      }
      shares.add(new Share(threshold, (double) above / refusals));
    }
    List<Quantile> quantiles = new ArrayList<>();
    long passed = 0;
    int at = 0;
    for (double portion : QUANTILES) {
      while (at < order.length - 1 && passed + copies[order[at]] < portion * refusals) {
        passed += copies[order[at++]];
      }
      quantiles.add(new Quantile(portion, similarities[order[at]]));
    }
    return new StaticConflict(refusals, List.copyOf(shares), List.copyOf(quantiles));
  }
}
