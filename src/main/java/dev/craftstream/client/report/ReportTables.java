package dev.craftstream.client.report;

import static dev.craftstream.client.report.Wording.count;

import dev.craftstream.client.report.Table.Cell;
import dev.craftstream.client.report.Table.Column;
import dev.craftstream.client.report.Table.Row;
import dev.craftstream.client.report.Table.Segment;
import dev.craftstream.model.Task;
import dev.craftstream.model.label.DropReason;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.label.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The tables of a run's report, for the terminal and the page alike. */
final class ReportTables {
  private final RunData run;
  private final Summary summary;

  ReportTables(RunData run, Summary summary) {
    this.run = run;
    this.summary = summary;
  }

  /**
   * How many questions of each task have which label, and had before rehearsal, if there was one.
   */
  Table labels() {
    List<Row> rows = new ArrayList<>();
    for (Task task : summary.tasks()) {
      Summary its = summary.of(task);
      if (summary.hasFlow()) {
        rows.add(labels(Wording.of(task), "before rehearsal", its, true).onPageOnly());
        rows.add(labels("", "final", its, false).onPageOnly());
      } else {
        rows.add(labels(Wording.of(task), "provisional", its, false).onPageOnly());
      }
      rows.add(labels(Wording.of(task), "", its, false).inTextOnly());
    }
    return new Table(
        "Labels",
        "labels",
        List.of(
            Column.text("", 16),
            Column.text("", 0).onPageOnly(),
            Column.number("questions", 9).inTextOnly(),
            Column.number("ANSWER", 8),
            Column.number("REFUSAL", 8),
            Column.number("DROPPED", 8),
            Column.number("mean sureness", 0).onOwnLine(),
            Column.text("share", 0).onPageOnly(),
            Column.text("", 44).inTextOnly(),
            Column.text("", 0).inTextOnly().onOwnLine()),
        rows);
  }

  private static Row labels(String name, String when, Summary its, boolean before) {
    List<Cell> cells = new ArrayList<>();
    cells.add(Cell.name(name));
    cells.add(Cell.of(when));
    cells.add(Cell.of(count(its.size())));
    List<Segment> bar = new ArrayList<>();
    for (Label label : Label.values()) {
      int number = before ? its.countBefore(label) : its.count(label);
      cells.add(Cell.of(count(number)).styled("number"));
      bar.add(new Segment(style(label), number, label + " " + number));
    }
    double sureness = its.sureness(before);
    cells.add(Cell.of(Double.isNaN(sureness) ? "" : Wording.figure(sureness)).styled("number"));
    cells.add(Cell.bar(bar));
    List<String> reasons = dropReasons(its);
    cells.add(Cell.of(reasons.isEmpty() ? "" : " (" + String.join(", ", reasons) + ")"));
    cells.add(Cell.of(its.withoutLabel() == 0 ? "" : its.withoutLabel() + " without a label"));
    return Row.of(cells.toArray(Cell[]::new));
  }

  static String style(Label label) {
    return label.name().toLowerCase(Locale.ROOT);
  }

  /** How many questions were dropped for each reason. */
  static List<String> dropReasons(Summary its) {
    List<String> reasons = new ArrayList<>();
    for (DropReason reason : DropReason.values()) {
      if (its.count(reason) > 0) {
        reasons.add(its.count(reason) + " " + Wording.of(reason));
      }
    }
    return reasons;
  }

  /** How the knowledge of each task's questions changed from INITIAL to REHEARSAL. */
  Table flow() {
    List<Row> rows = new ArrayList<>();
    for (Task task : summary.tasks()) {
      Summary.Flow flow = summary.of(task).flow();
      if (flow.up() + flow.down() + flow.same() == 0) {
        continue;
      }
      rows.add(
          Row.of(
              Cell.name(Wording.of(task)),
              Cell.of(count(flow.up())),
              Cell.of(count(flow.down())),
              Cell.of(count(flow.same())),
              Cell.of(Wording.signed(flow.mean()))));
    }
    return new Table(
        "Knowledge flow",
        "numbers tasks",
        List.of(
            Column.text("Knowledge flow", 16),
            Column.number("up", 9),
            Column.number("down", 8),
            Column.number("same", 8),
            Column.number("mean", 8)),
        rows);
  }

  /** What each strategy chose. */
  Table strategies() {
    List<Row> rows = new ArrayList<>();
    for (ChosenDataset dataset : run.datasets()) {
      if (!dataset.isRehearsalSet()) {
        rows.add(
            dataset.failure().isEmpty()
                ? Row.of(
                    Cell.name(Wording.name(dataset)),
                    Cell.of(chosen(dataset.answers())),
                    Cell.of(Wording.figure(dataset.answers().certainty())),
                    Cell.of(chosen(dataset.refusals())),
                    Cell.of(Wording.figure(dataset.refusals().certainty())),
                    Cell.of(
                        dataset.refusals().chosen() == 0
                            ? "–"
                            : count(dataset.refusalsGettingBetter())),
                    Cell.of(sharedWithCraft(dataset)),
                    Cell.of(unsure(dataset)))
                : notBuilt(dataset, 7));
      }
    }
    return new Table(
        "Datasets, of candidates",
        "numbers",
        List.of(
            Column.text("", 27),
            Column.number("ANSWER", 15),
            Column.number("certainty", 9),
            Column.number("REFUSAL", 15),
            Column.number("certainty", 9),
            Column.number("learnt anyway", 7).named("learnt"),
            Column.number("chosen by CRAFT", 9).named("by CRAFT"),
            Column.number("too unsure", 0).onOwnLine()),
        rows);
  }

