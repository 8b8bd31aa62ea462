package dev.craftstream.survey;

import dev.craftstream.method.BestRanks;
import dev.craftstream.method.Candidacy;
import dev.craftstream.method.Rank;
import dev.craftstream.model.dataset.Dataset;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.message.SurveyReport;
import dev.craftstream.model.message.SurveyReport.Outcome;
import dev.craftstream.model.message.SurveyReport.Ranks;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds one dataset's candidates as the questions pass by.
 *
 * <p>Only those are offered that are among the best n seen so far in this task: all of the true
 * best n are, and memory is that of n ranks, however many questions there are.
 */
final class DatasetSurvey {
  private final Dataset dataset;
  private final LabelSurvey answers;
  private final LabelSurvey refusals;
  private long questions;

  DatasetSurvey(Dataset dataset) {
    this.dataset = dataset;
    answers = new LabelSurvey(dataset, Label.ANSWER);
    refusals = new LabelSurvey(dataset, Label.REFUSAL);
  }

  Dataset dataset() {
    return dataset;
  }

  /** Counts a question; returns whether it is to be offered for the dataset. */
  boolean visit(KnowledgeChange question) {
    if (!Candidacy.concerns(dataset, question)) {
      return false;
    }
    questions++;
    Candidacy candidacy = Candidacy.sureOrNot(dataset, question).orElse(null);
    return candidacy != null && of(candidacy.label()).visit(candidacy);
  }

  /** Takes a candidate in that was counted and chosen otherwise. */
  void choose(KnowledgeChange question) {
    Candidacy candidacy = Candidacy.of(dataset, question).orElseThrow();
    of(candidacy.label()).offered.add(candidacy.rank());
  }

  /** Whether there is something to report. */
  boolean hasFound() {
    return questions > 0;
  }

  /** What was found since the last report. */
  SurveyReport report(int keyGroups, int ofKeyGroups, long modelTime) {
    SurveyReport report =
        new SurveyReport(
            dataset,
            Outcome.SURVEYED,
            keyGroups,
            ofKeyGroups,
            modelTime,
            questions,
            answers.report(),
            refusals.report());
    questions = 0;
    return report;
  }

  private LabelSurvey of(Label label) {
    return label == Label.ANSWER ? answers : refusals;
  }

  /** The candidates of one label. */
  private static final class LabelSurvey {
    private final BestRanks best;
    private final List<Rank> offered = new ArrayList<>();
    private long candidates;
    private long unsure;

    LabelSurvey(Dataset dataset, Label label) {
      best = new BestRanks(dataset.selection().wanted(label), dataset.selection().tiesAtCutOff());
    }

    boolean visit(Candidacy candidacy) {
      if (!candidacy.isSure()) {
        unsure++;
        return false;
      }
      candidates++;
      if (best.rejects(candidacy.score())) {
        return false;
      }
      Rank rank = candidacy.rank();
      return best.offer(rank) && offered.add(rank);
    }

    Ranks report() {
      Ranks ranks =
          new Ranks(
              candidates,
              unsure,
              offered.stream().mapToDouble(Rank::score).toArray(),
              offered.stream().mapToLong(Rank::hash).toArray());
      candidates = 0;
      unsure = 0;
      offered.clear();
      return ranks;
    }
  }
}
