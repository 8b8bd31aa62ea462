package dev.craftstream.survey;

import dev.craftstream.flink.KeyGroups;
import dev.craftstream.flink.KeyOrder;
import dev.craftstream.flink.KeyWalk;
import dev.craftstream.model.dataset.DatasetCost;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.message.Candidate;
import dev.craftstream.model.message.Survey;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * One survey's walk over the questions of a task, in {@link KeyOrder}. It may be interrupted
 * between any two questions; what it found until then is reported at the end of each slice.
 */
final class SurveyScan {
  /** To pass over a question is this much less work than to look at it. */
  private static final int SKIPS_A_VISIT = 8;

  /** So many that came since are remembered; then the walk is begun anew where it is. */
  private static final int MOST_NEWCOMERS = 50_000;

  private final SurveyProgress progress;
  private final Survey survey;
  private final KeyGroups keyGroups;
  private final KeyOrder order;
  private final SurveyedQuestions questions;
  private final SurveyOutput output;
  private final Consumer<KnowledgeChange> reopened;
  private final TreeSet<String> newcomers;
  private final List<DatasetSurvey> datasets;
  private final EvaluationCounts evaluation;
  private KeyWalk walk;
  private int groupBefore;
  private long retried;

  /**
   * @param reopened told of each question that is asked again, with what was known of it
   */
  SurveyScan(
      SurveyProgress progress,
      KeyGroups keyGroups,
      KeyOrder order,
      SurveyedQuestions questions,
      SurveyOutput output,
      Consumer<KnowledgeChange> reopened) {
    this.progress = progress;
    survey = progress.survey();
    this.keyGroups = keyGroups;
    this.order = order;
    this.questions = questions;
    this.output = output;
    this.reopened = reopened;
    newcomers = new TreeSet<>(order);
    datasets = survey.datasets().stream().map(DatasetSurvey::new).toList();
    evaluation = survey.evaluated() == null ? null : new EvaluationCounts(survey);
    begin();
  }

  private void begin() {
    walk = new KeyWalk(questions.ids());
    groupBefore = 0;
  }

  SurveyProgress progress() {
    return progress;
  }

  /** How many questions are asked again. */
  long retried() {
    return retried;
  }

  /** A question came that may not have been there when the walk began. */
  void came(String id) {
    if (progress.isAhead(id, keyGroups.of(id))) {
      newcomers.add(id);
      if (newcomers.size() > MOST_NEWCOMERS) {
        walk.close();
        newcomers.clear();
        begin();
      }
    }
  }

  /**
   * Looks at the next questions, and reports what it found.
   *
   * @param most questions to look at
   * @param mayGoOn asked after each candidate that was offered
   * @param modelTime the newest model time that is complete
   */
  void slice(int most, BooleanSupplier mayGoOn, long modelTime) throws Exception {
    long left = (long) most * SKIPS_A_VISIT;
    BitSet through = new BitSet();
    boolean goesOn = true;
    while (goesOn && left > 0) {
      String id = next();
      int group = id == null ? keyGroups.last() + 1 : keyGroups.of(id);
      requireOrder(group);
      through.or(progress.passGroupsBefore(group));
      if (id == null) {
        break;
      }
      if (progress.isAhead(id, group)) {
        left -= SKIPS_A_VISIT;
        goesOn = !visit(id) || mayGoOn.getAsBoolean();
        progress.pass(id, group);
      } else {
        left--;
      }
    }
    report(through, modelTime);
  }

  /** Takes the next question out of those that there were and those that came. */
  private String next() {
    String known = walk.peek();
    String came = newcomers.isEmpty() ? null : newcomers.first();
    if (came != null && (known == null || order.compare(came, known) < 0)) {
      newcomers.remove(came);
      return came;
    }
    if (known != null) {
      newcomers.remove(known);
      walk.step();
    }
    return known;
  }

  private void requireOrder(int group) {
    if (group < groupBefore) {
      throw new IllegalStateException(
          "The state backend does not list its keys in the order of their key groups, which a"
              + " survey relies on. Use the RocksDB state backend (state.backend.type: rocksdb).");
    }
    groupBefore = group;
  }

  /** Returns whether the question is offered for a dataset. */
  private boolean visit(String id) throws Exception {
    if (survey.retried() != null) {
      retry(id);
      return false;
    }
    KnowledgeChange question = questions.knowledge(id);
    if (question == null) {
      return false;
    }
    List<String> offers = null;
    for (DatasetSurvey dataset : datasets) {
      if (dataset.visit(question)) {
        offers = offers == null ? new ArrayList<>(datasets.size()) : offers;
        offers.add(dataset.dataset().id());
      }
    }
    if (evaluation != null) {
      evaluation.add(
          question,
          EvaluationCounts.concerns(question)
              && question.under(survey.evaluated()) == null
              && questions.hasFailed(id, survey.evaluated()));
    }
    if (offers != null) {
      output.offer(new Candidate(question, true, offers));
    }
    return offers != null;
  }

  private void retry(String id) throws Exception {
    KnowledgeChange before = questions.reopen(id, survey.retried());
    if (before != null) {
      reopened.accept(before);
      retried++;
    }
  }

  private void report(BitSet through, long modelTime) {
    int groups = through.cardinality();
    for (DatasetSurvey dataset : datasets) {
      if (groups > 0 || dataset.hasFound()) {
        output.report(
            dataset
                .report(groups, keyGroups.total(), modelTime)
                .costing(
                    DatasetCost.of(
                        dataset.dataset(), checkpoint -> questions.cost(checkpoint, through))));
      }
    }
    if (evaluation != null) {
      evaluation.report(groups, keyGroups.total(), output);
    }
  }

  void close() {
    walk.close();
  }
}
