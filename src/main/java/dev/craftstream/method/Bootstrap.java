package dev.craftstream.method;

import dev.craftstream.model.dataset.Evaluation.Estimate;
import dev.craftstream.model.knowledge.Figures;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Percentile bootstrap intervals (Efron and Tibshirani, An Introduction to the Bootstrap, 1993,
 * chapter 13). Whole questions are drawn again, with the verdicts on both checkpoints, so that
 * figures that compare the two are paired.
 *
 * @param resamples how often, 100 to 1,000,000
 * @param confidence share of the resamples between the bounds, above 0 and below 1
 * @param seed of the drawing; the same counts and seed give the same intervals
 */
public record Bootstrap(int resamples, double confidence, long seed) implements Serializable {

  public Bootstrap {
    if (resamples < 100 || resamples > 1_000_000) {
      throw new IllegalArgumentException(
          "An interval can't be made of " + resamples + " resamples; make 100 to 1000000.");
    }
    if (!(confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException(
          "The confidence is " + confidence + "; choose one above 0 and below 1, such as 0.95.");
    }
  }

  /** The tables of all resamples of {@code counts}. */
  List<Contingency> resample(Contingency counts) {
    Multinomial multinomial = new Multinomial(seed);
    return Stream.generate(() -> counts.resampled(multinomial)).limit(resamples).toList();
  }

  /**
   * A figure with its interval; resamples in which the figure is undefined are left out.
   *
   * @return nothing where the figure itself is undefined
   */
  Optional<Estimate> estimate(
      Contingency counts,
      List<Contingency> resampled,
      Function<Contingency, OptionalDouble> figure) {
    OptionalDouble value = figure.apply(counts);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    double[] values =
        resampled.stream().map(figure).flatMapToDouble(OptionalDouble::stream).sorted().toArray();
    double tail = (1 - confidence) / 2;
    return Optional.of(
        new Estimate(
            Figures.round(value.getAsDouble()),
            Figures.round(quantile(values, tail, value.getAsDouble())),
            Figures.round(quantile(values, 1 - tail, value.getAsDouble()))));
  }

  /** Between two values on a straight line. */
  private static double quantile(double[] sorted, double share, double ofNone) {
    if (sorted.length == 0) {
      return ofNone;
    }
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
