package dev.craftstream.model.label;

import dev.craftstream.model.Task;
import java.io.Serializable;

/**
 * How much a model must know to be taught the answer, how little to be taught to refuse, and which
 * knowledge flow keeps it from that (paper, section 3.2).
 *
 * @param openEndedAnswer open-ended ANSWER candidates: correctness at least this
 * @param openEndedRefusal open-ended REFUSAL candidates: correctness at most this
 * @param multipleChoiceAnswer multiple-choice ANSWER candidates: correctness at least this
 * @param multipleChoiceRefusal multiple-choice REFUSAL candidates: correctness below this
 * @param openEndedFlow which open-ended REFUSAL candidates stay; the paper's where it is null, as
 *     it is in state from before it was kept
 * @param multipleChoiceFlow the same for multiple choice
 */
public record Thresholds(
    double openEndedAnswer,
    double openEndedRefusal,
    double multipleChoiceAnswer,
    double multipleChoiceRefusal,
    FlowFilter openEndedFlow,
    FlowFilter multipleChoiceFlow)
    implements Serializable {

  /** The paper's: 0.51 and 0.49 (0.50 is in neither set); 0.5 and 0.5; and its flow rules. */
  public static final Thresholds PAPER = new Thresholds(0.51, 0.49, 0.5, 0.5);

  public Thresholds {
    openEndedFlow = openEndedFlow == null ? FlowFilter.OPEN_ENDED : openEndedFlow;
    multipleChoiceFlow =
        multipleChoiceFlow == null ? FlowFilter.MULTIPLE_CHOICE : multipleChoiceFlow;
    requireShare("open-ended ANSWER", openEndedAnswer);
    requireShare("open-ended REFUSAL", openEndedRefusal);
    requireShare("multiple-choice ANSWER", multipleChoiceAnswer);
    requireShare("multiple-choice REFUSAL", multipleChoiceRefusal);
    if (openEndedRefusal >= openEndedAnswer) {
      throw new IllegalArgumentException(
          "The open-ended REFUSAL threshold ("
              + openEndedRefusal
              + ") must be below the ANSWER threshold ("
              + openEndedAnswer
              + "): both include their own value, and a question can't be in both sets.");
    }
    if (multipleChoiceRefusal > multipleChoiceAnswer) {
      throw new IllegalArgumentException(
          "The multiple-choice REFUSAL threshold ("
              + multipleChoiceRefusal
              + ") must not be above the ANSWER threshold ("
              + multipleChoiceAnswer
              + "): a question can't be in both sets.");
    }
  }

  /** With the paper's flow rules. */
  public Thresholds(
      double openEndedAnswer,
      double openEndedRefusal,
      double multipleChoiceAnswer,
      double multipleChoiceRefusal) {
    this(
        openEndedAnswer,
        openEndedRefusal,
        multipleChoiceAnswer,
        multipleChoiceRefusal,
        FlowFilter.OPEN_ENDED,
        FlowFilter.MULTIPLE_CHOICE);
  }

  /** Which REFUSAL candidates of a task stay. */
  public FlowFilter flow(Task task) {
    return task == Task.OPEN_ENDED ? openEndedFlow : multipleChoiceFlow;
  }

  /** Least correctness of an ANSWER candidate. */
  public double answerFrom(Task task) {
    return task == Task.OPEN_ENDED ? openEndedAnswer : multipleChoiceAnswer;
  }

  /** Greatest correctness of an open-ended REFUSAL candidate; multiple choice: it is below this. */
  public double refusalBound(Task task) {
    return task == Task.OPEN_ENDED ? openEndedRefusal : multipleChoiceRefusal;
  }

  /** The label by correctness alone; {@link Label#DROPPED} between the two thresholds. */
  public Label label(Task task, double correctness) {
    boolean known;
    boolean unknown;
    switch (task) {
      case OPEN_ENDED -> {
        known = correctness >= openEndedAnswer;
        unknown = correctness <= openEndedRefusal;
      }
      case MULTIPLE_CHOICE -> {
        known = correctness >= multipleChoiceAnswer;
        unknown = correctness < multipleChoiceRefusal;
      }
      default -> throw new AssertionError(task);
    }
    return known ? Label.ANSWER : unknown ? Label.REFUSAL : Label.DROPPED;
  }

  private static void requireShare(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(
          "The "
              + name
              + " threshold is "
              + value
              + "; correctness is a share, so set it between 0 and 1.");
    }
  }
}
