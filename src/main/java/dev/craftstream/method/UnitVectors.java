package dev.craftstream.method;

/**
 * Embeddings brought to length 1, so that a product of two is a true cosine also where a server
 * rounds. A vector of zeros (some models' answer to an empty text) stays one: it is similar to
 * nothing, its cosines are 0.
 */
final class UnitVectors {

  private UnitVectors() {}

  static double[][] of(double[][] embeddings) {
    int n = embeddings.length;
    if (n < 2) {
      throw new IllegalArgumentException(
          "Certainty compares samples with each other and needs at least 2 embeddings, but there"
              + (n == 1 ? " is 1." : " is none."));
    }
    double[][] units = new double[n][];
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
      units[i] = unit(embeddings[i], i);
    }
    return units;
  }

  static double dot(double[] one, double[] other) {
    double product = 0;
    for (int d = 0; d < one.length; d++) {
      product += one[d] * other[d];
    }
    return product;
  }

  static boolean isZero(double[] vector) {
    return dot(vector, vector) == 0;
  }

  private static double[] unit(double[] embedding, int index) {
    double squared = dot(embedding, embedding);
    if (!Double.isFinite(squared)) {
      throw new IllegalArgumentException(
          "Embedding " + (index + 1) + " holds a number that is not finite, or far too large.");
    }
    double norm = Math.sqrt(squared);
    double[] unit = new double[embedding.length];
    if (norm > 0) {
      for (int d = 0; d < unit.length; d++) {
        unit[d] = embedding[d] / norm;
      }
    }
    return unit;
  }
}
