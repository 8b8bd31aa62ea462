package dev.craftstream.embedded.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What came out in several rounds; the machine's noise is the distance of the ends. */
public record Spread(double min, double median, double max) {
  static Spread of(List<Rate> rates, ToDoubleFunction<Rate> figure) {
    return of(rates.stream().map(figure::applyAsDouble).toList());
  }

  /** Of what {@code own} is as a multiple of {@code its} in the same round. */
  static Spread ratio(List<Rate> own, List<Rate> its, ToDoubleFunction<Rate> figure) {
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < own.size(); round++) {
      ratios.add(figure.applyAsDouble(own.get(round)) / figure.applyAsDouble(its.get(round)));
    }
    return of(ratios);
  }

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
