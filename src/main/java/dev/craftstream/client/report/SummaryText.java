package dev.craftstream.client.report;

import java.util.List;
import java.util.Locale;

/** A run's summary for the terminal, about 100 characters wide. */
public final class SummaryText {
  private static final int SHOWN_FAILURES = 10;

  private final StringBuilder text = new StringBuilder();

  private SummaryText() {}

  public static String of(RunData run) {
    return new SummaryText().summary(run);
  }

  private String summary(RunData run) {
    Summary summary = Summary.of(run.questions());
    ReportTables tables = new ReportTables(run, summary);
    if (run.questionsInAll() > summary.size()) {
      line(
          "Labels, flow and examples are of a random sample of %,d of %,d questions.",
          summary.size(), run.questionsInAll());
      line("");
    }
    if (run.circle() != null) {
      CircleTables circle = new CircleTables(run.circle());
      table(circle.results());
      table(circle.sides());
      table(circle.labels());
      table(circle.paths());
    }
    TableText.lines(tables.labels()).forEach(this::asItIs);
    if (summary.comparesLabels()) {
      List<String> changes = summary.labelChanges("%s -> %s: %d");
      line(
          "  Provisional to final: %s",
          changes.isEmpty() ? "no label changed" : String.join(", ", changes));
    }
    line("");
    table(tables.flow());
    table(tables.strategies());
    table(tables.rehearsalSets());
    table(QualityTables.evaluations(run.evaluations()));
    table(QualityTables.abstention(run.evaluations()));
    table(QualityTables.certainty(CertaintyCard.of(run.questions())));
    table(tables.examples());
    table(tables.sweeps());
    table(tables.failureReasons());
    failures(run.failures());
    return text.toString();
  }

  private void table(Table table) {
    if (!table.isEmpty()) {
      TableText.lines(table).forEach(this::asItIs);
      line("");
    }
  }

  private void failures(RunData.Failures failures) {
    if (failures.count() == 0) {
      return;
    }
    List<RunData.Failure> newest = failures.newest();
    line("The newest dead letters");
    for (RunData.Failure failure : newest.subList(0, Math.min(SHOWN_FAILURES, newest.size()))) {
      line(
          "  %s: %s: %s",
          Wording.shortened(failure.subject(), 40),
          failure.reason(),
          Wording.shortened(failure.explanation(), 300));
    }
    if (newest.size() > SHOWN_FAILURES) {
      line("  ... and %,d more, in the report", newest.size() - SHOWN_FAILURES);
    }
    line("");
  }

  private void line(String format, Object... values) {
    asItIs(String.format(Locale.ROOT, format, values).stripTrailing());
  }

  private void asItIs(String line) {
    text.append(line).append('\n');
  }
}
