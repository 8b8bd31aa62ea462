package dev.craftstream.embedded.bench;

import java.util.Arrays;
import java.util.Collection;

/** What came out in several rounds; the machine's noise is the distance of the ends. */
public record Spread(double min, double median, double max) {
  static Spread of(Collection<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    if (sorted.length == 0) {
      throw new IllegalArgumentException("There is no value.");
    }
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(Arrays.stream(sorted).min().orElseThrow(), median, sorted[sorted.length - 1]);
  }
}
