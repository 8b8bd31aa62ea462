package dev.craftstream.client.conflict;

import java.util.function.IntConsumer;

/**
 * The most similar ANSWER sample of each REFUSAL sample. Uses all cores.
 *
 * @param answers an index among the ANSWER samples for each REFUSAL sample
 * @param similarities their cosine similarity, from -1 to 1; exact in both ways of searching
 */
public record NearestAnswers(int[] answers, double[] similarities) {

  /**
   * Up to this many ANSWER samples comparing all with all is as quick as building an index and
   * searching it (measured with 384 numbers on 2 cores, see docs/measurements.md).
   */
  public static final int EXACT_BELOW = 50_000;

  /**
   * Compares every REFUSAL sample with every ANSWER sample. Of equally similar ones the first is
   * taken.
   *
   * @param refusals unit vectors, at least one
   * @param answers unit vectors of the same length, at least one
   * @param searched is told, from any thread, of how many more REFUSAL samples the nearest is known
   * @throws IllegalArgumentException where the vectors differ in length
   */
  public static NearestAnswers exact(float[][] refusals, float[][] answers, IntConsumer searched) {
    return new ExactSearch(answers, UnitVectors.dimensions(answers, refusals))
        .nearest(refusals, searched);
  }

  /**
   * Searches an HNSW index of the ANSWER samples; now and then a less similar one than the nearest
   * is found, never a more similar one, so that conflicts are missed and not made up.
   *
   * @param refusals unit vectors, at least one
   * @param answers unit vectors of the same length, at least one
   * @param indexed is told, from any thread, how many more ANSWER samples are in the index
   * @param searched is told, from any thread, of how many more REFUSAL samples the nearest is known
   * @throws IllegalArgumentException where the vectors differ in length
   */
  public static NearestAnswers approximate(
      float[][] refusals, float[][] answers, IntConsumer indexed, IntConsumer searched) {
    int dimensions = UnitVectors.dimensions(answers, refusals);
    return HnswSearch.over(answers, dimensions, indexed).nearest(refusals, searched);
  }
}
