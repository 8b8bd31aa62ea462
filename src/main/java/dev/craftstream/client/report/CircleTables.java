package dev.craftstream.client.report;

import dev.craftstream.client.report.CircleData.Path;
import dev.craftstream.client.report.CircleData.Point;
import dev.craftstream.client.report.CircleData.Side;
import dev.craftstream.client.report.CircleData.Stop;
import dev.craftstream.client.report.EvaluatedCheckpoint.Estimate;
import dev.craftstream.client.report.Table.Cell;
import dev.craftstream.client.report.Table.Column;
import dev.craftstream.client.report.Table.Row;
import dev.craftstream.model.knowledge.Verdict;
import dev.craftstream.model.label.Label;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** The tables on a circle. */
final class CircleTables {
  private static final int SHOWN_PATHS = 12;

  private final CircleData circle;

  CircleTables(CircleData circle) {
    this.circle = circle;
  }

  /** How the models do on the held-out questions, with the intervals below the figures. */
  Table results() {
    List<Row> rows = new ArrayList<>();
    rows.add(result(circle.first()));
    circle.turns().forEach(turn -> turn.tuned().forEach(tuned -> rows.add(result(tuned))));
    return new Table(
        "The circle, held-out questions",
        "numbers",
        List.of(
            Column.text("Model", 30),
            Column.number("questions", 9),
            Column.number("correct", 11),
            Column.number("wrong", 11),
            Column.number("refused", 11),
            Column.number("over-refusal", 12),
            Column.number("THS", 12),
            Column.number("THS by turn", 12)),
        rows);
  }

  private static Row result(Point point) {
    return Row.of(
        Cell.name(point.name()),
        Cell.of(Wording.count(point.questions())),
        share(point.correct()),
        share(point.wrong()),
        share(point.refused()),
        point.overRefusal() == null ? Cell.of("") : share(point.overRefusal()),
        score(point.truthfulHelpfulness()),
        score(point.againstBefore()));
  }

  private static Cell share(Estimate share) {
    return Cell.noted(Wording.percent(share.value()), Wording.interval(share));
  }

  private static Cell score(Estimate score) {
    return score == null
        ? Cell.of("")
        : Cell.noted(Wording.score(score), Wording.scoreInterval(score));
  }

  /** The labels of each turn. */
  Table labels() {
    List<Row> rows = new ArrayList<>();
    for (CircleData.Turn turn : circle.turns()) {
      Summary summary = Summary.of(turn.questions());
      Summary.Flow flow = summary.flow();
      rows.add(
          Row.of(
              Cell.name("Turn " + turn.number()),
              Cell.of(Wording.count(summary.size())),
              Cell.of(Wording.count(summary.count(Label.ANSWER))),
              Cell.of(Wording.count(summary.count(Label.REFUSAL))),
              Cell.of(Wording.count(summary.count(Label.DROPPED))),
              Cell.of(turn.number() == 1 ? "" : Wording.count(turn.changedLabels())),
              Cell.of(Wording.signed(flow.mean()))));
    }
    return new Table(
        "Labels by turn",
        "numbers",
        List.of(
            Column.text("", 14),
            Column.number("questions", 9),
            Column.number("ANSWER", 8),
            Column.number("REFUSAL", 8),
            Column.number("DROPPED", 8),
            Column.number("changed", 9),
            Column.number("mean flow", 9)),
        rows);
  }

  /** Which held-out questions changed sides, with some of them. */
  Table sides() {
    List<Row> rows = new ArrayList<>();
    for (Side side : circle.sides()) {
      rows.add(
          Row.of(
              Cell.name("%s, then %s".formatted(of(side.before()), of(side.after()))),
              Cell.of(Wording.count(side.questions())),
              Cell.of(example(side, 1)).styled("text"),
              Cell.of(example(side, side.examples().size())).styled("text")));
    }
    return new Table(
        "Changed sides",
        "sides",
        List.of(
            Column.text("INITIAL, then the newest model", 26),
            Column.number("questions", 9),
            Column.text("such as", 60).inTextOnly(),
            Column.text("such as", 0).onPageOnly()),
        rows);
  }

  private static String example(Side side, int most) {
    return String.join(
        "  ",
        side.examples().stream()
            .limit(most)
            .map(e -> "%s (%s)".formatted(Wording.shortened(e.question(), 120), e.gold()))
            .toList());
  }

  private static String of(Verdict verdict) {
    return switch (verdict) {
      case CORRECT -> "correct";
      case WRONG -> "wrong";
      case REFUSED -> "refused";
    };
  }

  /** The questions whose knowledge moved most over the turns. */
  Table paths() {
    List<Row> rows =
        circle.paths().stream()
            .filter(path -> path.stops().stream().filter(Objects::nonNull).count() > 1)
            .sorted(Comparator.comparingDouble(path -> -range(path)))
            .limit(SHOWN_PATHS)
            .map(CircleTables::path)
            .toList();
    return new Table(
        "Ways through the turns",
        "sides",
        List.of(
            Column.text("Question", 50), Column.text("correctness and label, turn after turn", 62)),
        rows);
  }

  private static Row path(Path path) {
    List<String> stops =
        path.stops().stream()
            .map(
                stop ->
                    stop == null
                        ? "not asked"
                        : String.format(
                            Locale.ROOT,
                            "%.2f%s",
                            stop.knowledge().correctness(),
                            stop.label() == null ? "" : " " + stop.label()))
            .toList();
    return Row.of(
        Cell.name(Wording.shortened(path.question(), 120)).withNote("gold: " + path.gold()),
        Cell.of(String.join(" → ", stops)));
  }

  private static double range(Path path) {
    var all =
        path.stops().stream()
            .filter(Objects::nonNull)
            .map(Stop::knowledge)
            .mapToDouble(CuratedQuestion.Knowledge::correctness)
            .summaryStatistics();
    return all.getMax() - all.getMin();
  }
}
