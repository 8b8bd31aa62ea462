package dev.craftstream.client.report;

import static dev.craftstream.client.report.HtmlReport.header;
import static dev.craftstream.client.report.HtmlReport.minus;
import static dev.craftstream.client.report.HtmlReport.row;
import static dev.craftstream.client.report.HtmlReport.title;
import static dev.craftstream.client.report.Markup.element;
import static dev.craftstream.client.report.Markup.text;
import static dev.craftstream.client.report.Wording.count;

import dev.craftstream.model.Strategy;
import dev.craftstream.model.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The parts of the page on what was chosen, and on how the model does. */
final class ChoicesSection {
  private final RunData run;

  ChoicesSection(RunData run) {
    this.run = run;
  }

  /** What each strategy chose, side by side, and the rehearsal sets. */
  Markup datasets() {
    if (run.datasets().isEmpty()) {
      return Markup.NOTHING;
    }
    List<Markup> parts = new ArrayList<>();
    for (Task task : Task.values()) {
      List<ChosenDataset> its = of(task).stream().filter(d -> !d.isRehearsalSet()).toList();
      if (!its.isEmpty()) {
        parts.add(element("h3", title(task)));
        parts.add(element("div class='scroll'", strategies(its)));
      }
    }
    List<Markup> rehearsal = new ArrayList<>();
    for (ChosenDataset set : run.datasets()) {
      if (set.isRehearsalSet()) {
        rehearsal.add(
            set.failure().isEmpty()
                ? row(title(set.task()), chosen(set.answers()), certainty(set.answers()), set.id())
                : element(
                    "tr",
                    element("th scope='row'", title(set.task())),
                    element("td class='failure' colspan='2'", "not built: " + set.failure()),
                    element("td", set.id())));
      }
    }
    if (!rehearsal.isEmpty()) {
      parts.add(element("h3", "Rehearsal sets"));
      parts.add(
          element(
              "div class='scroll'",
              element(
                  "table class='numbers'",
                  header("", "questions", "certainty", "dataset"),
                  element("tbody", Markup.all(rehearsal)))));
    }
    return element(
        "section",
        element("h2", "What each strategy would choose"),
        element(
            "p",
            "All strategies rest on the same measurements. Certainty is the mean of the chosen questions under"
                + " INITIAL. “Learnt anyway” counts the questions that the model would be taught to refuse although"
                + " it answers them better after rehearsal: the dynamic conflict. The last column says which share"
                + " of its questions CRAFT chose, too."),
        Markup.all(parts));
  }

  private Markup strategies(List<ChosenDataset> datasets) {
    Optional<ChosenDataset> craft =
        datasets.stream().filter(d -> d.strategy().equals(Strategy.CRAFT.name())).findFirst();
    List<Markup> rows = new ArrayList<>();
    for (ChosenDataset dataset : datasets) {
      if (!dataset.failure().isEmpty()) {
        rows.add(
            element(
                "tr",
                element("th scope='row'", dataset.strategy()),
                element("td class='failure' colspan='6'", "not built: " + dataset.failure())));
        continue;
      }
      rows.add(
          row(
              dataset.strategy(),
              chosen(dataset.answers()),
              certainty(dataset.answers()),
              chosen(dataset.refusals()),
              certainty(dataset.refusals()),
              dataset.refusals().chosen() == 0 ? "–" : count(dataset.refusalsGettingBetter()),
              craft.isEmpty() || dataset.questionIds().isEmpty()
                  ? "–"
                  : Wording.percent(dataset.sharedWith(craft.get()))));
    }
    return element(
        "table class='numbers'",
        header(
            "", "ANSWER", "certainty", "REFUSAL", "certainty", "learnt anyway", "chosen by CRAFT"),
        element("tbody", Markup.all(rows)));
  }

  private static String chosen(ChosenDataset.Part part) {
    return String.format(Locale.ROOT, "%,d of %,d", part.chosen(), part.candidates());
  }

  private static String certainty(ChosenDataset.Part part) {
    return minus(Wording.figure(part.certainty()));
  }

  private List<ChosenDataset> of(Task task) {
    return run.datasets().stream().filter(dataset -> dataset.task() == task).toList();
  }

  /** How each evaluated checkpoint does. */
  Markup evaluations() {
    if (run.evaluations().isEmpty()) {
      return Markup.NOTHING;
    }
    List<Markup> rows = new ArrayList<>();
    for (EvaluatedCheckpoint evaluation : run.evaluations()) {
      rows.add(
          element(
              "tr",
              element(
                  "th scope='row'",
                  "%s (%s), %s"
                      .formatted(
                          evaluation.checkpointId(),
                          evaluation.role(),
                          Wording.of(evaluation.task()))),
              questions(evaluation),
              share(evaluation.correct()),
              share(evaluation.wrong()),
              share(evaluation.refused()),
              score(evaluation.truthfulHelpfulness()),
              share(evaluation.overRefusal())));
    }
    return element(
        "section",
        element("h2", "How the model does"),
        element(
            "p",
            "Questions that it is never trained on, asked once, greedily, with the prompt of the instructions."
                + " Below the figures are their %.0f %% bootstrap intervals. THS is the truthful helpfulness score, times 100: INITIAL's own is 0, a perfect model's 100."
                    .formatted(100 * run.evaluations().get(0).confidence())),
        element(
            "div class='scroll'",
            element(
                "table class='numbers'",
                header(
                    "Model checkpoint",
                    "questions",
                    "correct",
                    "wrong",
                    "refused",
                    "THS",
                    "over-refusal"),
                element("tbody", Markup.all(rows)))));
  }

  private static Markup questions(EvaluatedCheckpoint evaluation) {
    return evaluation.unanswered() == 0
        ? element("td", count(evaluation.questions()))
        : element(
            "td",
            text(count(evaluation.questions())),
            element("small", count(evaluation.unanswered()) + " unanswered"));
  }

  private static Markup score(EvaluatedCheckpoint.Estimate score) {
    if (score == null) {
      return element("td", "–");
    }
    return element(
        "td",
        text(minus(Wording.score(score))),
        element("small", minus(Wording.scoreInterval(score))));
  }

  private static Markup share(EvaluatedCheckpoint.Estimate share) {
    if (share == null) {
      return element("td", "–");
    }
    return element(
        "td", text(Wording.percent(share.value())), element("small", Wording.interval(share)));
  }
}
