package dev.craftstream.survey;

import dev.craftstream.method.BestRanks;
import dev.craftstream.method.Candidacy;
import dev.craftstream.method.Rank;
import dev.craftstream.model.Cost;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.dataset.Dataset;
import dev.craftstream.model.dataset.DatasetCost;
import dev.craftstream.model.dataset.Ties;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.message.Survey;
import dev.craftstream.model.message.SurveyReport;
import dev.craftstream.model.message.SurveyReport.Outcome;
import dev.craftstream.model.message.SurveyReport.Ranks;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What a survey is to find in a task, kept up to date while the questions are measured, so that the
 * survey need not look through all of them: the best candidates of its datasets, and the counts of
 * its evaluation.
 *
 * <p>It starts empty when the survey's newest checkpoint is announced and nothing is measured under
 * it. It holds a little more than the best n of each dataset and label; where so many of them
 * change that the best n may not be among them any more, it is {@linkplain #isReliable unreliable}.
 * It is not state: after a failure, and for what is asked for later, a survey looks through all
 * questions.
 */
final class Shortlist {
  /** About 250 bytes each. */
  private static final long MOST_WANTED = 150_000;

  /** So many counts of an evaluation, a few for each subject. */
  private static final int MOST_COUNTS = 20_000;

  private final Survey survey;
  private final Map<String, Entries> entries = new HashMap<>();
  private final EvaluationCounts evaluation;
  private boolean hasTooManySubjects;

  /**
   * @param spare how many more than n it holds, at least
   */
  Shortlist(Survey survey, int spare) {
    this.survey = survey;
    evaluation = survey.evaluated() == null ? null : new EvaluationCounts(survey);
    for (Dataset dataset : survey.datasets()) {
      entries.put(dataset.id(), new Entries(dataset, spare));
    }
  }

  /** Whether a survey can do with one: with very large datasets it would take too much memory. */
  static boolean serves(Survey survey) {
    long wanted = 0;
    for (Dataset dataset : survey.datasets()) {
      for (Label label : List.of(Label.ANSWER, Label.REFUSAL)) {
        wanted += dataset.selection().wanted(label);
      }
    }
    return wanted <= MOST_WANTED;
  }

  /** A question has its answer under a checkpoint, or was given up. */
  void asked(KnowledgeChange question, long announcedAt) {
    for (Dataset dataset : survey.datasets()) {
      if (dataset.restsOn(announcedAt) && Candidacy.concerns(dataset, question)) {
        int newlyAsked = announcedAt == survey.modelTime() ? 1 : 0;
        entries.get(dataset.id()).change(question, newlyAsked, 1);
      }
    }
    if (evaluates(question)) {
      evaluation.remove(question.without(announcedAt), false);
      evaluation.add(question, announcedAt == survey.modelTime());
      if (evaluation.size() > MOST_COUNTS) {
        hasTooManySubjects = true;
        evaluation.clear();
      }
    }
  }

  /** A question that was given up under a checkpoint is to be asked again. */
  void reopened(KnowledgeChange question, long announcedAt) {
    for (Dataset dataset : survey.datasets()) {
      if (dataset.restsOn(announcedAt) && Candidacy.concerns(dataset, question)) {
        int askedNoMore = announcedAt == survey.modelTime() ? -1 : 0;
        entries.get(dataset.id()).change(question, askedNoMore, -1);
      }
    }
    if (evaluates(question) && announcedAt == survey.modelTime()) {
      evaluation.remove(question, true);
    }
  }

  /** A question is a candidate no more, or one again, by its tags alone. */
  void replace(KnowledgeChange before, KnowledgeChange now) {
    for (Dataset dataset : survey.datasets()) {
      if (Candidacy.concerns(dataset, now)) {
        entries.get(dataset.id()).change(before, 0, -1);
        entries.get(dataset.id()).change(now, 0, 1);
      }
    }
  }

  /** A question is not any more what it was. */
  void forget(KnowledgeChange before, boolean wasAsked) {
    for (Dataset dataset : survey.datasets()) {
      if (Candidacy.concerns(dataset, before)) {
        entries.get(dataset.id()).change(before, wasAsked ? -1 : 0, -1);
      }
    }
    if (evaluates(before)) {
      evaluation.remove(before, wasAsked);
    }
  }

  private boolean evaluates(KnowledgeChange question) {
    return evaluation != null && !hasTooManySubjects && EvaluationCounts.concerns(question);
  }

  /** Whether the best n of each dataset and label are in it, and all that is evaluated. */
  boolean isReliable() {
    return !hasTooManySubjects
        && entries.values().stream()
            .allMatch(its -> its.answers.isReliable() && its.refusals.isReliable());
  }

  /** The best n of each dataset and label, by their ids: for which datasets, a bit each. */
  Map<String, BitSet> best() {
    Map<String, BitSet> best = new HashMap<>();
    for (int i = 0; i < survey.datasets().size(); i++) {
      Entries its = entries.get(survey.datasets().get(i).id());
      int dataset = i;
      for (Best label : List.of(its.answers, its.refusals)) {
        label.forEachOfBest(id -> best.computeIfAbsent(id, any -> new BitSet()).set(dataset));
      }
    }
    return best;
  }

  /**
   * Reports what there is of the datasets, and all of the evaluation.
   *
   * @param keyGroups how many key groups that is
   * @param costs what asking a model checkpoint has cost there
   */
  void report(
      SurveyOutput output,
      int keyGroups,
      int ofKeyGroups,
      long modelTime,
      Function<ModelCheckpoint, Cost> costs) {
    for (Dataset dataset : survey.datasets()) {
      Entries its = entries.get(dataset.id());
      output.report(
          new SurveyReport(
              dataset,
              Outcome.SURVEYED,
              0,
              ofKeyGroups,
              modelTime,
              its.questions,
              counted(its.answers),
              counted(its.refusals),
              DatasetCost.of(dataset, costs)));
    }
    if (evaluation != null) {
      evaluation.report(keyGroups, ofKeyGroups, output);
    }
  }

  private static Ranks counted(Best label) {
    return new Ranks(label.candidates, label.unsure, Ranks.NONE.scores(), Ranks.NONE.hashes());
  }

  /** One dataset's. */
  private static final class Entries {
    final Dataset dataset;
    final Best answers;
    final Best refusals;
    long questions;

    Entries(Dataset dataset, int spare) {
      this.dataset = dataset;
      answers = new Best(dataset, Label.ANSWER, spare);
      refusals = new Best(dataset, Label.REFUSAL, spare);
    }

    void change(KnowledgeChange question, int newQuestions, int candidates) {
      questions += newQuestions;
      Candidacy candidacy = Candidacy.sureOrNot(dataset, question).orElse(null);
      if (candidacy != null) {
        (candidacy.label() == Label.ANSWER ? answers : refusals).change(candidacy, candidates);
      }
    }
  }

  /**
   * One label's: all candidates before {@code horizon}, or all where there is none. Now and then
   * the worst are left out, which is less work than to keep them in order.
   */
  private static final class Best {
    private final Map<String, Rank> ranks = new HashMap<>();
    private final int wanted;
    private final int kept;
    private final Ties ties;
    private final int most;
    private Rank horizon;
    private long candidates;
    private long unsure;

    Best(Dataset dataset, Label label, int spare) {
      wanted = dataset.selection().wanted(label);
      kept = wanted + Math.max(spare, wanted / 8);
      most = kept + kept / 2;
      ties = dataset.selection().tiesAtCutOff();
    }

    void change(Candidacy candidacy, int count) {
      if (!candidacy.isSure()) {
        unsure += count;
        return;
      }
      candidates += count;
      if (count > 0) {
        add(candidacy);
      } else {
        ranks.remove(candidacy.questionId());
      }
    }

    private void add(Candidacy candidacy) {
      if (wanted == 0 || (horizon != null && candidacy.score() > horizon.score())) {
        return;
      }
      Rank rank = candidacy.rank();
      if (horizon != null && rank.compareTo(horizon) >= 0) {
        return;
      }
      ranks.put(candidacy.questionId(), rank);
      if (ranks.size() > most) {
        List<Rank> inOrder = new ArrayList<>(ranks.values());
        inOrder.sort(null);
        horizon = inOrder.get(kept);
        ranks.values().removeIf(other -> other.compareTo(horizon) >= 0);
      }
    }

    void forEachOfBest(Consumer<String> action) {
      BestRanks best = new BestRanks(wanted, Ties.EXACT);
      ranks.values().forEach(best::offer);
      Rank last = best.worst();
      ranks.forEach(
          (id, rank) -> {
            if (ties == Ties.EXACT ? rank.compareTo(last) <= 0 : rank.score() <= last.score()) {
              action.accept(id);
            }
          });
    }

    /** Whether the best n are in it, and with {@code KEEP_ALL} what ties with the n-th. */
    boolean isReliable() {
      if (horizon == null || wanted == 0) {
        return true;
      }
      if (ties == Ties.EXACT) {
        return ranks.size() >= wanted;
      }
      // What ties with the n-th is wanted, too, and may lie behind the horizon.
      return ranks.values().stream().filter(rank -> rank.score() < horizon.score()).count()
          >= wanted;
    }
  }
}
