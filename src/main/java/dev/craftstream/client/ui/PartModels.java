package dev.craftstream.client.ui;

import dev.craftstream.client.LiveCheckpoints.Life;
import dev.craftstream.client.report.ReportPage;
import dev.craftstream.client.report.ReportParts;
import dev.craftstream.client.report.RunData;
import dev.craftstream.client.report.Table;
import dev.craftstream.client.report.Table.Cell;
import dev.craftstream.client.report.Table.Column;
import dev.craftstream.client.report.Table.Row;
import dev.craftstream.client.report.Wording;
import dev.craftstream.client.watch.Plane;
import dev.craftstream.client.watch.Span;
import dev.craftstream.client.watch.Watch;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.label.Label;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the template {@code ui/parts.ftlx} shows of a {@link View}, part by part. */
final class PartModels {
  private static final int LETTERS = 12;

  private final View view;
  private final Watch watch;
  private final Times times;
  private final WatchTables tables;
  private final ServerTrouble trouble;

  PartModels(View view) {
    this.view = view;
    this.watch = view.watch();
    this.times = new Times(view.clock());
    this.tables = new WatchTables(watch, times);
    this.trouble = new ServerTrouble(view, times);
  }

  /** The values that the template needs for a part. */
  Map<String, Object> of(Part part) {
    Map<String, Object> values = new HashMap<>();
    values.put("part", part.name());
    switch (part.name()) {
      case "state" -> values.put("state", trouble.reading());
      case "figures" -> values.put("figures", figures());
      case "checkpoints" -> checkpoints(values);
      case "sweeps" -> values.put("table", tables.sweeps());
      case "answers" -> answers(values);
      case "planes" -> planes(values);
      case "flows" -> flows(values);
      case "labels" -> values.put("table", tables.labels());
      case "label-history" -> labelHistory(values);
      case "datasets" -> values.put("table", tables.datasets());
      case "evaluations" -> {
        ReportParts parts =
            new ReportParts(RunData.builder().evaluations(watch.evaluations()).build());
        values.put("table", parts.evaluations());
        values.put("refusing", parts.abstention());
        values.put("confidence", parts.confidence());
      }
      case "dead-letters" -> deadLetters(values);
      case "servers" -> {
        values.put("findings", trouble.findings());
        values.put("asked", view.flink() != null);
      }
      default -> throw new IllegalArgumentException(part.name());
    }
    return values;
  }

  private List<ReportPage.Figure> figures() {
    long train = 0;
    long evaluate = 0;
    for (Task task : Task.values()) {
      train += watch.questions(task, Purpose.TRAIN);
      evaluate += watch.questions(task, Purpose.EVALUATE);
    }
    Map<Label, Long> labels = new HashMap<>();
    watch
        .labels()
        .forEach(
            its ->
                Arrays.stream(Label.values())
                    .forEach(label -> labels.merge(label, its.count(label), Long::sum)));
    List<ReportPage.Figure> figures = new ArrayList<>();
    figures.add(
        new ReportPage.Figure(
            "",
            Wording.count(train),
            "questions to train on"
                + (evaluate == 0 ? "" : ", %s held out".formatted(Wording.count(evaluate)))));
    figures.add(figure(Label.ANSWER, labels, "keep their answer"));
    figures.add(figure(Label.REFUSAL, labels, "become a refusal"));
    figures.add(figure(Label.DROPPED, labels, "are in neither set"));
    figures.add(
        new ReportPage.Figure("", Wording.count(watch.completeDatasets()), "datasets complete"));
    long letters = watch.failures().count();
    figures.add(
        new ReportPage.Figure(
            letters == 0 ? "" : "trouble", Wording.count(letters), "dead letters"));
    return figures;
  }

  private static ReportPage.Figure figure(Label label, Map<Label, Long> counts, String what) {
    return new ReportPage.Figure(
        label.name().toLowerCase(Locale.ROOT), Wording.count(counts.getOrDefault(label, 0L)), what);
  }

  private void checkpoints(Map<String, Object> values) {
    List<Life> lives = watch.lives();
    values.put("modelTime", Wording.count(watch.modelTime()));
    values.put("live", Wording.count(lives.stream().filter(Life::isLive).count()));
    values.put("table", tables.checkpoints(lives));
    if (!lives.isEmpty()) {
      values.put("timeLine", TimeLine.of(lives, times));
    }
  }

