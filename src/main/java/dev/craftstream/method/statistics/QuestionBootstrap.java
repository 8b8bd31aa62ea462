package dev.craftstream.method.statistics;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Percentile bootstrap over questions (Efron and Tibshirani, An Introduction to the Bootstrap,
 * 1993, chapter 13). All that a figure is made of is drawn by question, so that a figure that
 * compares models is paired: both answer the same questions in each resample.
 *
 * @param resamples how often, at least 100
 * @param confidence share of the resamples between the bounds, above 0 and below 1
 * @param seed the same seed draws the same resamples, whatever the figure
 */
public record QuestionBootstrap(int resamples, double confidence, long seed) {

  public QuestionBootstrap {
    if (resamples < 100 || !(confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException(
          "An interval of confidence %s can't be made of %d resamples; make at least 100, of a confidence between 0 and 1."
              .formatted(confidence, resamples));
    }
  }

  /**
   * A figure with the bounds of its interval.
   *
   * @param value of all questions; NaN where it is undefined
   */
  public record Interval(double value, double low, double high) {

    /** Whether 0 lies outside. */
    public boolean excludesZero() {
      return low > 0 || high < 0;
    }
  }

  /**
   * The figure of {@code questions} questions.
   *
   * @param figure of the questions that it is given the places of, 0 to {@code questions} - 1, one
   *     as often as it was drawn; NaN where it is undefined, which leaves the resample out
   */
  public Interval of(int questions, ToDoubleFunction<int[]> figure) {
    return ofAll(questions, 1, drawn -> new double[] {figure.applyAsDouble(drawn)}).get(0);
  }

  /**
   * Several figures of the same questions, and of the same resamples.
   *
   * @param number how many figures there are
   * @param figures of the questions that they are given the places of, in an order of theirs
   */
  public List<Interval> ofAll(int questions, int number, Function<int[], double[]> figures) {
    int[] drawn = IntStream.range(0, questions).toArray();
    double[] values = figures.apply(drawn);
    double[][] resampled = new double[number][resamples];
    Random random = new Random(seed);
    for (int resample = 0; resample < resamples; resample++) {
      for (int i = 0; i < questions; i++) {
        drawn[i] = random.nextInt(questions);
      }
      double[] its = figures.apply(drawn);
      for (int figure = 0; figure < number; figure++) {
        resampled[figure][resample] = its[figure];
      }
    }
    return IntStream.range(0, number)
        .mapToObj(figure -> interval(values[figure], resampled[figure]))
        .toList();
  }

  private Interval interval(double value, double[] resampled) {
    double[] sorted = Arrays.stream(resampled).filter(one -> !Double.isNaN(one)).sorted().toArray();
    if (sorted.length == 0) {
      return new Interval(value, Double.NaN, Double.NaN);
    }
    double tail = (1 - confidence) / 2;
    return new Interval(value, quantile(sorted, tail), quantile(sorted, 1 - tail));
  }

  /** Between two values on a straight line, as numpy's default. */
  static double quantile(double[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
