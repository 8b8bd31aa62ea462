package dev.craftstream.survey;

import dev.craftstream.method.Candidacy;
import dev.craftstream.method.Rank;
import dev.craftstream.model.Dataset;
import dev.craftstream.model.KnowledgeChange;
import dev.craftstream.model.Label;
import dev.craftstream.model.Ties;
import dev.craftstream.model.message.Survey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

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
  /** About 250 bytes each; and some seconds of a task where a snapshot comes during the survey. */
  private static final long MOST_WANTED = 150_000;

  private final Survey survey;
  private final ToIntFunction<String> keyGroup;
  private final Map<String, Entries> entries = new HashMap<>();
  private final Map<Integer, EvaluationCounts> evaluations = new HashMap<>();

  /**
   * What there is of a dataset in a key group.
   *
   * @param questions of the dataset's task and purpose that were asked
   * @param answers ANSWER candidates
   * @param refusals REFUSAL candidates
   */
  record Counts(long questions, long answers, long refusals) {
    static final Counts NONE = new Counts(0, 0, 0);
  }

  /**
   * @param spare how many more than n it holds, at least
   */
  Shortlist(Survey survey, int spare, ToIntFunction<String> keyGroup) {
    this.survey = survey;
    this.keyGroup = keyGroup;
    for (Dataset dataset : survey.datasets()) {
      entries.put(dataset.id(), new Entries(dataset, spare));
    }
  }

  /** Whether a survey can do with one: with very large datasets it would stop the task for long. */
  static boolean serves(Survey survey) {
    long wanted = 0;
    for (Dataset dataset : survey.datasets()) {
      for (Label label : List.of(Label.ANSWER, Label.REFUSAL)) {
        wanted += dataset.selection().wanted(label);
      }
    }
    return wanted <= MOST_WANTED;
  }

  /**
   * A question has its answer under a checkpoint, or was given up.
   *
   * @param group the question's key group, here and below
   */
  void asked(KnowledgeChange question, long announcedAt, int group) {
    for (Dataset dataset : survey.datasets()) {
      if (dataset.restsOn(announcedAt) && Candidacy.concerns(dataset, question)) {
        int newlyAsked = announcedAt == survey.modelTime() ? 1 : 0;
        entries.get(dataset.id()).change(question, group, newlyAsked, 1);
      }
    }
    if (evaluates(question)) {
      evaluation(group).remove(question.without(announcedAt), false);
      evaluation(group).add(question, announcedAt == survey.modelTime());
    }
  }

  /** A question that was given up under a checkpoint is to be asked again. */
  void reopened(KnowledgeChange question, long announcedAt, int group) {
    for (Dataset dataset : survey.datasets()) {
      if (dataset.restsOn(announcedAt) && Candidacy.concerns(dataset, question)) {
        int askedNoMore = announcedAt == survey.modelTime() ? -1 : 0;
        entries.get(dataset.id()).change(question, group, askedNoMore, -1);
      }
    }
    if (evaluates(question) && announcedAt == survey.modelTime()) {
      evaluation(group).remove(question, true);
    }
  }

  /** A question is not any more what it was. */
  void forget(KnowledgeChange before, boolean wasAsked, int group) {
    for (Dataset dataset : survey.datasets()) {
      if (Candidacy.concerns(dataset, before)) {
        entries.get(dataset.id()).change(before, group, wasAsked ? -1 : 0, -1);
      }
    }
    if (evaluates(before)) {
      evaluation(group).remove(before, wasAsked);
    }
  }

  private boolean evaluates(KnowledgeChange question) {
    return survey.evaluated() != null && EvaluationCounts.concerns(question);
  }

  /** Whether the best n of each dataset and label are in it. */
  boolean isReliable() {
    return spare() >= 0;
  }

  /** Whether it may be unreliable after the next question that is reopened or forgotten. */
  boolean hasNoneToSpare() {
    return spare() <= 0;
  }

  private long spare() {
    return entries.values().stream()
        .mapToLong(its -> Math.min(its.answers.spare(), its.refusals.spare()))
        .min()
        .orElse(Long.MAX_VALUE);
  }

  /**
   * Leaves out most of what is not among the best n now, so that the survey need not see it. After
   * that, nothing that comes makes it unreliable.
   */
  void narrow() {
    entries.values().forEach(its -> its.answers.narrow());
    entries.values().forEach(its -> its.refusals.narrow());
  }

  /** Whether a question is in it. */
  boolean holds(String questionId) {
    return entries.values().stream()
        .anyMatch(
            its ->
                its.answers.ranks.containsKey(questionId)
                    || its.refusals.ranks.containsKey(questionId));
  }

  /** The questions in it, in the order of their key groups. */
  Stream<String> ids() {
    return entries.values().stream()
        .flatMap(
            its ->
                Stream.concat(
                    its.answers.ranks.keySet().stream(), its.refusals.ranks.keySet().stream()))
        .distinct()
        .sorted(Comparator.comparingInt(keyGroup));
  }

  Counts counts(Dataset dataset, int group) {
    return entries.get(dataset.id()).counts.getOrDefault(group, Counts.NONE);
  }

  /** Of a survey that evaluates. */
  EvaluationCounts evaluation(int group) {
    return evaluations.computeIfAbsent(group, g -> new EvaluationCounts(survey));
  }

  /** One dataset's. */
  private static final class Entries {
    final Dataset dataset;
    final Best answers;
    final Best refusals;
    final Map<Integer, Counts> counts = new HashMap<>();

    Entries(Dataset dataset, int spare) {
      this.dataset = dataset;
      answers = new Best(dataset, Label.ANSWER, spare);
      refusals = new Best(dataset, Label.REFUSAL, spare);
    }

    void change(KnowledgeChange question, int group, int questions, int candidates) {
      Candidacy candidacy = Candidacy.of(dataset, question).orElse(null);
      Label label = candidacy == null ? null : candidacy.label();
      Counts before = counts.getOrDefault(group, Counts.NONE);
      counts.put(
          group,
          new Counts(
              before.questions + questions,
              before.answers + (label == Label.ANSWER ? candidates : 0),
              before.refusals + (label == Label.REFUSAL ? candidates : 0)));
      if (candidacy != null) {
        Best best = label == Label.ANSWER ? answers : refusals;
        if (candidates > 0) {
          best.add(candidacy);
        } else {
          best.ranks.remove(candidacy.questionId());
        }
      }
    }
  }

  /**
   * One label's: all candidates before {@code horizon}, or all where there is none. Now and then
   * the worst are left out, which is less work than to keep them in order.
   */
  private static final class Best {
    final Map<String, Rank> ranks = new HashMap<>();
    private final int wanted;
    private final int kept;
    private final Ties ties;
    private int most;
    private Rank horizon;

    Best(Dataset dataset, Label label, int spare) {
      wanted = dataset.selection().wanted(label);
      kept = wanted + Math.max(spare, wanted / 8);
      most = kept + kept / 2;
      ties = dataset.selection().tiesAtCutOff();
    }

    void add(Candidacy candidacy) {
      if (wanted == 0 || (horizon != null && candidacy.score() > horizon.score())) {
        return;
      }
      Rank rank = candidacy.rank();
      if (horizon != null && rank.compareTo(horizon) >= 0) {
        return;
      }
      ranks.put(candidacy.questionId(), rank);
      if (ranks.size() > most) {
        keep(kept, inOrder());
      }
    }

    void narrow() {
      most = Integer.MAX_VALUE;
      int best = wanted + wanted / 32 + 1;
      if (wanted == 0 || ranks.size() <= best) {
        return;
      }
      List<Rank> inOrder = inOrder();
      if (ties == Ties.KEEP_ALL) {
        double last = inOrder.get(wanted - 1).score();
        while (best < inOrder.size() && inOrder.get(best).score() <= last) {
          best++;
        }
      }
      keep(best, inOrder);
    }

    private void keep(int best, List<Rank> inOrder) {
      if (best < inOrder.size()) {
        horizon = inOrder.get(best);
        ranks.values().removeIf(rank -> rank.compareTo(horizon) >= 0);
      }
    }

    /** How many more there are than have to be. */
    long spare() {
      if (horizon == null || wanted == 0) {
        return Long.MAX_VALUE;
      }
      // What ties with the n-th is wanted, too, and may lie behind the horizon.
      long before =
          ties == Ties.EXACT
              ? ranks.size()
              : ranks.values().stream().filter(rank -> rank.score() < horizon.score()).count();
      return before - wanted;
    }

    private List<Rank> inOrder() {
      List<Rank> inOrder = new ArrayList<>(ranks.values());
      inOrder.sort(null);
      return inOrder;
    }
  }
}
