package dev.craftstream.client.conflict;

import java.util.Arrays;

/**
 * All dot products, block by block.
 *
 * <p>A block of ANSWER samples is turned round, so that the innermost loop runs over samples and
 * not over the numbers of one: the sums are then independent of each other, and the JIT compiler
 * makes vector instructions of them, which it may not do with one long sum, and does not do where
 * the turned block is one array (measured: 10 against 3 billion products a second on a core). A
 * block fits into the second-level cache and is turned round once for many REFUSAL samples.
 */
final class ExactSearch extends NearestSearch {
  private static final int BLOCK = 256;
  private static final int REFUSALS_AT_ONCE = 256;

  private final float[][] answers;
  private final int dimensions;

  ExactSearch(float[][] answers, int dimensions) {
    super(REFUSALS_AT_ONCE);
    this.answers = answers;
    this.dimensions = dimensions;
  }

  @Override
  void search(float[][] refusals, int from, int to, NearestAnswers nearest) {
    float[] greatest = new float[to - from];
    Arrays.fill(greatest, Float.NEGATIVE_INFINITY);
    float[][] turned = new float[dimensions][BLOCK];
    float[] products = new float[BLOCK];
    for (int start = 0; start < answers.length; start += BLOCK) {
      int size = Math.min(BLOCK, answers.length - start);
      turn(start, size, turned);
      for (int i = from; i < to; i++) {
        multiply(refusals[i], turned, products);
        for (int j = 0; j < size; j++) {
          if (products[j] > greatest[i - from]) {
            greatest[i - from] = products[j];
            nearest.answers()[i] = start + j;
          }
        }
      }
    }
    for (int i = from; i < to; i++) {
      nearest.similarities()[i] =
          UnitVectors.similarity(refusals[i], answers[nearest.answers()[i]]);
    }
  }

  private void turn(int start, int size, float[][] turned) {
    for (int j = 0; j < size; j++) {
      float[] answer = answers[start + j];
      for (int d = 0; d < dimensions; d++) {
        turned[d][j] = answer[d];
      }
    }
  }

  private void multiply(float[] refusal, float[][] turned, float[] products) {
    Arrays.fill(products, 0);
    int d = 0;
    // Four numbers a turn: the sums are read and written a quarter as often.
    for (; d + 4 <= dimensions; d += 4) {
      add(
          products,
          refusal[d],
          turned[d],
          refusal[d + 1],
          turned[d + 1],
          refusal[d + 2],
          turned[d + 2],
          refusal[d + 3],
          turned[d + 3]);
    }
    for (; d < dimensions; d++) {
      for (int j = 0; j < BLOCK; j++) {
        products[j] += refusal[d] * turned[d][j];
      }
    }
  }

  private static void add(
      float[] products,
      float a,
      float[] as,
      float b,
      float[] bs,
      float c,
      float[] cs,
      float d,
      float[] ds) {
    for (int j = 0; j < products.length; j++) {
      products[j] += a * as[j] + b * bs[j] + c * cs[j] + d * ds[j];
    }
  }
}
