package dev.craftstream.survey;

import dev.craftstream.flink.KeyGroups;
import dev.craftstream.model.KnowledgeChange;
import dev.craftstream.model.message.Candidate;
import dev.craftstream.model.message.Survey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One survey's walk over the questions of a task, or over its shortlist, in the order of the key
 * groups.
 */
final class SurveyScan {
  private final Survey survey;
  private final Shortlist shortlist;
  private final KeyGroups keyGroups;
  private final SurveyedQuestions questions;
  private final SurveyOutput output;
  private final Consumer<KnowledgeChange> reopened;
  private final Stream<String> ids;
  private final Iterator<String> rest;
  private final Map<Integer, Set<String>> newcomers = new HashMap<>();
  private final List<DatasetSurvey> datasets;
  private final EvaluationCounts evaluation;
  private String ahead;
  private int aheadGroup;
  private long retried;

  /**
   * @param shortlist null where there is none
   * @param reopened told of each question that is asked again, with what was known of it
   */
  SurveyScan(
      Survey survey,
      Shortlist shortlist,
      KeyGroups keyGroups,
      SurveyedQuestions questions,
      SurveyOutput output,
      Consumer<KnowledgeChange> reopened) {
    this.survey = survey;
    this.shortlist = shortlist;
    this.keyGroups = keyGroups;
    this.questions = questions;
    this.output = output;
    this.reopened = reopened;
    datasets = survey.datasets().stream().map(DatasetSurvey::new).toList();
    evaluation = survey.evaluated() == null ? null : new EvaluationCounts(survey);
    ids = shortlist == null ? questions.ids() : shortlist.ids();
    rest = ids.iterator();
    step();
  }

  Survey survey() {
    return survey;
  }

  boolean usesShortlist() {
    return shortlist != null;
  }

  /** How many questions are asked again. */
  long retried() {
    return retried;
  }

  boolean isOf(Survey other) {
    return survey.id().equals(other.id());
  }

  /** A question came that was not there when the walk began. */
  void came(String id) {
    newcomers.computeIfAbsent(keyGroups.of(id), group -> new HashSet<>()).add(id);
  }

  /** Looks at all questions of a key group; returns how many there are. */
  int visit(int group) throws Exception {
    int visited = 0;
    Set<String> came = newcomers.getOrDefault(group, Set.of());
    newcomers.remove(group);
    while (ahead != null && aheadGroup <= group) {
      if (aheadGroup == group) {
        visit(ahead);
        visited++;
        if (!came.isEmpty()) {
          came.remove(ahead);
        }
      }
      step();
    }
    for (String id : came) {
      visit(id);
    }
    if (shortlist != null) {
      for (DatasetSurvey dataset : datasets) {
        dataset.count(shortlist.counts(dataset.dataset(), group));
      }
      if (evaluation != null) {
        evaluation.add(shortlist.evaluation(group));
      }
    }
    return visited + came.size();
  }

  private void step() {
    int before = aheadGroup;
    ahead = rest.hasNext() ? rest.next() : null;
    aheadGroup = ahead == null ? Integer.MAX_VALUE : keyGroups.of(ahead);
    if (aheadGroup < before) {
      throw new IllegalStateException(
          "The state backend does not list its keys in the order of their key groups, which a"
              + " survey relies on. Use the RocksDB state backend (state.backend.type: rocksdb).");
    }
  }

  private void visit(String id) throws Exception {
    if (survey.retried() != null) {
      retry(id);
      return;
    }
    KnowledgeChange question = questions.knowledge(id);
    if (question == null) {
      return;
    }
    List<String> offers = null;
    for (DatasetSurvey dataset : datasets) {
      if (shortlist == null ? dataset.visit(question) : dataset.offer(question)) {
        offers = offers == null ? new ArrayList<>(datasets.size()) : offers;
        offers.add(dataset.dataset().id());
      }
    }
    if (offers != null) {
      output.offer(new Candidate(question, true, offers));
    }
    if (evaluation != null && shortlist == null) {
      evaluation.add(
          question,
          EvaluationCounts.concerns(question)
              && question.under(survey.evaluated()) == null
              && questions.hasFailed(id, survey.evaluated()));
    }
  }

  private void retry(String id) throws Exception {
    KnowledgeChange before = questions.reopen(id, survey.retried());
    if (before != null) {
      reopened.accept(before);
      retried++;
    }
  }

  boolean hasNoneToSpare() {
    return shortlist != null && shortlist.hasNoneToSpare();
  }

  /**
   * Reports what was found since the last report.
   *
   * @param covered how many key groups that was
   * @param modelTime the newest model time that is complete
   */
  void report(int covered, long modelTime) {
    for (DatasetSurvey dataset : datasets) {
      output.report(dataset.report(covered, keyGroups.total(), modelTime));
    }
    if (evaluation != null) {
      output.report(evaluation.report(covered, keyGroups.total()));
    }
  }

  void close() {
    ids.close();
  }
}
