package dev.craftstream.client.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The plane's frame: correctness from 0 to 1 to the right, certainty upwards.
 *
 * @param bottom least certainty that is shown
 * @param top greatest certainty that is shown
 */
record Axes(double bottom, double top) {
  static final int WIDTH = 480;
  static final int HEIGHT = 420;
  private static final int LEFT = 66;
  private static final int RIGHT = 14;
  private static final int ABOVE = 30;
  private static final int BELOW = 48;
  private static final double INSET = 10;

  /** Axes that have room for these values, with bounds that are easy to read. */
  static Axes around(List<Double> certainties) {
    double low = certainties.stream().mapToDouble(c -> c).min().orElse(0);
    double high = certainties.stream().mapToDouble(c -> c).max().orElse(1);
    double step = step(high - low);
    double bottom = Math.floor(low / step + 1e-9) * step;
    double top = Math.ceil(high / step - 1e-9) * step;
    return top > bottom ? new Axes(bottom, top) : new Axes(bottom - step, top + step);
  }

  private static double step(double range) {
    for (double step : new double[] {0.05, 0.1, 0.2, 0.25, 0.5}) {
      if (range / step <= 6.5) {
        return step;
      }
    }
    return Math.max(1, Math.ceil(range / 6));
  }

  double left() {
    return LEFT;
  }

  double right() {
    return WIDTH - RIGHT;
  }

  double upper() {
    return ABOVE;
  }

  double lower() {
    return HEIGHT - BELOW;
  }

  double x(double correctness) {
    return LEFT + INSET + correctness * (right() - LEFT - 2 * INSET);
  }

  double y(double certainty) {
    double share = (certainty - bottom) / (top - bottom);
    return lower() - INSET - share * (lower() - ABOVE - 2 * INSET);
  }

  /** Grid lines, their numbers and the names of the axes. */
  Markup frame() {
    List<Markup> parts = new ArrayList<>();
    parts.add(
        svg(
            "rect class='ground' x='%s' y='%s' width='%s' height='%s'",
            left(), upper(), right() - left(), lower() - upper()));
    for (int tenth = 0; tenth <= 10; tenth += 2) {
      double at = x(tenth / 10.0);
      parts.add(svg("line class='grid' x1='%s' y1='%s' x2='%s' y2='%s'", at, upper(), at, lower()));
      parts.add(label("tick middle", at, lower() + 18, String.valueOf(tenth / 10.0)));
    }
    double step = step(top - bottom);
    // Counted: of huge numbers, one and a step more may be the same.
    double steps = Math.floor((top - bottom) / step + 1e-9);
    for (int i = 0; i <= steps; i++) {
      double value = bottom + i * step;
      double at = y(value);
      parts.add(svg("line class='grid' x1='%s' y1='%s' x2='%s' y2='%s'", left(), at, right(), at));
      parts.add(label("tick end", left() - 7, at + 4.5, tick(value, step)));
    }
    parts.add(label("axis middle", (left() + right()) / 2, HEIGHT - 8, "correctness"));
    double middle = (upper() + lower()) / 2;
    parts.add(
        Markup.element(
            tag("text class='axis middle' transform='translate(15 %s) rotate(-90)'", middle),
            "certainty"));
    return Markup.all(parts);
  }

  private static String tick(double value, double step) {
    String format =
        step < 0.1 || Math.abs(step * 10 - Math.rint(step * 10)) > 1e-9 ? "%.2f" : "%.1f";
    return String.format(Locale.ROOT, format, value + 0.0).replace("-", "−");
  }

  /** A picture with a description for those who cannot see it. */
  static Markup picture(String description, Markup... content) {
    return Markup.element(
        "svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 "
            + WIDTH
            + " "
            + HEIGHT
            + "' role='img' aria-label='"
            + Markup.escaped(description)
            + "'",
        content);
  }

  static Markup label(String classes, double x, double y, String text) {
    return Markup.element(tag("text class='" + classes + "' x='%s' y='%s'", x, y), text);
  }

  /** An element without content, its numbers with two decimals. */
  static Markup svg(String tag, double... numbers) {
    return Markup.element(tag(tag, numbers));
  }

  static String tag(String tag, double... numbers) {
    Object[] rounded = new Object[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      rounded[i] = String.format(Locale.ROOT, "%.2f", numbers[i]);
    }
    return String.format(Locale.ROOT, tag, rounded);
  }
}
