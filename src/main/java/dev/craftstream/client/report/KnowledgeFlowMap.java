package dev.craftstream.client.report;

import dev.craftstream.model.Task;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Where knowledge flows from INITIAL to REHEARSAL: one arrow for the questions of each cell of the
 * plane, from their average place to their average place after rehearsal. The more questions, the
 * stronger the arrow.
 */
final class KnowledgeFlowMap {
  private static final int FINEST_GRID = 12;
  private static final int COARSEST_GRID = 3;
  private static final double FEW = 3.5;
  private static final double SHORTEST_ARROW = 7;

  private final Task task;
  private final List<CuratedQuestion> questions;

  KnowledgeFlowMap(Task task, List<CuratedQuestion> questions) {
    this.task = task;
    this.questions = questions.stream().filter(q -> q.task() == task && q.hasFlow()).toList();
  }

  Picture draw() {
    Axes axes =
        Axes.around(
            questions.stream()
                .flatMap(q -> Stream.of(q.initial().certainty(), q.rehearsal().certainty()))
                .toList());
    Collection<List<CuratedQuestion>> byCell = cells(axes);
    int most = byCell.stream().mapToInt(List::size).max().orElse(1);
    return new Picture(
        "Knowledge flow of the %s questions, averaged over cells of the plane"
            .formatted(Wording.of(task)),
        axes.frame(),
        List.of(),
        List.of(),
        List.of(),
        byCell.stream()
            .sorted(Comparator.comparingInt(List::size))
            .map(cell -> arrow(axes, cell, most))
            .toList());
  }

  /** The finest grid whose cells hold a few questions each on average, where they hold any. */
  private Collection<List<CuratedQuestion>> cells(Axes axes) {
    Map<Integer, List<CuratedQuestion>> byCell = new TreeMap<>();
    for (int grid = FINEST_GRID; grid >= COARSEST_GRID; grid--) {
      byCell.clear();
      for (CuratedQuestion question : questions) {
        byCell.computeIfAbsent(cell(axes, question, grid), cell -> new ArrayList<>()).add(question);
      }
      if (questions.size() >= FEW * byCell.size()) {
        break;
      }
    }
    return byCell.values();
  }

  private static int cell(Axes axes, CuratedQuestion question, int grid) {
    double height = (question.initial().certainty() - axes.bottom()) / (axes.top() - axes.bottom());
    return index(question.initial().correctness(), grid) * grid + index(height, grid);
  }

  private static int index(double share, int grid) {
    return Math.max(0, Math.min(grid - 1, (int) (share * grid)));
  }

  private static Picture.Arrow arrow(Axes axes, List<CuratedQuestion> cell, int most) {
    double fromX = mean(cell, q -> q.initial().correctness());
    double fromY = mean(cell, q -> q.initial().certainty());
    double toX = mean(cell, q -> q.rehearsal().correctness());
    double toY = mean(cell, q -> q.rehearsal().certainty());
    double weight = Math.sqrt(cell.size() / (double) most);
    double width = 1.1 + 3.2 * weight;
    double x1 = axes.x(fromX);
    double y1 = axes.y(fromY);
    double x2 = axes.x(toX);
    double y2 = axes.y(toY);
    double length = Math.hypot(x2 - x1, y2 - y1);
    Picture.Line shaft = null;
    List<Picture.Corner> head = List.of();
    if (length >= SHORTEST_ARROW) {
      double dx = (x2 - x1) / length;
      double dy = (y2 - y1) / length;
      double size = Math.min(5 + 2.2 * width, 0.7 * length);
      double half = 0.55 * size;
      double neckX = x2 - dx * size;
      double neckY = y2 - dy * size;
      shaft = new Picture.Line(x1, y1, neckX + dx, neckY + dy);
      head =
          List.of(
              new Picture.Corner(x2, y2),
              new Picture.Corner(neckX - dy * half, neckY + dx * half),
              new Picture.Corner(neckX + dy * half, neckY - dx * half));
    }
    return new Picture.Arrow(
        toX > fromX + 0.005 ? "up" : toX < fromX - 0.005 ? "down" : "same",
        0.4 + 0.6 * weight,
        String.format(
            Locale.ROOT,
            "%d question%s: correctness %.2f → %.2f, certainty %.2f → %.2f",
            cell.size(),
            cell.size() == 1 ? "" : "s",
            fromX,
            toX,
            fromY,
            toY),
        x1,
        y1,
        1.2 + width / 2,
        width,
        shaft,
        head);
  }

  private static double mean(List<CuratedQuestion> cell, ToDoubleFunction<CuratedQuestion> figure) {
    return cell.stream().mapToDouble(figure).average().orElseThrow();
  }
}
