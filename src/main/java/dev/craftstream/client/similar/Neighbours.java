package dev.craftstream.client.similar;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * The most similar ones of each of some vectors among others, the most similar first. Uses all
 * cores.
 *
 * @param places for each vector the places of its neighbours among the others
 * @param similarities their cosine similarities, from -1 to 1; exact in both ways of searching
 */
public record Neighbours(int[][] places, double[][] similarities) {

  /**
   * Up to this many vectors comparing all with all is as quick as building an index and searching
   * it (measured with 384 numbers on 2 cores, see docs/measurements.md).
   */
  public static final int EXACT_BELOW = 50_000;

  /**
   * Compares every vector with every other one. Of equally similar ones the first are taken.
   *
   * @param vectors unit vectors, at least one
   * @param others unit vectors of the same length, at least one
   * @param most neighbours of each, at least 1; fewer where there are fewer others
   * @param searched is told, from any thread, of how many more vectors the neighbours are known
   * @throws IllegalArgumentException where the vectors differ in length
   */
  public static Neighbours exact(
      float[][] vectors, float[][] others, int most, IntConsumer searched) {
    return new ExactSearch(others, UnitVectors.dimensions(others, vectors))
        .neighbours(vectors, Math.min(most, others.length), searched);
  }

  /**
   * Searches an HNSW index of the others; now and then a less similar one than the nearest is
   * found, never a more similar one, so that neighbours are missed and not made up.
   *
   * @param vectors unit vectors, at least one
   * @param others unit vectors of the same length, at least one
   * @param most neighbours of each, at least 1; fewer where fewer are found
   * @param indexed is told, from any thread, how many more of the others are in the index
   * @param searched is told, from any thread, of how many more vectors the neighbours are known
   * @throws IllegalArgumentException where the vectors differ in length
   */
  public static Neighbours approximate(
      float[][] vectors, float[][] others, int most, IntConsumer indexed, IntConsumer searched) {
    int dimensions = UnitVectors.dimensions(others, vectors);
    return HnswSearch.over(others, dimensions, indexed)
        .neighbours(vectors, Math.min(most, others.length), searched);
  }

  /** The similarity of each vector's nearest one. */
  public double[] nearest() {
    return Arrays.stream(similarities).mapToDouble(its -> its[0]).toArray();
  }
}
