package dev.craftstream.method;

/**
 * Embeddings brought to length 1, so that a product of two is a true cosine also where a server
 * rounds. A vector of zeros (some models' answer to an empty text) stays one: it is similar to
 * nothing, its cosines are 0.
 */
final class UnitVectors {

  private UnitVectors() {}

  static double[][] of(double[][] embeddings) {
    double[] norms = norms(embeddings);
    double[][] units = new double[embeddings.length][embeddings[0].length];
    for (int i = 0; i < units.length; i++) {
      if (norms[i] > 0) {
        add(embeddings[i], norms[i], units[i]);
      }
    }
    return units;
  }

  /**
   * The embeddings' lengths.
   *
   * @throws IllegalArgumentException where there are fewer than two, they differ in dimensions or
   *     are not finite
   */
  static double[] norms(double[][] embeddings) {
    int n = embeddings.length;
    if (n < 2) {
      throw new IllegalArgumentException(
          "Certainty compares samples with each other and needs at least 2 embeddings, but there"
              + (n == 1 ? " is 1." : " is none."));
    }
    double[] norms = new double[n];
    for (int i = 0; i < n; i++) {
      if (embeddings[i].length != embeddings[0].length) {
        throw new IllegalArgumentException(
            "Embedding "
                + (i + 1)
                + " has "
                + embeddings[i].length
                + " numbers, but the first one has "
                + embeddings[0].length
                + ".");
      }
      double squared = dot(embeddings[i], embeddings[i]);
      if (!Double.isFinite(squared)) {
        throw new IllegalArgumentException(
            "Embedding " + (i + 1) + " holds a number that is not finite, or far too large.");
      }
      norms[i] = Math.sqrt(squared);
    }
    return norms;
  }

  /** Adds an embedding of that length, brought to length 1, to a vector. */
  static void add(double[] embedding, double norm, double[] to) {
    for (int d = 0; d < to.length; d++) {
      to[d] += embedding[d] / norm;
    }
  }

  static double dot(double[] one, double[] other) {
    double product = 0;
    for (int d = 0; d < one.length; d++) {
      product += one[d] * other[d];
    }
    return product;
  }
}
