package dev.craftstream.client.report;

import static dev.craftstream.client.report.Markup.element;
import static dev.craftstream.client.report.Markup.text;

import dev.craftstream.model.DropReason;
import dev.craftstream.model.Label;
import dev.craftstream.model.Task;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * A run as one HTML page that needs nothing beside it: no network, no script. It follows the
 * reader's choice of light or dark, fits a phone, prints, and is well-formed XML.
 */
public final class HtmlReport {
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private final RunData run;
  private final Summary summary;

  private HtmlReport(RunData run) {
    this.run = run;
    this.summary = Summary.of(run.questions());
  }

  /** The page. */
  public static String of(RunData run) {
    return new HtmlReport(run).page();
  }

  private String page() {
    Markup head =
        element(
            "head",
            element("meta charset='utf-8'"),
            element("meta name='viewport' content='width=device-width, initial-scale=1'"),
            element("meta name='color-scheme' content='light dark'"),
            element("title", "craft-stream: what the model knows, and what it is taught"),
            new Markup("<style>" + style() + "</style>"));
    Markup body =
        element(
            "body",
            element(
                "main",
                heading(),
                plane(),
                flow(),
                labels(),
                new ChoicesSection(run).datasets(),
                new ChoicesSection(run).evaluations(),
                examples(),
                theRun(),
                failures()));
    return "<!DOCTYPE html>\n" + element("html lang='en'", head, body).xml() + "\n";
  }

