package dev.craftstream.client.similar;

import java.util.Arrays;

/**
 * All dot products, block by block.
 *
 * <p>A block of vectors is turned round, so that the innermost loop runs over vectors and not over
 * the numbers of one: the sums are then independent of each other, and the JIT compiler makes
 * vector instructions of them, which it may not do with one long sum, and does not do where the
 * turned block is one array (measured: 10 against 3 billion products a second on a core). A block
 * fits into the second-level cache and is turned round once for many vectors.
 */
final class ExactSearch extends NearestSearch {
  private static final int BLOCK = 256;
  private static final int VECTORS_AT_ONCE = 256;

  private final float[][] others;
  private final int dimensions;

  ExactSearch(float[][] others, int dimensions) {
    super(VECTORS_AT_ONCE);
    this.others = others;
    this.dimensions = dimensions;
  }

  @Override
  void search(float[][] vectors, int from, int to, int most, Neighbours neighbours) {
    Best[] best = new Best[to - from];
    Arrays.setAll(best, i -> new Best(most));
    float[][] turned = new float[dimensions][BLOCK];
    float[] products = new float[BLOCK];
    for (int start = 0; start < others.length; start += BLOCK) {
      int size = Math.min(BLOCK, others.length - start);
      turn(start, size, turned);
      for (int i = from; i < to; i++) {
        multiply(vectors[i], turned, products);
        Best its = best[i - from];
        for (int j = 0; j < size; j++) {
          if (products[j] > its.least) {
            its.put(start + j, products[j]);
          }
        }
      }
    }
    for (int i = from; i < to; i++) {
      put(vectors, i, others, best[i - from].places(), most, neighbours);
    }
  }

  /** The greatest products so far, in falling order; of equal ones the first stay before others. */
  private static final class Best {
    private final int[] places;
    private final float[] products;
    private int size;

    /** What a product has to exceed. */
    private float least = Float.NEGATIVE_INFINITY;

    Best(int most) {
      places = new int[most];
      products = new float[most];
    }

    void put(int place, float product) {
      int at = size < places.length ? size++ : size - 1;
      while (at > 0 && products[at - 1] < product) {
        places[at] = places[at - 1];
        products[at] = products[at - 1];
        at--;
      }
      places[at] = place;
      products[at] = product;
      if (size == places.length) {
        least = products[size - 1];
      }
    }

    int[] places() {
      return Arrays.copyOf(places, size);
    }
  }

  private void turn(int start, int size, float[][] turned) {
    for (int j = 0; j < size; j++) {
      float[] other = others[start + j];
      for (int d = 0; d < dimensions; d++) {
        turned[d][j] = other[d];
      }
    }
  }

  private void multiply(float[] vector, float[][] turned, float[] products) {
    Arrays.fill(products, 0);
    int d = 0;
    // Four numbers a turn: the sums are read and written a quarter as often.
    for (; d + 4 <= dimensions; d += 4) {
      add(
          products,
          vector[d],
          turned[d],
          vector[d + 1],
          turned[d + 1],
          vector[d + 2],
          turned[d + 2],
          vector[d + 3],
          turned[d + 3]);
    }
    for (; d < dimensions; d++) {
      for (int j = 0; j < BLOCK; j++) {
        products[j] += vector[d] * turned[d][j];
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
