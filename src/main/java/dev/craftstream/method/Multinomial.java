package dev.craftstream.method;

import java.util.SplittableRandom;

/**
 * Draws with replacement from counted cells, in a time that grows with the logarithm of the count:
 * each cell's share is a binomial of what the cells before it left over.
 */
final class Multinomial {
  /** Up to so many trials are made one by one. */
  private static final int FEW = 32;

  private final SplittableRandom random;

  Multinomial(long seed) {
    random = new SplittableRandom(seed);
  }

  /** As many as {@code cells} hold together, each from a cell with the probability of its share. */
  long[] draw(long[] cells) {
    long rest = 0;
    for (long cell : cells) {
      rest += cell;
    }
    long trials = rest;
    long[] drawn = new long[cells.length];
    for (int i = 0; i < cells.length && trials > 0; i++) {
      drawn[i] = cells[i] == rest ? trials : binomial(trials, (double) cells[i] / rest);
      trials -= drawn[i];
      rest -= cells[i];
    }
    return drawn;
  }

  /**
   * How many of {@code n} uniform numbers are below {@code p}. The middle one in size of many has a
   * beta distribution; it says on which side of p half of them are, and the other half is of the
   * same kind (Devroye, Non-Uniform Random Variate Generation, 1986, chapter X.4).
   */
  private long binomial(long n, double p) {
    long below = 0;
    long trials = n;
    double bound = p;
    while (trials > FEW && bound > 0 && bound < 1) {
      long middle = trials / 2 + 1;
      double value = beta(middle, trials + 1 - middle);
      if (value < bound) {
        below += middle;
        trials -= middle;
        bound = (bound - value) / (1 - value);
      } else {
        trials = middle - 1;
        bound /= value;
      }
    }
    if (bound <= 0 || bound >= 1) {
      return bound <= 0 ? below : below + trials;
    }
    for (long i = 0; i < trials; i++) {
      below += random.nextDouble() < bound ? 1 : 0;
    }
    return below;
  }

  private double beta(double a, double b) {
    double x = gamma(a);
    return x / (x + gamma(b));
  }

  /**
   * For shapes from 1 (Marsaglia and Tsang, A Simple Method for Generating Gamma Variables, 2000).
   */
  private double gamma(double shape) {
    double d = shape - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double x = random.nextGaussian();
      double v = 1 + c * x;
      if (v > 0) {
        v = v * v * v;
        if (Math.log(1 - random.nextDouble()) < x * x / 2 + d - d * v + d * Math.log(v)) {
          return d * v;
        }
      }
    }
  }
}
