package dev.craftstream.client.similar;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** A search of the nearest vectors, in chunks of those that they are searched for, on all cores. */
abstract class NearestSearch {
  private final int chunkSize;

  NearestSearch(int chunkSize) {
    this.chunkSize = chunkSize;
  }

  /**
   * The nearest ones of each vector.
   *
   * @param most how many of each
   * @param searched is told, from any thread, how many more vectors are done
   */
  Neighbours neighbours(float[][] vectors, int most, IntConsumer searched) {
    var neighbours = new Neighbours(new int[vectors.length][], new double[vectors.length][]);
    int chunks = (vectors.length + chunkSize - 1) / chunkSize;
    IntStream.range(0, chunks)
        .parallel()
        .forEach(
            chunk -> {
              int from = chunk * chunkSize;
              int to = Math.min(from + chunkSize, vectors.length);
              search(vectors, from, to, most, neighbours);
              searched.accept(to - from);
            });
    return neighbours;
  }

  /** Fills {@code neighbours} from index {@code from} up to, but not including, {@code to}. */
  abstract void search(float[][] vectors, int from, int to, int most, Neighbours neighbours);

  /** Puts the best of some others in their order, with their similarities in 64 bits. */
  static void put(
      float[][] vectors, int at, float[][] others, int[] found, int most, Neighbours neighbours) {
    double[] similarities =
        Arrays.stream(found)
            .mapToDouble(place -> UnitVectors.similarity(vectors[at], others[place]))
            .toArray();
    int[] best =
        IntStream.range(0, found.length)
            .boxed()
            .sorted(
                Comparator.comparingDouble((Integer i) -> -similarities[i])
                    .thenComparing(i -> found[i]))
            .limit(most)
            .mapToInt(i -> i)
            .toArray();
    neighbours.places()[at] = Arrays.stream(best).map(i -> found[i]).toArray();
    neighbours.similarities()[at] = Arrays.stream(best).mapToDouble(i -> similarities[i]).toArray();
  }
}
