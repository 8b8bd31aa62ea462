package dev.craftstream.method;

import dev.craftstream.model.Figures;

/** How sure a model checkpoint is of its answer, right or wrong (paper, section 3.1). */
public final class Certainty {

  private Certainty() {}

  /**
   * Open-ended: the mean cosine similarity of two different samples, from -1 to 1.
   *
   * <p>The vectors need not have length 1: each is brought to it, so that the figure is a mean of
   * true cosines also where a server rounds. A vector of zeros (some models' answer to an empty
   * text) is similar to nothing: its cosines are 0.
   *
   * @param embeddings one sentence embedding a sample, all of one length
   * @throws IllegalArgumentException where there are fewer than two vectors (there is no pair to
   *     compare), they differ in length or are not finite
   */
  public static double ofEmbeddings(double[][] embeddings) {
    int n = embeddings.length;
    if (n < 2) {
      throw new IllegalArgumentException(
          "Certainty compares samples with each other and needs at least 2 embeddings, but there"
              + (n == 1 ? " is 1." : " is none."));
    }
    int dimensions = embeddings[0].length;
    double[] sum = new double[dimensions];
    int nonZero = 0;
    for (int i = 0; i < n; i++) {
      double[] embedding = embeddings[i];
      if (embedding.length != dimensions) {
        throw new IllegalArgumentException(
            "Embedding "
                + (i + 1)
                + " has "
                + embedding.length
                + " numbers, but the first one has "
                + dimensions
                + ".");
      }
      double norm = norm(embedding, i);
      if (norm > 0) {
        nonZero++;
        for (int d = 0; d < dimensions; d++) {
          sum[d] += embedding[d] / norm;
        }
      }
    }
    // |e_1 + .. + e_n|^2 holds every pair's cosine twice and every vector's own, which is 1, once.
    double squared = 0;
    for (double s : sum) {
      squared += s * s;
    }
    return Figures.round((squared - nonZero) / ((double) n * (n - 1)));
  }

  /**
   * Multiple choice: sum of p ln p over the options' raw probabilities (not brought to a sum of 1),
   * with 0 ln 0 = 0. At most 0; higher is surer.
   *
   * @throws IllegalArgumentException where these are no probabilities, or all are 0
   */
  public static double ofOptions(double[] probabilities) {
    Correctness.checkedSum(probabilities);
    double sum = 0;
    for (double p : probabilities) {
      if (p > 0 && p < 1) {
        sum += p * Math.log(p);
      }
    }
    return Figures.round(sum);
  }

  private static double norm(double[] embedding, int index) {
    double squared = 0;
    for (double x : embedding) {
      squared += x * x;
    }
    if (!Double.isFinite(squared)) {
      throw new IllegalArgumentException(
          "Embedding " + (index + 1) + " holds a number that is not finite, or far too large.");
    }
    return Math.sqrt(squared);
  }
}
