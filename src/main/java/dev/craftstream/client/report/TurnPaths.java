package dev.craftstream.client.report;

import dev.craftstream.client.report.CircleData.Path;
import dev.craftstream.client.report.CircleData.Stop;
import dev.craftstream.model.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Each question's way through the plane of correctness and certainty, from one turn's INITIAL
 * checkpoint to the next one's.
 */
final class TurnPaths {
  private static final double STRONG = 0.55;
  private static final double FAINT = 0.25;

  private final Task task;
  private final List<Path> paths;

  TurnPaths(Task task, List<Path> all) {
    this.task = task;
    this.paths = all.stream().filter(path -> path.task() == task).toList();
  }

  Picture draw() {
    Axes axes =
        Axes.around(
            paths.stream()
                .flatMap(path -> path.stops().stream())
                .filter(Objects::nonNull)
                .map(stop -> stop.knowledge().certainty())
                .toList());
    List<Picture.Arrow> arrows = new ArrayList<>();
    for (Path path : paths) {
      Stop before = null;
      for (Stop stop : path.stops()) {
        if (before != null && stop != null) {
          arrows.add(arrow(axes, path, before, stop));
        }
        before = stop == null ? before : stop;
      }
    }
    return new Picture(
        "Ways of the %s questions from one turn's INITIAL to the next one's"
            .formatted(Wording.of(task)),
        axes.frame(),
        List.of(),
        List.of(),
        List.of(),
        arrows);
  }

  private static Picture.Arrow arrow(Axes axes, Path path, Stop from, Stop to) {
    double x1 = axes.x(from.knowledge().correctness());
    double y1 = axes.y(from.knowledge().certainty());
    double x2 = axes.x(to.knowledge().correctness());
    double y2 = axes.y(to.knowledge().certainty());
    double change = to.knowledge().correctness() - from.knowledge().correctness();
    return new Picture.Arrow(
        change > 0.005 ? "up" : change < -0.005 ? "down" : "same",
        Math.abs(change) >= 0.3 ? STRONG : FAINT,
        String.format(
            Locale.ROOT,
            "%s%ncorrectness %.2f → %.2f, certainty %.2f → %.2f",
            Wording.shortened(path.question(), 160),
            from.knowledge().correctness(),
            to.knowledge().correctness(),
            from.knowledge().certainty(),
            to.knowledge().certainty()),
        x1,
        y1,
        1.6,
        1.1,
        new Picture.Line(x1, y1, x2, y2),
        List.of());
  }
}