  /** How many questions are no candidates for their sureness alone; empty where none are. */
  private static String unsure(ChosenDataset dataset) {
    long unsure = dataset.answers().unsure() + dataset.refusals().unsure();
    return unsure == 0 ? "" : count(unsure);
  }

  private static Row notBuilt(ChosenDataset dataset, int span) {
    return Row.of(
        Cell.name(Wording.name(dataset)),
        Cell.of("not built: " + dataset.failure()).styled("failure").spanning(span));
  }

  private static String chosen(ChosenDataset.Part part) {
    return String.format(Locale.ROOT, "%,d of %,d", part.chosen(), part.candidates());
  }

  private String sharedWithCraft(ChosenDataset dataset) {
    Optional<ChosenDataset> craft =
        run.datasets().stream()
            .filter(other -> other.strategy().equals(Strategy.CRAFT.name()))
            .filter(other -> other.task() == dataset.task())
            .findFirst();
    return craft.isEmpty() || dataset.questionIds().isEmpty()
        ? "–"
        : Wording.percent(dataset.sharedWith(craft.get()));
  }

  Table rehearsalSets() {
    List<Row> rows = new ArrayList<>();
    for (ChosenDataset set : run.datasets()) {
      if (set.isRehearsalSet()) {
        rows.add(
            set.failure().isEmpty()
                ? Row.of(
                    Cell.name(Wording.name(set)),
                    Cell.of(chosen(set.answers())),
                    Cell.of(Wording.figure(set.answers().certainty())),
                    Cell.of(set.id()))
                : notBuilt(set, 3));
      }
    }
    return new Table(
        "Rehearsal sets, of candidates",
        "numbers",
        List.of(
            Column.text("", 30),
            Column.number("questions", 12),
            Column.number("certainty", 9),
            Column.number("dataset", 0).onPageOnly()),
        rows);
  }

  /** A question for each way that a label can go. */
  Table examples() {
    List<Row> rows = new ArrayList<>();
    for (CuratedQuestion question : summary.examples()) {
      rows.add(
          Row.of(
                  Cell.name(Wording.shortened(question.text(), 300))
                      .withNote("gold: " + question.goldText())
                      .spanning(6))
              .styled("question"));
      rows.add(example("before", question.initial(), question.before()));
      rows.add(example("after", question.rehearsal(), question.after()));
    }
    return new Table(
        "Examples",
        "examples",
        List.of(
            Column.text("", 8),
            Column.number("correctness", 11),
            Column.number("certainty", 9),
            Column.text("label", 8),
            Column.number("sureness", 9),
            Column.text("what the model is taught to say", 45)),
        rows);
  }

  private static Row example(
      String when, CuratedQuestion.Knowledge knowledge, CuratedQuestion.Curation curation) {
    return Row.of(
        Cell.of(when),
        Cell.of(Wording.figure(knowledge.correctness())).styled("number"),
        Cell.of(Wording.figure(knowledge.certainty())).styled("number"),
        Cell.tag(curation.label().name(), style(curation.label())),
        Cell.of(Wording.figure(curation.sureness())).styled("number"),
        Cell.of(
            curation.dropReason() == null
                ? curation.response()
                : "nothing: " + Wording.of(curation.dropReason())));
  }

  /** How long the measurement of all questions took under each model checkpoint. */
  Table sweeps() {
    List<Row> rows = new ArrayList<>();
    for (RunData.Sweep sweep : run.sweeps()) {
      String id = sweep.checkpointId();
      rows.add(
          Row.of(
              Cell.name("%s (%s), %s".formatted(id, sweep.role(), sweep.model())),
              Cell.of(id),
              Cell.of(count(sweep.questions())),
              Cell.of(Wording.of(sweep.duration())),
              Cell.of(String.format(Locale.ROOT, "%.1f/s", sweep.rate())),
              Cell.of(
                  "%s of %d on average"
                      .formatted(Wording.percent(sweep.slotsInUse()), sweep.requestsInFlight()))));
    }
    return new Table(
        "Sweeps",
        "numbers",
        List.of(
            Column.text("Model checkpoint", 0).onPageOnly(),
            Column.text("", 20).inTextOnly(),
            Column.number("questions", 9),
            Column.number("time", 11),
            Column.number("rate", 11),
            Column.number("requests in flight", 24)),
        rows);
  }

  /** How long each part of the run took. */
  Table phases() {
    List<Row> rows = new ArrayList<>();
    for (RunData.Phase phase : run.phases()) {
      rows.add(Row.of(Cell.name(phase.name()), Cell.of(Wording.of(phase.duration()))));
    }
    if (!run.total().isZero()) {
      rows.add(Row.of(Cell.name("In all"), Cell.of(Wording.of(run.total()))).styled("total"));
    }
    return new Table(
        "Phases", "numbers", List.of(Column.text("Phase", 24), Column.number("time", 12)), rows);
  }

  /** How many dead letters there are of each reason. */
  Table failureReasons() {
    List<Row> rows = new ArrayList<>();
    run.failures()
        .byReason()
        .forEach((reason, number) -> rows.add(Row.of(Cell.name(reason), Cell.of(count(number)))));
    return new Table(
        "Dead letters: " + count(run.failures().count()),
        "numbers",
        List.of(Column.text("Reason", 22), Column.number("", 11)),
        rows);
  }

  /** The newest dead letters. */
  Table failures() {
    List<Row> rows = new ArrayList<>();
    for (RunData.Failure failure : run.failures().newest()) {
      rows.add(
          Row.of(
              Cell.name(failure.subject()),
              Cell.of(failure.reason()),
              Cell.of(failure.explanation())));
    }
    return new Table(
        "The newest",
        "failures",
        List.of(
            Column.text("About", 30), Column.text("reason", 20), Column.text("explanation", 46)),
        rows);
  }
}