  private void planes(Map<String, Object> values) {
    Plane plane = watch.plane();
    if (plane.initial() == null) {
      return;
    }
    ReportParts parts = new ReportParts(plane.data());
    values.put("of", plane.initial().id());
    values.put("sample", sample(plane));
    values.put("pictures", parts.planes());
    values.put("note", parts.planeNote());
  }

  private static String sample(Plane plane) {
    long shown = plane.data().questions().size();
    long all = plane.data().questionsInAll();
    return shown >= all
        ? ""
        : "Shown are %s of %s questions to train on, drawn at random from those that are measured so far."
            .formatted(Wording.count(shown), Wording.count(all));
  }

  private void flows(Map<String, Object> values) {
    Plane plane = watch.planeWithFlow();
    if (plane.rehearsal() == null) {
      return;
    }
    ReportParts parts = new ReportParts(plane.data());
    values.put("from", plane.initial().id());
    values.put("to", plane.rehearsal().id());
    values.put("pictures", parts.flows());
    values.put("note", parts.flowNote());
    values.put("table", tables.flows(plane.flows()));
  }

  private void labelHistory(Map<String, Object> values) {
    List<Chart.Point> points = new ArrayList<>();
    double[] before = new double[Label.values().length];
    for (Span span : watch.labelsOverTime()) {
      double[] after = Arrays.stream(span.counts()).mapToDouble(count -> count).toArray();
      points.add(new Chart.Point(span.from(), before));
      points.add(new Chart.Point(span.to(), after));
      before = after;
    }
    if (!points.isEmpty()) {
      values.put(
          "chart",
          Chart.of(
              "How many questions had which label over time; the table tells what they have now",
              "questions",
              Arrays.stream(Label.values()).map(l -> l.name().toLowerCase(Locale.ROOT)).toList(),
              points,
              view.clock().getZone()));
    }
  }

  private void answers(Map<String, Object> values) {
    List<Chart.Point> points = new ArrayList<>();
    double[] none = new double[Role.values().length];
    long end = 0;
    for (Span span : watch.answersOverTime()) {
      double seconds = (span.to() - span.from()) / 1_000.0;
      double[] rate = Arrays.stream(span.counts()).mapToDouble(count -> count / seconds).toArray();
      if (span.from() > end) {
        if (end > 0) {
          points.add(new Chart.Point(end, none));
        }
        points.add(new Chart.Point(span.from(), none));
      }
      points.add(new Chart.Point(span.from(), rate));
      points.add(new Chart.Point(span.to(), rate));
      end = span.to();
    }
    if (!points.isEmpty()) {
      points.add(new Chart.Point(end, none));
      values.put(
          "chart",
          Chart.of(
              "Answers a second over time, by the role of the model checkpoint that gave them",
              "answers a second",
              Arrays.stream(Role.values()).map(r -> r.name().toLowerCase(Locale.ROOT)).toList(),
              points,
              view.clock().getZone()));
    }
  }

  private void deadLetters(Map<String, Object> values) {
    RunData.Failures failures = watch.failures();
    values.put("reasons", reasons(failures));
    List<RunData.Failure> newest =
        failures.newest().subList(0, Math.min(LETTERS, failures.newest().size()));
    values.put(
        "table",
        new ReportParts(
                RunData.builder()
                    .failures(new RunData.Failures(failures.byReason(), newest))
                    .build())
            .failures());
    values.put(
        "shown",
        failures.count() > newest.size()
            ? "The newest %d are below; ./craft consume dead-letters shows all."
                .formatted(newest.size())
            : "");
  }

  private static Table reasons(RunData.Failures failures) {
    List<Row> rows = new ArrayList<>();
    failures
        .byReason()
        .forEach((reason, n) -> rows.add(Row.of(Cell.name(reason), Cell.of(Wording.count(n)))));
    return new Table(
        "Dead letters by reason",
        "numbers reasons",
        List.of(Column.text("Reason", 22), Column.number("dead letters", 11)),
        rows);
  }
}
