package dev.craftstream.survey;

import dev.craftstream.model.dataset.CutOff.Bound;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** How often candidates are in a dataset that takes some of them more than once. */
final class DrawnAgain {
  private final long[] hashes;
  private final int[] extraCopies;

  DrawnAgain(Bound bound) {
    int[] order =
        IntStream.range(0, bound.drawnAgain().length)
            .boxed()
            .sorted(Comparator.comparingLong(i -> bound.drawnAgain()[i]))
            .mapToInt(i -> i)
            .toArray();
    hashes = Arrays.stream(order).mapToLong(i -> bound.drawnAgain()[i]).toArray();
    extraCopies = Arrays.stream(order).map(i -> bound.extraCopies()[i]).toArray();
  }

  /** How often the candidate with this hash is taken, if it is. */
  int copies(long hash) {
    int at = Arrays.binarySearch(hashes, hash);
    return at < 0 ? 1 : 1 + extraCopies[at];
  }
}
