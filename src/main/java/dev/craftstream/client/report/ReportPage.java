package dev.craftstream.client.report;

import dev.craftstream.model.label.Label;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the template {@code report.ftlx} shows of a run.
 *
 * @param lead what the page is on
 * @param figures the run in a few numbers
 * @param circle the circle; null where the run is none
 * @param planes the questions of each task on the plane of correctness and certainty
 * @param planeNote how the planes are to be read
 * @param refusal what the model is taught to say in a REFUSAL
 * @param certainty how much certainty tells of correctness
 * @param flows where they move; empty where there is no REHEARSAL
 * @param flowNote how much of the flow is chance; empty where nothing was drawn
 * @param changes what rehearsal changed, and why questions were dropped
 * @param confidence of the evaluation's intervals, in percent
 * @param failures how many dead letters there are, by reason; empty where there are none
 */
public record ReportPage(
    String lead,
    List<Figure> figures,
    CircleSection circle,
    List<TaskPicture> planes,
    String planeNote,
    String refusal,
    List<TaskPicture> certainty,
    List<TaskPicture> flows,
    String flowNote,
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
      Table abstention,
      Table certainty,
      Table examples,
      Table sweeps,
      Table phases,
      Table failures) {}

  static ReportPage of(RunData run) {
    Summary summary = Summary.of(run.questions());
    ReportTables tables = new ReportTables(run, summary);
    boolean hasFlow = summary.hasFlow();
    Captions captions = new Captions(run);
    ReportParts parts = new ReportParts(run);
    List<CertaintyCard> cards = CertaintyCard.of(run.questions());
    return new ReportPage(
        lead(run, summary, hasFlow),
        figures(summary, captions, hasFlow),
        run.circle() == null ? null : CircleSection.of(run.circle()),
        parts.planes(),
        parts.planeNote(),
        captions.refusal(),
        CertaintyPictures.of(cards),
        run.circle() != null ? CircleSection.flows(run.circle()) : parts.flows(),
        parts.flowNote(),
        new Tables(
            tables.labels(),
            tables.flow(),
            tables.strategies(),
            tables.rehearsalSets(),
            QualityTables.evaluations(run.evaluations()),
            QualityTables.abstention(run.evaluations()),
            QualityTables.certainty(cards),
            tables.examples(),
            tables.sweeps(),
            tables.phases(),
            tables.failures()),
        changes(summary),
        captions.confidence(),
        run.facts(),
        failures(run.failures()));
  }

  private static String lead(RunData run, Summary summary, boolean hasFlow) {
    return "%s questions, relabelled by what the model knows%s%s%s. %s."
        .formatted(
            Wording.count(run.questionsInAll()),
            hasFlow ? " before and after rehearsal" : "",
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

  private static List<Figure> figures(Summary summary, Captions captions, boolean hasFlow) {
    List<Figure> figures = new ArrayList<>();
    figures.add(
        new Figure("answer", Wording.count(summary.count(Label.ANSWER)), "keep their answer"));
    figures.add(
        new Figure(
            "refusal",
            Wording.count(summary.count(Label.REFUSAL)),
            "become " + captions.refusal()));
    figures.add(
        new Figure("dropped", Wording.count(summary.count(Label.DROPPED)), "are in neither set"));
    if (summary.comparesLabels()) {
      figures.add(new Figure("", Wording.count(summary.changes()), "labels changed by rehearsal"));
    }
    if (hasFlow) {
      figures.add(
          new Figure(
              "", Wording.minus(Wording.signed(summary.flow().mean())), "mean knowledge flow"));
    }
    return figures;
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
    String byRehearsal = changes.isEmpty() ? "none" : String.join("; ", changes);
    return (summary.comparesLabels() ? "Changed by rehearsal: " + byRehearsal + "." : "")
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
