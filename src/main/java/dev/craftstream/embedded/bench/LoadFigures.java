package dev.craftstream.embedded.bench;

/**
 * What a sweep that saturates the model server does to the rest, in milliseconds.
 *
 * @param answersPerSecond of the saturated server
 * @param idleFlinkCheckpoint how long one takes while nothing is to be done
 * @param saturatedFlinkCheckpoint how long one takes in mid-sweep
 * @param idleFirstAnswer from where a new question is written to its answer, 20 ms of which are the
 *     model's, while nothing else is to be done
 * @param saturatedFirstAnswer the same in mid-sweep
 */
public record LoadFigures(
    Spread answersPerSecond,
    Percentiles idleFlinkCheckpoint,
    Percentiles saturatedFlinkCheckpoint,
    Percentiles idleFirstAnswer,
    Percentiles saturatedFirstAnswer) {

  /**
   * A distribution.
   *
   * @param count of values
   */
  public record Percentiles(int count, double median, double p99, double max) {
    static Percentiles of(java.util.Collection<Double> values) {
      double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
      if (sorted.length == 0) {
        throw new IllegalArgumentException("There is no value.");
      }
      return new Percentiles(
          sorted.length, at(sorted, 0.5), at(sorted, 0.99), sorted[sorted.length - 1]);
    }

    private static double at(double[] sorted, double share) {
      return sorted[(int) Math.ceil(share * sorted.length) - 1];
    }
  }
}
