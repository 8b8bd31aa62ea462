package dev.craftstream.model.label;

import java.io.Serializable;

/**
 * How well INITIAL must know a question for the rehearsal set (paper, section 3.1).
 *
 * @param correctness open-ended: least correctness, 0 to 1
 * @param certainty open-ended: least certainty; in the unit of the certainty that is measured
 * @param targetProbability multiple choice: the target letter's probability over the whole
 *     vocabulary is above this, 0 to 1
 */
public record RehearsalThresholds(double correctness, double certainty, double targetProbability)
    implements Serializable {

  /** The paper's: 0.995, 0.995 and 0.99. */
  public static final RehearsalThresholds PAPER = new RehearsalThresholds(0.995, 0.995, 0.99);

  public RehearsalThresholds {
    requireShare("correctness", correctness);
    requireShare("target probability", targetProbability);
    if (Double.isNaN(certainty)) {
      throw new IllegalArgumentException("The rehearsal set's certainty threshold is no number.");
    }
  }

  private static void requireShare(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(
          "The rehearsal set's " + name + " threshold is " + value + "; set it between 0 and 1.");
    }
  }
}
