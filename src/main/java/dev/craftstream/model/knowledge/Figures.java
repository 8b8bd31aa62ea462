package dev.craftstream.model.knowledge;

/** How the method's figures are written down. */
public final class Figures {
  private static final double SCALE = 1e12;

  private Figures() {}

  /**
   * Rounds to 12 decimals. What is mathematically equal (the same samples in another order, 0.6 -
   * 0.5 and 0.1) is then equal to the bit, so that ties and thresholds are settled by the figures
   * and not by the order of additions.
   */
  public static double round(double value) {
    // + 0.0 turns -0.0 into 0.0.
    return Math.rint(value * SCALE) / SCALE + 0.0;
  }
}
