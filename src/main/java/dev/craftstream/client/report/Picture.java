package dev.craftstream.client.report;

import java.util.List;

/**
 * A drawing over a plane, such as that of correctness and certainty, in the units of its {@link
 * Axes}. The template {@code report.ftlx} renders it as SVG.
 *
 * @param description for those who cannot see it
 * @param frame the ground, grid lines and their numbers
 * @param thresholds lines that divide the questions
 * @param labels what stands beside the lines
 * @param points a point for each question
 * @param arrows where the questions of a cell move
 */
public record Picture(
    String description,
    Frame frame,
    List<Line> thresholds,
    List<Text> labels,
    List<Point> points,
    List<Arrow> arrows) {

  /**
   * The ground of the picture, and what is drawn on it.
   *
   * @param across what grows to the right
   * @param up what grows upwards
   */
  public record Frame(
      double left,
      double right,
      double upper,
      double lower,
      String across,
      String up,
      List<Line> grid,
      List<Text> ticks) {}

  /** A line. */
  public record Line(double x1, double y1, double x2, double y2) {}

  /** A text and its classes. */
  public record Text(String style, double x, double y, String text) {}

  /**
   * A question.
   *
   * @param style the label in lower case, or {@code none} where there is no label
   */
  public record Point(String style, double x, double y, String tooltip) {}

  /**
   * Where the questions of one cell move.
   *
   * @param direction up, down or same
   * @param radius of the dot at its beginning
   * @param width of its shaft
   * @param shaft null where the move is too short to be drawn
   * @param head three corners; empty where there is no shaft
   */
  public record Arrow(
      String direction,
      double opacity,
      String tooltip,
      double x,
      double y,
      double radius,
      double width,
      Line shaft,
      List<Corner> head) {}

  /** A corner of an arrow's head. */
  public record Corner(double x, double y) {}
}
