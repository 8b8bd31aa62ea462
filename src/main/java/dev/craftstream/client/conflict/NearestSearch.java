package dev.craftstream.client.conflict;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** A search of the nearest ANSWER samples, in chunks of REFUSAL samples on all cores. */
abstract class NearestSearch {
  private final int chunkSize;

  NearestSearch(int chunkSize) {
    this.chunkSize = chunkSize;
  }

  /**
   * The nearest ANSWER sample of each REFUSAL sample.
   *
   * @param searched is told, from any thread, how many more REFUSAL samples are done
   */
  NearestAnswers nearest(float[][] refusals, IntConsumer searched) {
    var nearest = new NearestAnswers(new int[refusals.length], new double[refusals.length]);
    int chunks = (refusals.length + chunkSize - 1) / chunkSize;
    IntStream.range(0, chunks)
        .parallel()
        .forEach(
            chunk -> {
              int from = chunk * chunkSize;
              int to = Math.min(from + chunkSize, refusals.length);
              search(refusals, from, to, nearest);
              searched.accept(to - from);
            });
    return nearest;
  }

  /** Fills {@code nearest} from index {@code from} up to, but not including, {@code to}. */
  abstract void search(float[][] refusals, int from, int to, NearestAnswers nearest);
}
