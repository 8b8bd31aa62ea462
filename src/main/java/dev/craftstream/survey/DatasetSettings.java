package dev.craftstream.survey;

import dev.craftstream.model.Task;
import dev.craftstream.model.dataset.DatasetKind;
import dev.craftstream.model.dataset.Selection;
import dev.craftstream.model.dataset.Shortage;
import dev.craftstream.model.dataset.Ties;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.JudgeModel;
import dev.craftstream.model.label.RehearsalThresholds;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Thresholds;
import java.io.Serializable;
import java.util.List;

/**
 * Which datasets a model checkpoint brings about.
 *
 * @param strategies one training dataset a task for each; may be empty
 * @param thresholds what divides ANSWER from REFUSAL candidates
 * @param openEnded how many open-ended questions
 * @param multipleChoice how many multiple-choice questions
 * @param seed of the training datasets
 * @param rehearsal the rehearsal sets
 * @param rules by which their questions' correctness must have been measured
 */
public record DatasetSettings(
    List<Strategy> strategies,
    Thresholds thresholds,
    Counts openEnded,
    Counts multipleChoice,
    long seed,
    RehearsalSets rehearsal,
    Rules rules)
    implements Serializable {

  /** The paper's: {@link Strategy#CRAFT}, with its counts. */
  public static final DatasetSettings PAPER =
      new DatasetSettings(
          List.of(Strategy.CRAFT),
          Thresholds.PAPER,
          new Counts(8_000, 2_000, Ties.EXACT, Shortage.FAIL),
          new Counts(4_000, 1_000, Ties.KEEP_ALL, Shortage.DRAW_AGAIN),
          1,
          new RehearsalSets(RehearsalThresholds.PAPER, 1_000, 1_000, 1),
          Rules.PAPER);

  public DatasetSettings {
    strategies = List.copyOf(strategies);
    if (strategies.size() != strategies.stream().distinct().count()) {
      throw new IllegalArgumentException(
          "The strategies are " + strategies + "; name each of them once.");
    }
  }

  /**
   * How many questions of one task, and what happens at the edges.
   *
   * @param answers ANSWER questions, 0 to {@link Selection#MOST_WANTED}
   * @param refusals REFUSAL questions, the same
   * @param surenessFrom least sureness of a candidate's label, 0 to 1
   */
  public record Counts(int answers, int refusals, Ties ties, Shortage shortage, double surenessFrom)
      implements Serializable {

    public Counts {
      Selection.requireCounts(answers, refusals);
      Selection.requireSureness(surenessFrom);
    }

    /** Of any sureness. */
    public Counts(int answers, int refusals, Ties ties, Shortage shortage) {
      this(answers, refusals, ties, shortage, 0);
    }
  }

  /**
   * What the REHEARSAL checkpoint is tuned on: drawn at random from what INITIAL knows well.
   *
   * @param known what well means
   * @param openEnded most open-ended questions
   * @param multipleChoice most multiple-choice questions
   * @param seed of the drawing
   */
  public record RehearsalSets(
      RehearsalThresholds known, int openEnded, int multipleChoice, long seed)
      implements Serializable {

    public RehearsalSets {
      if (Math.min(openEnded, multipleChoice) < 0
          || Math.max(openEnded, multipleChoice) > Selection.MOST_WANTED) {
        throw new IllegalArgumentException(
            "A rehearsal set can't have %d open-ended and %d multiple-choice questions; want 0 to %d"
                    .formatted(openEnded, multipleChoice, Selection.MOST_WANTED)
                + " of each.");
      }
    }
  }

  /**
   * How correctness is measured, by task.
   *
   * @param judge who judges open-ended answers, where that is {@link CorrectnessRule#JUDGE}; else
   *     null
   */
  public record Rules(CorrectnessRule openEnded, CorrectnessRule multipleChoice, JudgeModel judge)
      implements Serializable {

    public static final Rules PAPER =
        new Rules(CorrectnessRule.SUBSTRING, CorrectnessRule.LETTER_PROBABILITIES, null);

    CorrectnessRule of(Task task) {
      return switch (task) {
        case OPEN_ENDED -> openEnded;
        case MULTIPLE_CHOICE -> multipleChoice;
      };
    }

    JudgeModel judge(Task task) {
      return of(task) == CorrectnessRule.JUDGE ? judge : null;
    }
  }

  /** The selection of a strategy's dataset. */
  public Selection training(Strategy strategy, Task task) {
    Counts counts = task == Task.OPEN_ENDED ? openEnded : multipleChoice;
    return new Selection(
        DatasetKind.TRAINING,
        task,
        strategy,
        thresholds,
        rehearsal.known(),
        counts.answers(),
        counts.refusals(),
        counts.ties(),
        counts.shortage(),
        seed,
        rules.of(task),
        counts.surenessFrom(),
        rules.judge(task));
  }

  /** The selection of a rehearsal set. */
  public Selection rehearsal(Task task) {
    return new Selection(
        DatasetKind.REHEARSAL,
        task,
        null,
        thresholds,
        rehearsal.known(),
        task == Task.OPEN_ENDED ? rehearsal.openEnded() : rehearsal.multipleChoice(),
        0,
        Ties.EXACT,
        Shortage.SHORT,
        rehearsal.seed(),
        rules.of(task),
        0,
        rules.judge(task));
  }
}
