package dev.craftstream.tracking;

import dev.craftstream.method.Candidacy;
import dev.craftstream.method.CutOffs;
import dev.craftstream.method.Rank;
import dev.craftstream.model.Dataset;
import dev.craftstream.model.KnowledgeChange;
import dev.craftstream.model.Label;
import dev.craftstream.model.Survey;
import dev.craftstream.model.Ties;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * A survey's best candidates in a task, kept up to date while the questions are measured, so that
 * the survey need not look through all of them.
 *
 * <p>It starts empty when the survey's newest checkpoint is announced and nothing is measured under
 * it. It holds a little more than the best n of each dataset and label; where so many of them
 * change that the best n may not be among them any more, it is {@linkplain #isReliable unreliable}.
 * It is not state: after a failure, and for what is asked for later, a survey looks through all
 * questions.
 */
final class Shortlist {
  /** About 200 bytes each. */
  private static final long MOST_WANTED = 500_000;

  private final Survey survey;
  private final ToIntFunction<String> keyGroup;
  private final Map<String, Entries> entries = new HashMap<>();

  /**
   * What there is in a key group.
   *
   * @param questions of the dataset's task and purpose that were asked
   * @param answers ANSWER candidates
   * @param refusals REFUSAL candidates
   */
  record Counts(long questions, long answers, long refusals) {
    static final Counts NONE = new Counts(0, 0, 0);

    Counts plus(int changedQuestions, Label candidate, int changedCandidates) {
      return new Counts(
          questions + changedQuestions,
          answers + (candidate == Label.ANSWER ? changedCandidates : 0),
          refusals + (candidate == Label.REFUSAL ? changedCandidates : 0));
    }
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

  /**
   * Whether a survey can do with one: evaluations count all questions, and very large datasets
   * would not fit into memory.
   */
  static boolean serves(Survey survey) {
    long wanted = 0;
    for (Dataset dataset : survey.datasets()) {
      for (Label label : List.of(Label.ANSWER, Label.REFUSAL)) {
        wanted += dataset.selection().wanted(label);
      }
    }
    return survey.evaluated() == null && wanted <= MOST_WANTED;
  }

  /** A question has its answer under a checkpoint, or was given up. */
  void asked(KnowledgeChange question, long announcedAt) {
    for (Dataset dataset : survey.datasets()) {
      if (dataset.restsOn(announcedAt) && Candidacy.concerns(dataset, question)) {
        int newlyAsked = announcedAt == survey.modelTime() ? 1 : 0;
        entries.get(dataset.id()).change(question, newlyAsked, 1);
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
  }

  /** Whether the best n of each dataset and label are in it. */
  boolean isReliable() {
    return entries.values().stream()
        .allMatch(its -> its.answers.isReliable() && its.refusals.isReliable());
  }

  /** Whether a question is in it. */
  boolean holds(String questionId) {
    return entries.values().stream()
        .anyMatch(
            its ->
                its.answers.ids.containsKey(questionId)
                    || its.refusals.ids.containsKey(questionId));
  }

  /** The questions in it, in the order of their key groups. */
  Stream<String> ids() {
    return entries.values().stream()
        .flatMap(
            its ->
                Stream.concat(
                    its.answers.ids.keySet().stream(), its.refusals.ids.keySet().stream()))
        .distinct()
        .sorted(Comparator.comparingInt(keyGroup));
  }

  Counts counts(Dataset dataset, int group) {
    return entries.get(dataset.id()).counts.getOrDefault(group, Counts.NONE);
  }

  /** One dataset's. */
  private final class Entries {
    final Dataset dataset;
    final Best answers;
    final Best refusals;
    final Map<Integer, Counts> counts = new HashMap<>();

    Entries(Dataset dataset, int spare) {
      this.dataset = dataset;
      answers = new Best(dataset, Label.ANSWER, spare);
      refusals = new Best(dataset, Label.REFUSAL, spare);
    }

    void change(KnowledgeChange question, int questions, int candidates) {
      Candidacy candidacy = Candidacy.of(dataset, question).orElse(null);
      Label label = candidacy == null ? null : candidacy.label();
      counts.merge(
          keyGroup.applyAsInt(question.questionId()),
          Counts.NONE.plus(questions, label, candidates),
          (before, change) -> before.plus(questions, label, candidates));
      if (candidacy != null) {
        Best best = label == Label.ANSWER ? answers : refusals;
        if (candidates > 0) {
          best.add(candidacy);
        } else {
          best.remove(candidacy);
        }
      }
    }
  }

  /** One label's: all candidates before {@code horizon}, or all where there is none. */
  private static final class Best {
    final Map<String, Rank> ids = new HashMap<>();
    private final TreeSet<Entry> inOrder = new TreeSet<>();
    private final int wanted;
    private final long most;
    private final Ties ties;
    private Rank horizon;

    private record Entry(Rank rank, String id) implements Comparable<Entry> {
      @Override
      public int compareTo(Entry other) {
        int byRank = rank.compareTo(other.rank);
        return byRank != 0 ? byRank : id.compareTo(other.id);
      }
    }

    Best(Dataset dataset, Label label, int spare) {
      wanted = dataset.selection().wanted(label);
      most = wanted == 0 ? 0 : wanted + (long) Math.max(spare, wanted / 8);
      ties = CutOffs.ties(dataset.selection());
    }

    void add(Candidacy candidacy) {
      if (wanted == 0 || (horizon != null && candidacy.score() > horizon.score())) {
        return;
      }
      Rank rank = candidacy.rank();
      if (horizon != null && rank.compareTo(horizon) >= 0) {
        return;
      }
      ids.put(candidacy.questionId(), rank);
      inOrder.add(new Entry(rank, candidacy.questionId()));
      if (ids.size() > most) {
        Entry worst = inOrder.pollLast();
        ids.remove(worst.id);
        horizon = worst.rank;
      }
    }

    void remove(Candidacy candidacy) {
      Rank rank = ids.remove(candidacy.questionId());
      if (rank != null) {
        inOrder.remove(new Entry(rank, candidacy.questionId()));
      }
    }

    boolean isReliable() {
      if (horizon == null || wanted == 0) {
        return true;
      }
      if (ids.size() < wanted) {
        return false;
      }
      // What ties with the n-th is wanted, too, and may lie behind the horizon.
      return ties == Ties.EXACT || nth().score() < horizon.score();
    }

    private Rank nth() {
      return inOrder.stream().skip(wanted - 1L).findFirst().orElseThrow().rank;
    }
  }
}
