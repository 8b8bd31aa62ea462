package dev.craftstream.client.report;

import dev.craftstream.model.DropReason;
import dev.craftstream.model.Label;
import dev.craftstream.model.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A run's summary for the terminal, at most 100 characters wide. */
public final class SummaryText {
  private static final int SHOWN_FAILURES = 10;

  private SummaryText() {}

  public static String of(RunData run) {
    Summary summary = Summary.of(run.questions());
    StringBuilder text = new StringBuilder();
    if (run.questionsInAll() > summary.size()) {
      line(
          text,
          "Labels, flow and examples are of a random sample of %,d of %,d questions.",
          summary.size(),
          run.questionsInAll());
      line(text, "");
    }
    labels(summary, text);
    flow(summary, text);
    datasets(run, text);
    evaluations(run, text);
    examples(summary, text);
    sweeps(run, text);
    failures(run.failures(), text);
    return text.toString();
  }

  private static void labels(Summary all, StringBuilder text) {
    line(text, "Labels             questions   ANSWER  REFUSAL  DROPPED");
    for (Task task : all.tasks()) {
      Summary its = all.of(task);
      line(
          text,
          "  %-16s %9d %8d %8d %8d%s",
          Wording.of(task),
          its.size(),
          its.count(Label.ANSWER),
          its.count(Label.REFUSAL),
          its.count(Label.DROPPED),
          reasons(its));
      if (its.withoutLabel() > 0) {
        line(text, "  %-16s %9d without a label", "", its.withoutLabel());
      }
    }
    List<String> changes = new ArrayList<>();
    for (Label from : Label.values()) {
      for (Label to : Label.values()) {
        if (from != to && all.changes(from, to) > 0) {
          changes.add("%s -> %s: %d".formatted(from, to, all.changes(from, to)));
        }
      }
    }
    line(
        text,
        "  Provisional to final: %s",
        changes.isEmpty() ? "no label changed" : String.join(", ", changes));
    line(text, "");
  }

  private static String reasons(Summary summary) {
    List<String> reasons = new ArrayList<>();
    for (DropReason reason : DropReason.values()) {
      if (summary.count(reason) > 0) {
        reasons.add(summary.count(reason) + " " + Wording.of(reason));
      }
    }
    return reasons.isEmpty() ? "" : "  (" + String.join(", ", reasons) + ")";
  }

  private static void flow(Summary all, StringBuilder text) {
    line(text, "Knowledge flow            up     down     same     mean");
    for (Task task : all.tasks()) {
      Summary.Flow flow = all.of(task).flow();
      line(
          text,
          "  %-16s %9d %8d %8d %8s",
          Wording.of(task),
          flow.up(),
          flow.down(),
          flow.same(),
          Wording.signed(flow.mean()));
    }
    line(text, "");
  }

  private static void datasets(RunData run, StringBuilder text) {
    if (run.datasets().isEmpty()) {
      return;
    }
    line(
        text,
        "Datasets, of candidates                            ANSWER        REFUSAL    certainty     learnt");
    line(
        text,
        "                                                                             A      R     anyway");
    for (ChosenDataset dataset : run.datasets()) {
      if (!dataset.failure().isEmpty()) {
        line(text, "  %-40s not built: %s", Wording.name(dataset), dataset.failure());
        continue;
      }
      boolean refuses = dataset.refusals().wanted() > 0;
      line(
          text,
          "  %-40s %14s %14s   %5s  %5s %9s",
          Wording.name(dataset),
          chosen(dataset.answers()),
          refuses ? chosen(dataset.refusals()) : "",
          Wording.figure(dataset.answers().certainty()),
          refuses ? Wording.figure(dataset.refusals().certainty()) : "",
          refuses ? dataset.refusalsGettingBetter() : "");
    }
    line(text, "");
  }

  private static String chosen(ChosenDataset.Part part) {
    return part.chosen() + " of " + part.candidates();
  }

