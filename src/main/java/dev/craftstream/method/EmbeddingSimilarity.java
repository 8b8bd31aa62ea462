package dev.craftstream.method;

import dev.craftstream.model.knowledge.Figures;

/**
 * Certainty of an open-ended question: the mean cosine similarity of two different samples, from -1
 * to 1 (paper, section 3.1). A model that always says the same is sure, right or wrong.
 */
public final class EmbeddingSimilarity {

  private EmbeddingSimilarity() {}

  /**
   * The mean over all pairs.
   *
   * @param embeddings one sentence embedding a sample, all of one length; see {@link UnitVectors}
   * @throws IllegalArgumentException where there are fewer than two vectors (there is no pair to
   *     compare), they differ in length or are not finite
   */
  public static double of(double[][] embeddings) {
    int n = embeddings.length;
    double[] norms = UnitVectors.norms(embeddings);
    double[] sum = new double[embeddings[0].length];
    int nonZero = 0;
    for (int i = 0; i < n; i++) {
      if (norms[i] > 0) {
        nonZero++;
        UnitVectors.add(embeddings[i], norms[i], sum);
      }
    }
    // |e_1 + .. + e_n|^2 holds every pair's cosine twice and every vector's own, which is 1, once.
    double squared = UnitVectors.dot(sum, sum);
    return Figures.round((squared - nonZero) / ((double) n * (n - 1)));
  }
}
