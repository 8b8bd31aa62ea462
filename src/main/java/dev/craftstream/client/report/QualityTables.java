package dev.craftstream.client.report;

import dev.craftstream.client.report.Table.Cell;
import dev.craftstream.client.report.Table.Column;
import dev.craftstream.client.report.Table.Row;
import dev.craftstream.method.statistics.QuestionBootstrap.Interval;
import java.util.ArrayList;
import java.util.List;

/** The tables of how well models answer and refuse, and of how much certainty tells. */
final class QualityTables {
  private QualityTables() {}

  /** How each evaluated model checkpoint does, with the intervals below the figures. */
  static Table evaluations(List<EvaluatedCheckpoint> evaluations) {
    List<Row> rows = new ArrayList<>();
    for (EvaluatedCheckpoint evaluation : evaluations) {
      String id = evaluation.checkpointId();
      String task = Wording.of(evaluation.task());
      rows.add(
          Row.of(
              Cell.name("%s (%s), %s".formatted(id, evaluation.role(), task)),
              Cell.of(Wording.shortened(id, 18) + ", " + task),
              Cell.of(Wording.count(evaluation.questions())),
              share(evaluation.correct()),
              share(evaluation.wrong()),
              share(evaluation.refused()),
              score(evaluation.truthfulHelpfulness()),
              evaluation.overRefusal() == null ? Cell.of("") : share(evaluation.overRefusal()),
              Cell.of(evaluation.unanswered() == 0 ? "" : Wording.count(evaluation.unanswered()))));
    }
    return new Table(
        "Evaluation",
        "numbers",
        List.of(
            Column.text("Model checkpoint", 0).onPageOnly(),
            Column.text("", 35).inTextOnly(),
            Column.number("questions", 9),
            Column.number("correct", 12),
            Column.number("wrong", 12),
            Column.number("refused", 12),
            Column.number("THS", 12),
            Column.number("over-refusal", 0).onOwnLine(),
            Column.number("unanswered", 0).onOwnLine()),
        rows);
  }

  /** How well each evaluated model checkpoint chooses what to refuse. */
  static Table abstention(List<EvaluatedCheckpoint> evaluations) {
    List<Row> rows = new ArrayList<>();
    for (EvaluatedCheckpoint evaluation : evaluations) {
      if (evaluation.truthfulness() != null) {
        String task = Wording.of(evaluation.task());
        rows.add(
            Row.of(
                Cell.name("%s, %s".formatted(evaluation.checkpointId(), task)),
                Cell.of(Wording.shortened(evaluation.checkpointId(), 18) + ", " + task),
                share(evaluation.precision()),
                share(evaluation.recall()),
                share(evaluation.f1()),
                score(evaluation.truthfulness()),
                Cell.of(Wording.figure(evaluation.wrongPenalty()))));
      }
    }
    return new Table(
        "Refusing",
        "numbers",
        List.of(
            Column.text("Model checkpoint", 0).onPageOnly(),
            Column.text("", 35).inTextOnly(),
            Column.number("precision", 12),
            Column.number("recall", 12),
            Column.number("F1", 12),
            Column.number("truthfulness", 12),
            Column.number("penalty", 9)),
        rows);
  }

  /** How much certainty tells of correctness, with the intervals below the figures. */
  static Table certainty(List<CertaintyCard> cards) {
    List<Row> rows = new ArrayList<>();
    for (CertaintyCard card : cards) {
      rows.add(
          Row.of(
              Cell.name(card.role() + ", " + Wording.of(card.task())),
              Cell.of(
                  "%s, %s questions"
                      .formatted(
                          Wording.of(card.kind()), Wording.count(card.quality().questions()))),
              figure(card.figures().areaUnderRoc()),
              figure(card.figures().averagePrecision()),
              figure(card.figures().rejectionRatio()),
              figure(card.figures().riskCoverageArea()),
              figure(card.figures().calibrationError())));
    }
    return new Table(
        "Certainty for correctness",
        "numbers",
        List.of(
            Column.text("", 27),
            Column.text("by", 0).onOwnLine(),
            Column.number("AUROC", 13),
            Column.number("AUPRC", 13),
            Column.number("PRR", 13),
            Column.number("AURC", 13),
            Column.number("ECE", 13)),
        rows);
  }

  private static Cell figure(Interval figure) {
    return Double.isNaN(figure.value())
        ? Cell.of("–")
        : Cell.noted(
            Wording.figure(figure.value()),
            Wording.figure(figure.low()) + " to " + Wording.figure(figure.high()));
  }

  private static Cell share(EvaluatedCheckpoint.Estimate share) {
    return share == null
        ? Cell.of("–")
        : Cell.noted(Wording.percent(share.value()), Wording.interval(share));
  }

  private static Cell score(EvaluatedCheckpoint.Estimate score) {
    return score == null
        ? Cell.of("undefined")
        : Cell.noted(Wording.score(score), Wording.scoreInterval(score));
  }
}
