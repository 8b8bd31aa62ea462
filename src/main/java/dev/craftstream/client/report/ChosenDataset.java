package dev.craftstream.client.report;

import dev.craftstream.model.Task;
import java.util.Set;

/**
 * A dataset or rehearsal set, as its manifest closed it.
 *
 * @param id the dataset's id
 * @param task whose questions it has
 * @param strategy how they were chosen; empty for a rehearsal set
 * @param answerFrom least correctness of an ANSWER candidate; not a number where its strategy takes
 *     all questions, and for a rehearsal set
 * @param refusalBound greatest correctness of a REFUSAL candidate, the same
 * @param failure why it was not built; empty where it was
 * @param answers its ANSWER questions
 * @param refusals its REFUSAL questions
 * @param refusalsGettingBetter how many of the REFUSAL questions the model answers better after
 *     rehearsal: the dynamic conflict
 * @param questionIds all that are in it
 */
public record ChosenDataset(
    String id,
    Task task,
    String strategy,
    double answerFrom,
    double refusalBound,
    String failure,
    Part answers,
    Part refusals,
    int refusalsGettingBetter,
    Set<String> questionIds) {

  /**
   * Its questions of one label.
   *
   * @param candidates how many could have been chosen
   * @param unsure how many more could have been if their labels were surer
   * @param wanted how many were to be chosen; of a rehearsal set, at most
   * @param chosen how many were
   * @param certainty their mean certainty under INITIAL; not a number where there are none
   */
  public record Part(long candidates, long unsure, long wanted, int chosen, double certainty) {}

  /** Whether thresholds of correctness divide its candidates. */
  boolean isDivided() {
    return !Double.isNaN(answerFrom);
  }

  public boolean isRehearsalSet() {
    return strategy.isEmpty();
  }

  /** Which share of its questions the other one has, too; not a number where it has none. */
  double sharedWith(ChosenDataset other) {
    return questionIds.stream().filter(other.questionIds::contains).count()
        / (double) questionIds.size();
  }
}
