package dev.craftstream.client.ui;

import dev.craftstream.client.report.Picture;
import dev.craftstream.client.report.Wording;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Counts over time, stacked.
 *
 * @param description for those who cannot see it
 * @param up what is counted
 * @param areas the lowest first
 */
public record Chart(
    String description,
    String up,
    List<Picture.Line> grid,
    List<Picture.Text> ticks,
    List<Area> areas) {
  static final int WIDTH = 960;
  static final int HEIGHT = 260;
  private static final double LEFT = 72;
  private static final double RIGHT = WIDTH - 24;
  private static final double UPPER = 16;
  private static final double LOWER = HEIGHT - 34;
  private static final int TICKS_ACROSS = 6;
  private static final DateTimeFormatter SECOND =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ENGLISH);
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("HH:mm", Locale.ENGLISH);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMM HH:mm", Locale.ENGLISH);

  /**
   * One kind's area.
   *
   * @param style its class
   * @param path of SVG
   */
  public record Area(String style, String path) {}

  /**
   * Counts of each kind at one time.
   *
   * @param time in milliseconds
   */
  record Point(long time, double[] counts) {}

  /**
   * Draws them.
   *
   * @param styles the kinds' classes, the lowest first
   * @param points the oldest first; at least one
   */
  static Chart of(
      String description, String up, List<String> styles, List<Point> points, ZoneId zone) {
    long from = points.get(0).time();
    long to = Math.max(points.get(points.size() - 1).time(), from + 1_000);
    double most = 0;
    for (Point point : points) {
      double sum = 0;
      for (double count : point.counts()) {
        sum += Math.max(0, count);
      }
      most = Math.max(most, sum);
    }
    double step = step(most);
    double top = Math.max(step, Math.ceil(most / step - 1e-9) * step);
    List<Picture.Line> grid = new ArrayList<>();
    List<Picture.Text> ticks = new ArrayList<>();
    for (int i = 0; i * step <= top + step / 2; i++) {
      double y = y(i * step, top);
      grid.add(new Picture.Line(LEFT, y, RIGHT, y));
      ticks.add(new Picture.Text("tick end", LEFT - 8, y + 4.5, count(i * step, step)));
    }
    for (int i = 0; i < TICKS_ACROSS; i++) {
      long time = from + (to - from) * i / (TICKS_ACROSS - 1);
      String anchor = i == 0 ? "start" : i == TICKS_ACROSS - 1 ? "end" : "middle";
      ticks.add(
          new Picture.Text(
              "tick " + anchor, x(time, from, to), LOWER + 22, time(time, from, to, zone)));
    }
    List<Area> areas = new ArrayList<>();
    for (int kind = 0; kind < styles.size(); kind++) {
      areas.add(new Area(styles.get(kind), path(points, kind, from, to, top)));
    }
    return new Chart(description, up, grid, ticks, areas);
  }

  private static String path(List<Point> points, int kind, long from, long to, double top) {
    StringBuilder upper = new StringBuilder();
    StringBuilder lower = new StringBuilder();
    for (Point point : points) {
      double below = 0;
      for (int other = 0; other < kind; other++) {
        below += Math.max(0, point.counts()[other]);
      }
      double above = below + Math.max(0, point.counts()[kind]);
      double x = x(point.time(), from, to);
      upper.append(upper.length() == 0 ? "M" : "L").append(place(x, y(above, top)));
      lower.insert(0, "L" + place(x, y(below, top)));
    }
    return upper.append(lower).append('Z').toString();
  }

  private static String place(double x, double y) {
    return String.format(Locale.ROOT, "%.1f %.1f", x, y);
  }

  private static double x(long time, long from, long to) {
    return LEFT + (RIGHT - LEFT) * (time - from) / (to - from);
  }

  private static double y(double count, double top) {
    return LOWER - (LOWER - UPPER) * count / top;
  }

  /** The least round number that divides the axis into five or fewer. */
  private static double step(double most) {
    double power = Math.pow(10, Math.floor(Math.log10(Math.max(most, 1) / 5)));
    for (double factor : new double[] {1, 2, 5, 10}) {
      if (most / (factor * power) <= 5) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  private static String count(double count, double step) {
    return step < 1 ? String.format(Locale.ROOT, "%.1f", count) : Wording.count(Math.round(count));
  }

  private static String time(long time, long from, long to, ZoneId zone) {
    if (to - from < Duration.ofMinutes(10).toMillis()) {
      return SECOND.format(Instant.ofEpochMilli(time).atZone(zone));
    }
    LocalDate first = Instant.ofEpochMilli(from).atZone(zone).toLocalDate();
    LocalDate last = Instant.ofEpochMilli(to).atZone(zone).toLocalDate();
    return (first.equals(last) ? MINUTE : DAY).format(Instant.ofEpochMilli(time).atZone(zone));
  }
}
