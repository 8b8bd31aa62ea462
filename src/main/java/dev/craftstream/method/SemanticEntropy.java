package dev.craftstream.method;

import dev.craftstream.model.knowledge.Figures;
import java.util.Arrays;

/**
 * Certainty of an open-ended question, after the semantic entropy of Kuhn, Gal and Farquhar
 * (Semantic Uncertainty, ICLR 2023) in the form that needs no token probabilities (Farquhar,
 * Kossen, Kuhn and Gal, Detecting Hallucinations in Large Language Models Using Semantic Entropy,
 * Nature 2024: discrete semantic entropy): samples of one meaning are one cluster, and the entropy
 * is over the clusters' shares of the samples. Certainty is minus that: 0 where all samples mean
 * the same, -ln(samples) where no two do.
 *
 * <p>Those papers ask a language model whether two samples entail each other. Here two mean the
 * same where the cosine of their embeddings is at least a threshold, and so do all that are linked
 * by such pairs; the order of the samples makes no difference.
 */
public final class SemanticEntropy {

  private SemanticEntropy() {}

  /**
   * Minus the entropy, in nats.
   *
   * @param embeddings one sentence embedding a sample, all of one length; see {@link UnitVectors}
   * @param similarity cosine from which two samples mean the same
   * @throws IllegalArgumentException as {@link EmbeddingSimilarity#of}
   */
  public static double certainty(double[][] embeddings, double similarity) {
    double[][] units = UnitVectors.of(embeddings);
    int n = units.length;
    int[] cluster = new int[n];
    Arrays.setAll(cluster, i -> i);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        if (cluster[i] != cluster[j] && sameMeaning(units[i], units[j], similarity)) {
          merge(cluster, cluster[i], cluster[j]);
        }
      }
    }
    int[] sizes = new int[n];
    for (int c : cluster) {
      sizes[c]++;
    }
    double sum = 0;
    for (int size : sizes) {
      if (size > 0) {
        double share = (double) size / n;
        sum += share * Math.log(share);
      }
    }
    return Figures.round(sum);
  }

  /** Equal vectors are of equal texts, also where they are zeros or rounding makes them less. */
  private static boolean sameMeaning(double[] one, double[] other, double similarity) {
    return UnitVectors.dot(one, other) >= similarity || Arrays.equals(one, other);
  }

  private static void merge(int[] cluster, int from, int to) {
    for (int i = 0; i < cluster.length; i++) {
      if (cluster[i] == from) {
        cluster[i] = to;
      }
    }
  }
}
