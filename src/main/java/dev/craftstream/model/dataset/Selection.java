package dev.craftstream.model.dataset;

import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.JudgeModel;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.label.FlowFilter;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.label.RehearsalThresholds;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Sureness;
import dev.craftstream.model.label.Thresholds;
import java.io.Serializable;
import java.util.Objects;

/**
 * Which of the questions of one task make a dataset (paper, section 3.2).
 *
 * @param kind what the dataset trains
 * @param task the questions' task
 * @param strategy which questions are candidates and in which order they are taken; null for a
 *     rehearsal set, which is drawn at random
 * @param thresholds what divides ANSWER from REFUSAL candidates
 * @param known what makes a candidate of a rehearsal set
 * @param answers ANSWER questions wanted, 0 to {@link #MOST_WANTED}
 * @param refusals REFUSAL questions wanted, 0 to {@link #MOST_WANTED}; 0 for a rehearsal set
 * @param ties what happens to equals at the cut-off
 * @param shortage what happens where candidates are too few
 * @param seed of random orders, of the order among equals and of drawing again
 * @param rule by which the questions' correctness must have been measured; null in a selection of
 *     before rules were named: any
 * @param surenessFrom least {@linkplain Sureness#ofClass() sureness} of a candidate's label, 0 to
 *     1; 0 in a selection of before it could be asked for. Labels that rest on no class of
 *     correctness are not measured by it
 * @param judge by whom they must have been judged, where the rule is {@link CorrectnessRule#JUDGE};
 *     else null
 */
public record Selection(
    DatasetKind kind,
    Task task,
    Strategy strategy,
    Thresholds thresholds,
    RehearsalThresholds known,
    int answers,
    int refusals,
    Ties ties,
    Shortage shortage,
    long seed,
    CorrectnessRule rule,
    double surenessFrom,
    JudgeModel judge)
    implements Serializable {

  /**
   * As many questions of either label can be wanted: while they are chosen, their ranks lie on the
   * heap of a task, 16 bytes each.
   */
  public static final int MOST_WANTED = 1_000_000;

  public Selection {
    requireCounts(answers, refusals);
    requireSureness(surenessFrom);
  }

  /** Of what was measured without a judge model. */
  public Selection(
      DatasetKind kind,
      Task task,
      Strategy strategy,
      Thresholds thresholds,
      RehearsalThresholds known,
      int answers,
      int refusals,
      Ties ties,
      Shortage shortage,
      long seed,
      CorrectnessRule rule,
      double surenessFrom) {
    this(
        kind,
        task,
        strategy,
        thresholds,
        known,
        answers,
        refusals,
        ties,
        shortage,
        seed,
        rule,
        surenessFrom,
        null);
  }

  /**
   * Checks how many questions of either label are wanted.
   *
   * @throws IllegalArgumentException where these are not 0 to {@link #MOST_WANTED}
   */
  public static void requireCounts(int answers, int refusals) {
    if (Math.min(answers, refusals) < 0 || Math.max(answers, refusals) > MOST_WANTED) {
      throw new IllegalArgumentException(
          "A dataset can't have %d ANSWER and %d REFUSAL questions; want 0 to %d of each."
              .formatted(answers, refusals, MOST_WANTED));
    }
  }

  /**
   * Checks the least sureness that is asked for.
   *
   * @throws IllegalArgumentException where it is not 0 to 1
   */
  public static void requireSureness(double surenessFrom) {
    if (!(surenessFrom >= 0 && surenessFrom <= 1)) {
      throw new IllegalArgumentException(
          "The least sureness of a label is "
              + surenessFrom
              + "; it is a probability, so set it between 0 and 1.");
    }
  }

  /** Whether certainty orders the candidates; else chance does. */
  public boolean ordersByCertainty() {
    return strategy != null && strategy.usesCertainty();
  }

  /** Which REFUSAL candidates stay; null where the strategy does not look at the flow. */
  public FlowFilter flow() {
    return strategy != null && strategy.usesFlow() ? thresholds.flow(task) : null;
  }

  /** Chance has no equals: a random order is cut exactly, whatever {@link #ties} says. */
  public Ties tiesAtCutOff() {
    return ordersByCertainty() ? ties : Ties.EXACT;
  }

  /**
   * How many questions of {@code label}, ANSWER or REFUSAL, are wanted. {@link
   * Strategy#VAN_TUNING}, which refuses nothing, takes as many ANSWER questions as the others take
   * of both, at most twice {@link #MOST_WANTED}.
   */
  public int wanted(Label label) {
    if (strategy == Strategy.VAN_TUNING) {
      return label == Label.ANSWER ? answers + refusals : 0;
    }
    return label == Label.ANSWER ? answers : refusals;
  }

  /** Whether what was measured so may be a candidate. */
  public boolean takes(KnowledgeState measured) {
    return rule == null
        || rule == measured.correctnessRule() && Objects.equals(judge, measured.judge());
  }

  /** The same with another seed. */
  public Selection withSeed(long otherSeed) {
    return new Selection(
        kind,
        task,
        strategy,
        thresholds,
        known,
        answers,
        refusals,
        ties,
        shortage,
        otherSeed,
        rule,
        surenessFrom,
        judge);
  }
}
