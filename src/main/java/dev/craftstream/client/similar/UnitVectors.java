package dev.craftstream.client.similar;

/** Vectors of length 1, whose dot products are cosine similarities. */
public final class UnitVectors {

  private UnitVectors() {}

  /**
   * An embedding brought to length 1, in 32 bits. A vector of zeros (some models' answer to an
   * empty text) stays one: it is similar to nothing.
   *
   * @throws IllegalArgumentException where it is not finite
   */
  public static float[] of(double[] embedding) {
    double squared = 0;
    for (double x : embedding) {
      squared += x * x;
    }
    if (!Double.isFinite(squared)) {
      throw new IllegalArgumentException(
          "An embedding holds a number that is not finite, or far too large.");
    }
    double norm = squared == 0 ? 1 : Math.sqrt(squared);
    float[] unit = new float[embedding.length];
    for (int d = 0; d < unit.length; d++) {
      unit[d] = (float) (embedding[d] / norm);
    }
    return unit;
  }

  /** The cosine similarity of two of them, from -1 to 1, reckoned in 64 bits. */
  static double similarity(float[] a, float[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += (double) a[d] * b[d];
    }
    return Math.max(-1, Math.min(1, sum));
  }

  /** The number of numbers that all of them have. */
  static int dimensions(float[][] some, float[][] others) {
    int dimensions = some[0].length;
    for (float[][] vectors : new float[][][] {some, others}) {
      for (float[] vector : vectors) {
        if (vector.length != dimensions) {
          throw new IllegalArgumentException(
              "An embedding has %d numbers, but another one has %d; embed all texts with one model."
                  .formatted(vector.length, dimensions));
        }
      }
    }
    return dimensions;
  }
}
