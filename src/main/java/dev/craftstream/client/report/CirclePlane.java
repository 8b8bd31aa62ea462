package dev.craftstream.client.report;

import dev.craftstream.client.report.CircleData.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The models of a circle by how often they answer rightly (Pc) and wrongly (Pw), the plane that the
 * truthful helpfulness score is defined in (paper, section 4.1). On the line through the origin and
 * INITIAL a model scores 0: it refuses without telling what it knows from what it does not. Right
 * of and below it the score grows, to 1 at Pc = 1.
 */
final class CirclePlane {
  private static final double INSET = 10;

  private final CircleData circle;
  private final Axes axes = Axes.ofShares();

  CirclePlane(CircleData circle) {
    this.circle = circle;
  }

  Picture draw() {
    List<Picture.Line> lines = new ArrayList<>();
    List<Picture.Text> texts = new ArrayList<>();
    List<Picture.Point> points = new ArrayList<>();
    Point first = circle.first();
    double pc = first.correct().value();
    double pw = first.wrong().value();
    double reach = 1 / Math.max(Math.max(pc, pw), 1e-9);
    lines.add(
        new Picture.Line(
            axes.x(0),
            axes.y(0),
            axes.x(Math.min(1, pc * reach)),
            axes.y(Math.min(1, pw * reach))));
    point("none", first, "INITIAL", points, texts);
    for (CircleData.Turn turn : circle.turns()) {
      for (int i = 0; i < turn.tuned().size(); i++) {
        Point tuned = turn.tuned().get(i);
        point(i == 0 ? "answer" : "dropped", tuned, tuned.name(), points, texts);
      }
    }
    return new Picture(
        "Shares of held-out questions answered rightly and wrongly, INITIAL and each turn's models",
        axes.frame("answered correctly, Pc", "answered wrongly, Pw"),
        lines,
        texts,
        points,
        List.of());
  }

  private void point(
      String style,
      Point point,
      String name,
      List<Picture.Point> points,
      List<Picture.Text> texts) {
    double x = axes.x(point.correct().value());
    double y = axes.y(point.wrong().value());
    points.add(
        new Picture.Point(
            style,
            x,
            y,
            String.format(
                Locale.ROOT,
                "%s: correct %.2f, wrong %.2f, refused %.2f",
                name,
                point.correct().value(),
                point.wrong().value(),
                point.refused().value())));
    boolean right = x < axes.right() - 120;
    texts.add(
        new Picture.Text(
            right ? "zone start" : "zone end", right ? x + INSET : x - INSET, y + 4, name));
  }
}
