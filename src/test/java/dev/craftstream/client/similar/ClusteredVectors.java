package dev.craftstream.client.similar;

import java.util.Random;

/**
 * Unit vectors in clusters, as embeddings of questions on a few thousand subjects are: the centres
 * in any direction, the members around them.
 */
public final class ClusteredVectors {
  private final double[][] centres;
  private final double spread;
  private final Random random;

  /**
   * @param spread length of what is added to a centre of length 1: two members' similarity is about
   *     1 / (1 + spread^2)
   */
  public ClusteredVectors(int clusters, int dimensions, double spread, long seed) {
    this.random = new Random(seed);
    this.spread = spread;
    this.centres = new double[clusters][];
    for (int c = 0; c < clusters; c++) {
      centres[c] = gaussian(dimensions);
    }
  }

  /** Draws the next ones. */
  public float[][] draw(int count) {
    float[][] drawn = new float[count][];
    for (int i = 0; i < count; i++) {
      double[] centre = centres[random.nextInt(centres.length)];
      double[] member = gaussian(centre.length);
      // A few are close, many are not.
      double distance = spread * random.nextDouble();
      for (int d = 0; d < member.length; d++) {
        member[d] = centre[d] + distance * member[d];
      }
      drawn[i] = UnitVectors.of(member);
    }
    return drawn;
  }

  /** Of length about 1. */
  private double[] gaussian(int dimensions) {
    double[] vector = new double[dimensions];
    for (int d = 0; d < dimensions; d++) {
      vector[d] = random.nextGaussian() / Math.sqrt(dimensions);
    }
    return vector;
  }
}
