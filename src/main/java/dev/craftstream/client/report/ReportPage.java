package dev.craftstream.client.report;

import dev.craftstream.model.Label;
import dev.craftstream.model.Task;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * What the template {@code report.ftlx} shows of a run.
 *
 * @param lead what the page is on
 * @param figures the run in a few numbers
 * @param circle the circle; null where the run is none
 * @param planes the questions of each task on the plane of correctness and certainty
 * @param flows where they move; empty where there is no REHEARSAL
 * @param changes what rehearsal changed, and why questions were dropped
 * @param confidence of the evaluation's intervals, in percent
 * @param failures how many dead letters there are, by reason; empty where there are none
 */
public record ReportPage(
    String lead,
    List<Figure> figures,
    CircleSection circle,
    boolean spreadsPoints,
    List<TaskPicture> planes,
    List<TaskPicture> flows,
    Tables tables,
    String changes,
    String confidence,
    List<RunData.Fact> facts,
    String failures) {
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  /** A number of the run, and what it counts. */
  public record Figure(String style, String value, String what) {}

  /** A picture of one task's questions. */
  public record TaskPicture(String title, Picture picture, String caption) {}

  /** The page's tables; those without rows are left out. */
  public record Tables(
      Table labels,
      Table flow,
      Table strategies,
      Table rehearsalSets,
      Table evaluations,
      Table examples,
      Table sweeps,
      Table phases,
      Table failures) {}

  static ReportPage of(RunData run) {
    Summary summary = Summary.of(run.questions());
    ReportTables tables = new ReportTables(run, summary);
    boolean hasFlow = run.questions().stream().anyMatch(CuratedQuestion::hasFlow);
    return new ReportPage(
        lead(run, summary),
        figures(summary),
        run.circle() == null ? null : CircleSection.of(run.circle()),
        summary.tasks().contains(Task.OPEN_ENDED),
        pictures(
            summary,
            task -> new KnowledgePlane(task, run.thresholds(), run.questions()).draw(),
            ReportPage::certainty),
        run.circle() != null
            ? CircleSection.flows(run.circle())
            : hasFlow
                ? pictures(
                    summary,
                    task -> new KnowledgeFlowMap(task, run.questions()).draw(),
                    task -> flow(summary.of(task).flow()))
                : List.of(),
        new Tables(
            tables.labels(),
            tables.flow(),
            tables.strategies(),
            tables.rehearsalSets(),
            tables.evaluations(),
            tables.examples(),
            tables.sweeps(),
            tables.phases(),
            tables.failures()),
        changes(summary),
        run.evaluations().isEmpty()
            ? ""
            : "%.0f %%".formatted(100 * run.evaluations().get(0).confidence()),
        run.facts(),
        failures(run.failures()));
  }

  private static String lead(RunData run, Summary summary) {
    return "%s questions, relabelled by what the model knows before and after rehearsal%s%s. %s."
        .formatted(
            Wording.count(run.questionsInAll()),
            run.circle() == null
                ? ""
                : ", and the model trained on what came of it, %s"
                    .formatted(
                        run.circle().turns().size() == 1
                            ? "once around"
                            : run.circle().turns().size() + " times around"),
            run.questionsInAll() > summary.size()
                ? "; this page shows %s of them, drawn at random"
                    .formatted(Wording.count(summary.size()))
                : "",
            MINUTE.format(run.finishedAt()));
  }

  private static List<Figure> figures(Summary summary) {
    return List.of(
        new Figure("answer", Wording.count(summary.count(Label.ANSWER)), "keep their answer"),
        new Figure("refusal", Wording.count(summary.count(Label.REFUSAL)), "become “I don’t know”"),
        new Figure("dropped", Wording.count(summary.count(Label.DROPPED)), "are in neither set"),
        new Figure("", Wording.count(summary.changes()), "labels changed by rehearsal"),
        new Figure(
            "", Wording.minus(Wording.signed(summary.flow().mean())), "mean knowledge flow"));
  }

  private static List<TaskPicture> pictures(
      Summary summary, Function<Task, Picture> picture, Function<Task, String> caption) {
    return summary.tasks().stream()
        .map(
            task ->
                new TaskPicture(
                    "%s, %s questions"
                        .formatted(Wording.title(task), Wording.count(summary.of(task).size())),
                    picture.apply(task),
                    caption.apply(task)))
        .toList();
  }

  private static String certainty(Task task) {
    return switch (task) {
      case OPEN_ENDED -> "Certainty: how alike the samples are (mean cosine similarity).";
      case MULTIPLE_CHOICE -> "Certainty: negative entropy of the options’ probabilities.";
    };
  }

  static String flow(Summary.Flow flow) {
    return "%s up, %s down, %s the same; mean %s."
        .formatted(
            Wording.count(flow.up()),
            Wording.count(flow.down()),
            Wording.count(flow.same()),
            Wording.minus(Wording.signed(flow.mean())));
  }

  private static String changes(Summary summary) {
    List<String> changes = summary.labelChanges("%s to %s: %d");
    List<String> reasons = ReportTables.dropReasons(summary);
    return "Changed by rehearsal: "
        + (changes.isEmpty() ? "none" : String.join("; ", changes))
        + "."
        + (reasons.isEmpty() ? "" : " Dropped: " + String.join(", ", reasons) + ".")
        + (summary.withoutLabel() == 0
            ? ""
            : " Without a label, since they could not be measured: "
                + summary.withoutLabel()
                + ".");
  }

  private static String failures(RunData.Failures failures) {
    if (failures.count() == 0) {
      return "";
    }
    List<String> reasons = new ArrayList<>();
    failures.byReason().forEach((reason, n) -> reasons.add(Wording.count(n) + " " + reason));
    return "What could not be used: %s.%s"
        .formatted(
            String.join(", ", reasons),
            failures.count() > failures.newest().size()
                ? " The newest %s are below.".formatted(Wording.count(failures.newest().size()))
                : "");
  }
}
