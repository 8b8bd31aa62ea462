package dev.craftstream.client.report;

import dev.craftstream.model.Task;
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
  private final ChosenDataset divided;
  private final List<CuratedQuestion> questions;

  /**
   * @param divided a dataset whose thresholds divide the candidates; null where there is none
   */
  KnowledgePlane(Task task, ChosenDataset divided, List<CuratedQuestion> questions) {
    this.task = task;
    this.divided = divided;
    this.questions =
        questions.stream().filter(q -> q.task() == task && q.initial() != null).toList();
  }

  Picture draw() {
    Axes axes = Axes.around(questions.stream().map(q -> q.initial().certainty()).toList());
    List<Picture.Line> lines = new ArrayList<>();
    List<Picture.Text> zones = new ArrayList<>();
    if (divided != null) {
      double refusal = axes.x(divided.refusalBound());
      double answer = axes.x(divided.answerFrom());
      lines.add(threshold(axes, refusal));
      if (answer - refusal > 0.5) {
        lines.add(threshold(axes, answer));
      }
      double above = axes.upper() - 10;
      zones.add(
          new Picture.Text("zone end refusal-text", refusal - 8, above, "refusal candidates ◂"));
      zones.add(
          new Picture.Text("zone start answer-text", answer + 8, above, "▸ answer candidates"));
    }
    return new Picture(
        "Correctness and certainty of the %s questions under INITIAL, by label"
            .formatted(Wording.of(task)),
        axes.frame(),
        lines,
        zones,
        questions.stream().map(q -> point(axes, q)).toList(),
        List.of());
  }

  private static Picture.Line threshold(Axes axes, double x) {
    return new Picture.Line(x, axes.upper() - 8, x, axes.lower());
  }

  private Picture.Point point(Axes axes, CuratedQuestion question) {
    CuratedQuestion.Curation newest = question.newest();
    return new Picture.Point(
        newest == null ? "none" : ReportTables.style(newest.label()),
        axes.x(spread(question)),
        axes.y(question.initial().certainty()),
        tooltip(question));
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
                + (newest.dropReason() == null ? "" : ", " + Wording.of(newest.dropReason()))
                + (Double.isNaN(newest.sureness())
                    ? ""
                    : String.format(Locale.ROOT, ", sureness %.2f", newest.sureness())));
  }

  /** Correctness, moved a little, always by the same for a question and never over a threshold. */
  private double spread(CuratedQuestion question) {
    double correctness = question.initial().correctness();
    if (question.initial().samples() == 0) {
      return correctness;
    }
    int hash = question.id().hashCode() * 0x9E3779B9;
    double moved = correctness + SPREAD * (2 * ((hash >>> 8) / (double) (1 << 24)) - 1);
    double low = Math.max(correctness - SPREAD, -SPREAD / 2);
    double high = Math.min(correctness + SPREAD, 1 + SPREAD / 2);
    if (divided != null && correctness >= divided.answerFrom()) {
      low = Math.max(low, divided.answerFrom() + 0.006);
    } else if (divided != null && correctness > divided.refusalBound()) {
      return correctness;
    } else if (divided != null) {
      high = Math.min(high, divided.refusalBound() - 0.006);
    }
    return Math.min(high, Math.max(low, moved));
  }
}
