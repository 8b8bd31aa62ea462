package dev.craftstream.client.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The plane's frame: a share, such as correctness, from 0 to 1 to the right, and another figure,
 * such as certainty, upwards.
 *
 * @param bottom least value that is shown upwards
 * @param top greatest value that is shown upwards
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

  /** Axes from 0 to 1. */
  static Axes ofShares() {
    return new Axes(0, 1);
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

  /** Of the plane of correctness and certainty. */
  Picture.Frame frame() {
    return frame("correctness", "certainty");
  }

  /** Grid lines and their numbers. */
  Picture.Frame frame(String across, String up) {
    List<Picture.Line> grid = new ArrayList<>();
    List<Picture.Text> ticks = new ArrayList<>();
    for (int tenth = 0; tenth <= 10; tenth += 2) {
      double at = x(tenth / 10.0);
      grid.add(new Picture.Line(at, upper(), at, lower()));
      ticks.add(new Picture.Text("tick middle", at, lower() + 18, String.valueOf(tenth / 10.0)));
    }
    double step = step(top - bottom);
    // Counted: of huge numbers, one and a step more may be the same.
    double steps = Math.floor((top - bottom) / step + 1e-9);
    for (int i = 0; i <= steps; i++) {
      double value = bottom + i * step;
      double at = y(value);
      grid.add(new Picture.Line(left(), at, right(), at));
      ticks.add(new Picture.Text("tick end", left() - 7, at + 4.5, tick(value, step)));
    }
    return new Picture.Frame(left(), right(), upper(), lower(), across, up, grid, ticks);
  }

  private static String tick(double value, double step) {
    String format =
        step < 0.1 || Math.abs(step * 10 - Math.rint(step * 10)) > 1e-9 ? "%.2f" : "%.1f";
    return String.format(Locale.ROOT, format, value + 0.0).replace("-", "−");
  }
}
