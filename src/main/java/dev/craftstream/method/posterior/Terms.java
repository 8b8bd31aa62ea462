package dev.craftstream.method.posterior;

import java.util.function.LongToDoubleFunction;

/**
 * Sums of a distribution's terms that are known by the ratio of each to the one before. No
 * factorials are needed, so that any number of terms keeps the precision of a double.
 */
final class Terms {
  /** Beyond this, all is scaled down; what becomes 0 by it does not count. */
  private static final double LARGE = 1e250;

  private Terms() {}

  /**
   * Which share of the sum of the terms {@code first} to {@code last} those from {@code from} on
   * are, 0 to 1.
   *
   * @param ratio the term after i divided by term i; not negative
   */
  static double shareFrom(long from, long first, long last, LongToDoubleFunction ratio) {
    double before = 0;
    double after = 0;
    double term = 1;
    for (long i = first; i <= last; i++) {
      if (i < from) {
        before += term;
      } else {
        after += term;
      }
      term *= ratio.applyAsDouble(i);
      if (term > LARGE) {
        term /= LARGE;
        before /= LARGE;
        after /= LARGE;
      }
    }
    return after / (before + after);
  }
}
