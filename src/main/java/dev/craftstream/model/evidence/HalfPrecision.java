package dev.craftstream.model.evidence;

/**
 * IEEE 754 binary16: 1 sign bit, 5 of the exponent with a bias of 15, 10 of the significand. Java
 * has it from version 20 on.
 */
final class HalfPrecision {
  private static final int SIGNIFICAND_BITS = 10;
  private static final int BIAS = 15;
  private static final int LEAST_EXPONENT = 1 - BIAS;
  private static final int INFINITY = 0x7c00;

  /** Numbers below it have fewer significant bits. */
  private static final double LEAST_NORMAL = 0x1p-14;

  private static final double LARGEST = 65_504;

  /** The largest number of a vector may be this small, so that few of the others lose bits. */
  private static final double SMALL = 0x1p-8;

  private HalfPrecision() {}

  /** The nearest half, ties to even; an infinity where the number is too large. */
  static short of(double value) {
    int sign = Double.doubleToRawLongBits(value) < 0 ? 0x8000 : 0;
    double magnitude = Math.abs(value);
    int exponent = magnitude < LEAST_NORMAL ? LEAST_EXPONENT : Math.getExponent(magnitude);
    if (exponent > BIAS) {
      return (short) (sign | INFINITY);
    }
    int significand = (int) Math.rint(Math.scalb(magnitude, SIGNIFICAND_BITS - exponent));
    // A significand that is rounded up to the next power of two carries over into the exponent.
    return (short) (sign | ((exponent + BIAS - 1) << SIGNIFICAND_BITS) + significand);
  }

  /** The number that a half stands for. */
  static double value(short half) {
    int magnitude = half & 0x7fff;
    int exponent = magnitude >> SIGNIFICAND_BITS;
    int fraction = magnitude & (1 << SIGNIFICAND_BITS) - 1;
    double value;
    if (magnitude >= INFINITY) {
      value = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
    } else if (exponent == 0) {
      value = Math.scalb((double) fraction, LEAST_EXPONENT - SIGNIFICAND_BITS);
    } else {
      value =
          Math.scalb(
              (double) (fraction | 1 << SIGNIFICAND_BITS), exponent - BIAS - SIGNIFICAND_BITS);
    }
    return half < 0 ? -value : value;
  }

  /**
   * The power of two that brings a vector's largest number to between 1 and 2, where it is too
   * large or too small for halves; 0 where the vector is written as it is.
   */
  static int scale(double[] vector) {
    double largest = 0;
    for (double value : vector) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest > LARGEST || (largest > 0 && largest < SMALL) ? -Math.getExponent(largest) : 0;
  }
}
