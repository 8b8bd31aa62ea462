package dev.craftstream.client.report;

import static dev.craftstream.client.report.Axes.label;
import static dev.craftstream.client.report.Axes.svg;
import static dev.craftstream.client.report.Axes.tag;

import dev.craftstream.model.Label;
import dev.craftstream.model.Task;
import dev.craftstream.model.Thresholds;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What INITIAL knows of one task's questions: each a point of correctness and certainty, its shape
 * and colour the final label, between the thresholds that divide the candidates.
 */
final class KnowledgePlane {
  /** Samples make correctness a multiple of a tenth or so; this keeps the points apart. */
  private static final double SPREAD = 0.03;

  private final Task task;
  private final Thresholds thresholds;
  private final List<CuratedQuestion> questions;

  KnowledgePlane(Task task, Thresholds thresholds, List<CuratedQuestion> questions) {
    this.task = task;
    this.thresholds = thresholds;
    this.questions =
        questions.stream().filter(q -> q.task() == task && q.initial() != null).toList();
  }

  Markup draw() {
    Axes axes = Axes.around(questions.stream().map(q -> q.initial().certainty()).toList());
    return Axes.picture(
        "Correctness and certainty of the %s questions under INITIAL, by label"
            .formatted(Wording.of(task)),
        axes.frame(),
        zones(axes),
        Markup.all(questions.stream().map(q -> point(axes, q)).toList()));
  }

  private Markup zones(Axes axes) {
    List<Markup> parts = new ArrayList<>();
    double refusal = axes.x(refusalEnd());
    double answer = axes.x(answerStart());
    parts.add(threshold(axes, refusal));
    if (answer - refusal > 0.5) {
      parts.add(threshold(axes, answer));
    }
    double above = axes.upper() - 10;
    parts.add(label("zone end refusal-text", refusal - 8, above, "refusal candidates ◂"));
    parts.add(label("zone start answer-text", answer + 8, above, "▸ answer candidates"));
    return Markup.all(parts);
  }

  private static Markup threshold(Axes axes, double x) {
    return svg(
        "line class='threshold' x1='%s' y1='%s' x2='%s' y2='%s'",
        x, axes.upper() - 8, x, axes.lower());
  }

  private Markup point(Axes axes, CuratedQuestion question) {
    double x = axes.x(spread(question));
    double y = axes.y(question.initial().certainty());
    CuratedQuestion.Curation newest = question.newest();
    String shape =
        newest == null
            ? tag("circle class='point none' cx='%s' cy='%s' r='3'", x, y)
            : marker(newest.label(), x, y);
    return Markup.element(shape, Markup.element("title", tooltip(question)));
  }

  /** The tag of a label's marker: circle, square or triangle, so that colour is not needed. */
  static String marker(Label label, double x, double y) {
    return switch (label) {
      case ANSWER -> tag("circle class='point answer' cx='%s' cy='%s' r='4.6'", x, y);
      case REFUSAL ->
          tag(
              "rect class='point refusal' x='%s' y='%s' width='8.4' height='8.4'",
              x - 4.2, y - 4.2);
      case DROPPED -> tag("path class='point dropped' d='M%s %s l5.2 9 h-10.4 z'", x, y - 5.6);
    };
  }

  private String tooltip(CuratedQuestion question) {
    CuratedQuestion.Curation newest = question.newest();
    return String.format(
        Locale.ROOT,
        "%s%ncorrectness %.2f, certainty %.2f: %s",
        Wording.shortened(question.text(), 160),
        question.initial().correctness(),
        question.initial().certainty(),
        newest == null
            ? "no label"
            : newest.label()
                + (newest.dropReason() == null ? "" : ", " + Wording.of(newest.dropReason())));
  }

  /** Correctness, moved a little, always by the same for a question and never over a threshold. */
  private double spread(CuratedQuestion question) {
    double correctness = question.initial().correctness();
    if (task == Task.MULTIPLE_CHOICE) {
      return correctness;
    }
    int hash = question.id().hashCode() * 0x9E3779B9;
    double moved = correctness + SPREAD * (2 * ((hash >>> 8) / (double) (1 << 24)) - 1);
    double low = Math.max(correctness - SPREAD, -SPREAD / 2);
    double high = Math.min(correctness + SPREAD, 1 + SPREAD / 2);
    if (correctness >= answerStart()) {
      low = Math.max(low, answerStart() + 0.006);
    } else if (correctness > refusalEnd()) {
      return correctness;
    } else {
      high = Math.min(high, refusalEnd() - 0.006);
    }
    return Math.min(high, Math.max(low, moved));
  }

  private double refusalEnd() {
    return task == Task.OPEN_ENDED
        ? thresholds.openEndedRefusal()
        : thresholds.multipleChoiceRefusal();
  }

  private double answerStart() {
    return task == Task.OPEN_ENDED
        ? thresholds.openEndedAnswer()
        : thresholds.multipleChoiceAnswer();
  }
}