  private static void evaluations(RunData run, StringBuilder text) {
    if (run.evaluations().isEmpty()) {
      return;
    }
    line(
        text,
        "Evaluation                            questions  correct      wrong        refused      THS");
    for (EvaluatedCheckpoint evaluation : run.evaluations()) {
      line(
          text,
          "  %-35s %9d  %-12s %-12s %-12s %s",
          Wording.shortened(evaluation.checkpointId(), 18) + ", " + Wording.of(evaluation.task()),
          evaluation.questions(),
          percent(evaluation.correct()),
          percent(evaluation.wrong()),
          percent(evaluation.refused()),
          evaluation.truthfulHelpfulness() == null
              ? "undefined"
              : Wording.score(evaluation.truthfulHelpfulness()));
      line(
          text,
          "  %-35s %9s  %-12s %-12s %-12s %s",
          "",
          "",
          interval(evaluation.correct()),
          interval(evaluation.wrong()),
          interval(evaluation.refused()),
          evaluation.truthfulHelpfulness() == null
              ? ""
              : Wording.scoreInterval(evaluation.truthfulHelpfulness()));
      if (evaluation.overRefusal() != null) {
        line(
            text,
            "  %-35s %9s  over-refusal %s, %s",
            "",
            "",
            percent(evaluation.overRefusal()),
            interval(evaluation.overRefusal()));
      }
      if (evaluation.unanswered() > 0) {
        line(text, "  %-35s %9d could not be answered", "", evaluation.unanswered());
      }
    }
    line(text, "");
  }

  private static String percent(EvaluatedCheckpoint.Estimate share) {
    return share == null ? "-" : Wording.percent(share.value());
  }

  private static String interval(EvaluatedCheckpoint.Estimate share) {
    return share == null ? "" : Wording.interval(share);
  }

  private static void examples(Summary summary, StringBuilder text) {
    List<CuratedQuestion> examples = summary.examples();
    if (examples.isEmpty()) {
      return;
    }
    line(text, "Examples (correctness and certainty; label and response)");
    for (CuratedQuestion question : examples) {
      line(
          text,
          "  %s  [gold: %s]",
          Wording.shortened(question.text(), 66),
          Wording.shortened(question.goldText(), 22));
      row(text, "before", question.initial(), question.before());
      row(text, "after", question.rehearsal(), question.after());
    }
    line(text, "");
  }

  private static void row(
      StringBuilder text,
      String when,
      CuratedQuestion.Knowledge knowledge,
      CuratedQuestion.Curation curation) {
    line(
        text,
        "    %-7s%s, %5s   %-8s%s",
        when,
        Wording.figure(knowledge.correctness()),
        Wording.figure(knowledge.certainty()),
        curation.label(),
        curation.response().isEmpty()
            ? ""
            : "\"" + Wording.shortened(curation.response(), 50) + "\"");
  }

  private static void sweeps(RunData run, StringBuilder text) {
    if (run.sweeps().isEmpty()) {
      return;
    }
    line(text, "Sweeps                questions       time        rate   requests in flight");
    for (RunData.Sweep sweep : run.sweeps()) {
      line(
          text,
          "  %-20s %8d %10s %9.1f/s   %s of %d on average",
          Wording.shortened(sweep.checkpointId(), 20),
          sweep.questions(),
          Wording.of(sweep.duration()),
          sweep.rate(),
          Wording.percent(sweep.slotsInUse()),
          sweep.requestsInFlight());
    }
    line(text, "");
  }

  private static void failures(RunData.Failures failures, StringBuilder text) {
    if (failures.count() == 0) {
      return;
    }
    line(text, "Dead letters: %,d", failures.count());
    failures.byReason().forEach((reason, count) -> line(text, "  %-22s %,11d", reason, count));
    List<RunData.Failure> newest = failures.newest();
    line(text, "  The newest:");
    for (RunData.Failure failure : newest.subList(0, Math.min(SHOWN_FAILURES, newest.size()))) {
      line(
          text,
          "  %s: %s: %s",
          Wording.shortened(failure.subject(), 40),
          failure.reason(),
          Wording.shortened(failure.explanation(), 300));
    }
    if (newest.size() > SHOWN_FAILURES) {
      line(text, "  ... and %,d more, in the report", newest.size() - SHOWN_FAILURES);
    }
    line(text, "");
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
  }
}