  private static String style() {
    try (InputStream css = HtmlReport.class.getResourceAsStream("/report/report.css")) {
      return new String(css.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Markup heading() {
    Summary.Flow flow = summary.flow();
    return element(
        "header",
        element("p class='kicker'", "craft-stream"),
        element("h1", "What the model knows, and what it is taught"),
        element(
            "p class='lead'",
            "%s questions, relabelled by what the model knows before and after rehearsal%s. %s."
                .formatted(
                    String.format(Locale.ROOT, "%,d", run.questionsInAll()),
                    run.questionsInAll() > summary.size()
                        ? String.format(
                            Locale.ROOT,
                            "; this page shows %,d of them, drawn at random",
                            summary.size())
                        : "",
                    MINUTE.format(run.finishedAt()))),
        element(
            "ul class='figures'",
            figure("answer", summary.count(Label.ANSWER), "keep their answer"),
            figure("refusal", summary.count(Label.REFUSAL), "become “I don’t know”"),
            figure("dropped", summary.count(Label.DROPPED), "are in neither set"),
            figure("", summary.changes(), "labels changed by rehearsal"),
            element(
                "li",
                element("b", minus(Wording.signed(flow.mean()))),
                element("span", "mean knowledge flow"))));
  }

  private static Markup figure(String classes, int number, String what) {
    return element(
        "li class='" + classes + "'",
        element("b", String.format(Locale.ROOT, "%,d", number)),
        element("span", what));
  }

  private Markup plane() {
    return element(
        "section",
        element("h2", "The plane of correctness and certainty"),
        element(
            "p",
            "Each point is a question under the INITIAL checkpoint; shape and colour say what became of it."
                + " Dashed lines are the thresholds of correctness."
                + (summary.tasks().contains(Task.OPEN_ENDED)
                    ? " Open-ended points are moved sideways a little, since samples make correctness"
                        + " a multiple of one over their number."
                    : "")),
        legend(),
        pictures(
            task -> new KnowledgePlane(task, run.thresholds(), run.questions()).draw(),
            HtmlReport::certaintyOf));
  }

  private static String certaintyOf(Task task) {
    return switch (task) {
      case OPEN_ENDED -> "Certainty: how alike the samples are (mean cosine similarity).";
      case MULTIPLE_CHOICE -> "Certainty: negative entropy of the options’ probabilities.";
    };
  }

  private static Markup legend() {
    List<Markup> entries = new ArrayList<>();
    for (Label label : Label.values()) {
      entries.add(
          element(
              "li",
              element(
                  "svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' aria-hidden='true'",
                  element(KnowledgePlane.marker(label, 8, 8))),
              element(
                  "span",
                  switch (label) {
                    case ANSWER -> "ANSWER: keeps its gold answer";
                    case REFUSAL -> "REFUSAL: “I don’t know”";
                    case DROPPED -> "DROPPED: in neither set";
                  })));
    }
    return element("ul class='legend'", Markup.all(entries));
  }

  private Markup pictures(Function<Task, Markup> picture, Function<Task, String> caption) {
    List<Markup> figures = new ArrayList<>();
    for (Task task : summary.tasks()) {
      figures.add(
          element(
              "figure",
              element(
                  "h3", title(task) + ", " + Wording.count(summary.of(task).size()) + " questions"),
              picture.apply(task),
              element("figcaption", caption.apply(task))));
    }
    return element("div class='pictures'", Markup.all(figures));
  }

  static String title(Task task) {
    String words = Wording.of(task);
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }

  private Markup flow() {
    if (run.questions().stream().noneMatch(CuratedQuestion::hasFlow)) {
      return Markup.NOTHING;
    }
    return element(
        "section",
        element("h2", "The knowledge flow"),
        element(
            "p",
            "Where questions move when the model rehearses what it already knows. An arrow stands for the questions"
                + " of one cell of the plane: from their average place under INITIAL to that under"
                + " REHEARSAL. The thicker, the more questions; a dot alone did not move."),
        element(
            "ul class='legend'",
            element("li", element("i class='swatch up'", ""), element("span", "known better")),
            element("li", element("i class='swatch down'", ""), element("span", "known worse")),
            element("li", element("i class='swatch same'", ""), element("span", "as before"))),
        pictures(
            task -> new KnowledgeFlowMap(task, run.questions()).draw(),
            task -> {
              Summary.Flow flow = summary.of(task).flow();
              return "%s up, %s down, %s the same; mean %s."
                  .formatted(
                      Wording.count(flow.up()),
                      Wording.count(flow.down()),
                      Wording.count(flow.same()),
                      minus(Wording.signed(flow.mean())));
            }),
        element(
            "p class='note'",
            "Flow is noisy. With 10 samples a question, correctness moves by 0.1 to 0.2 from one draw to the next by"
                + " chance alone, so the flow of a single question says little; that of a cell says more."));
  }

  private Markup labels() {
    List<Markup> rows = new ArrayList<>();
    for (Task task : summary.tasks()) {
      Summary its = summary.of(task);
      rows.add(labelRow(title(task), "before rehearsal", its, true));
      rows.add(labelRow("", "final", its, false));
    }
    List<Markup> flows = new ArrayList<>();
    for (Task task : summary.tasks()) {
      Summary.Flow flow = summary.of(task).flow();
      flows.add(
          row(
              title(task),
              Wording.count(flow.up()),
              Wording.count(flow.down()),
              Wording.count(flow.same()),
              minus(Wording.signed(flow.mean()))));
    }
    return element(
        "section",
        element("h2", "Labels by task"),
        element(
            "div class='scroll'",
            element(
                "table class='labels'",
                header("", "", "ANSWER", "REFUSAL", "DROPPED", "share"),
                element("tbody", Markup.all(rows)))),
        element("p", changed()),
        element(
            "div class='scroll'",
            element(
                "table class='numbers'",
                header("Knowledge flow", "up", "down", "same", "mean"),
                element("tbody", Markup.all(flows)))));
  }

  private Markup labelRow(String task, String when, Summary its, boolean before) {
    List<Markup> bar = new ArrayList<>();
    List<Markup> cells = new ArrayList<>();
    for (Label label : Label.values()) {
      int count = before ? its.countBefore(label) : its.count(label);
      cells.add(element("td class='number'", Wording.count(count)));
      bar.add(
          element(
              String.format(
                  Locale.ROOT,
                  "i class='%s' style='flex-grow:%d' title='%s %d'",
                  label.name().toLowerCase(Locale.ROOT),
                  count,
                  label,
                  count),
              ""));
    }
    return element(
        "tr",
        element("th scope='row'", task),
        element("td", when),
        Markup.all(cells),
        element("td class='share'", element("div class='bar'", Markup.all(bar))));
  }

  private String changed() {
    List<String> changes = new ArrayList<>();
    for (Label from : Label.values()) {
      for (Label to : Label.values()) {
        int count = summary.changes(from, to);
        if (from != to && count > 0) {
          changes.add("%s to %s: %d".formatted(from, to, count));
        }
      }
    }
    List<String> reasons = new ArrayList<>();
    for (DropReason reason : DropReason.values()) {
      if (summary.count(reason) > 0) {
        reasons.add(summary.count(reason) + " " + Wording.of(reason));
      }
    }
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

  private Markup examples() {
    List<Markup> rows = new ArrayList<>();
    for (CuratedQuestion question : summary.examples()) {
      rows.add(
          element(
              "tr class='question'",
              element(
                  "th colspan='5' scope='rowgroup'",
                  text(Wording.shortened(question.text(), 300)),
                  element("span class='gold'", "gold: " + question.goldText()))));
      rows.add(exampleRow("before", question.initial(), question.before()));
      rows.add(exampleRow("after", question.rehearsal(), question.after()));
    }
    if (rows.isEmpty()) {
      return Markup.NOTHING;
    }
    return element(
        "section",
        element("h2", "Examples"),
        element(
            "div class='scroll'",
            element(
                "table class='examples'",
                header("", "correctness", "certainty", "label", "what the model is taught to say"),
                element("tbody", Markup.all(rows)))));
  }

  private static Markup exampleRow(
      String when, CuratedQuestion.Knowledge knowledge, CuratedQuestion.Curation curation) {
    return element(
        "tr",
        element("td", when),
        element("td class='number'", Wording.figure(knowledge.correctness())),
        element("td class='number'", minus(Wording.figure(knowledge.certainty()))),
        element(
            "td",
            element(
                "span class='tag " + curation.label().name().toLowerCase(Locale.ROOT) + "'",
                curation.label().name())),
        element(
            "td",
            curation.dropReason() == null
                ? curation.response()
                : "nothing: " + Wording.of(curation.dropReason())));
  }

  private Markup theRun() {
    List<Markup> sweeps = new ArrayList<>();
    for (RunData.Sweep sweep : run.sweeps()) {
      sweeps.add(
          row(
              "%s (%s), %s".formatted(sweep.checkpointId(), sweep.role(), sweep.model()),
              Wording.count(sweep.questions()),
              Wording.of(sweep.duration()),
              String.format(Locale.ROOT, "%.1f/s", sweep.rate()),
              "%s of %d".formatted(Wording.percent(sweep.slotsInUse()), sweep.requestsInFlight())));
    }
    List<Markup> phases = new ArrayList<>();
    for (RunData.Phase phase : run.phases()) {
      phases.add(row(phase.name(), Wording.of(phase.duration())));
    }
    if (!run.total().isZero()) {
      phases.add(
          element(
              "tr class='total'",
              element("th scope='row'", "All of it"),
              element("td", Wording.of(run.total()))));
    }
    List<Markup> facts = new ArrayList<>();
    for (RunData.Fact fact : run.facts()) {
      facts.add(element("dt", fact.name()));
      facts.add(element("dd", fact.value()));
    }
    return element(
        "section",
        element("h2", "The run"),
        sweeps.isEmpty()
            ? Markup.NOTHING
            : element(
                "div class='scroll'",
                element(
                    "table class='numbers'",
                    header(
                        "Model checkpoint",
                        "questions",
                        "time",
                        "rate",
                        "requests in flight, average"),
                    element("tbody", Markup.all(sweeps)))),
        element(
            "div class='columns'",
            phases.isEmpty()
                ? Markup.NOTHING
                : element(
                    "table class='numbers'",
                    header("Phase", "time"),
                    element("tbody", Markup.all(phases))),
            facts.isEmpty() ? Markup.NOTHING : element("dl", Markup.all(facts))));
  }

  private Markup failures() {
    RunData.Failures failures = run.failures();
    if (failures.count() == 0) {
      return Markup.NOTHING;
    }
    List<String> reasons = new ArrayList<>();
    failures
        .byReason()
        .forEach(
            (reason, count) -> reasons.add(String.format(Locale.ROOT, "%,d %s", count, reason)));
    List<Markup> rows = new ArrayList<>();
    for (RunData.Failure failure : failures.newest()) {
      rows.add(
          element(
              "tr",
              element("th scope='row'", failure.subject()),
              element("td", failure.reason()),
              element("td", failure.explanation())));
    }
    return element(
        "section",
        element("h2", "Dead letters"),
        element(
            "p",
            "What could not be used: %s.%s"
                .formatted(
                    String.join(", ", reasons),
                    failures.count() > failures.newest().size()
                        ? String.format(
                            Locale.ROOT, " The newest %,d are below.", failures.newest().size())
                        : "")),
        element(
            "div class='scroll'",
            element(
                "table class='failures'",
                header("About", "reason", "explanation"),
                element("tbody", Markup.all(rows)))));
  }

  static Markup header(String... names) {
    List<Markup> cells = new ArrayList<>();
    for (String name : names) {
      cells.add(element("th scope='col'", name));
    }
    return element("thead", element("tr", Markup.all(cells)));
  }

  static Markup row(String name, String... values) {
    List<Markup> cells = new ArrayList<>();
    cells.add(element("th scope='row'", name));
    for (String value : values) {
      cells.add(element("td", value));
    }
    return element("tr", Markup.all(cells));
  }

  /** With a real minus sign. */
  static String minus(String figure) {
    return figure.replace('-', '−');
  }
}
