package dev.craftstream.triton;

import dev.craftstream.method.Thoughts;
import java.io.Serializable;

/**
 * How a model that thinks before it answers is asked.
 *
 * @param thoughts what its thoughts are told by
 * @param maxTokens room for them, in tokens beside those of the answer; 0 where there are none
 */
public record Reasoning(Thoughts thoughts, int maxTokens) implements Serializable {

  /** Of models that answer at once. */
  public static final Reasoning NONE = new Reasoning(Thoughts.NONE, 0);

  public Reasoning {
    if (thoughts.areMarked() ? maxTokens < 1 : maxTokens != 0) {
      throw new IllegalArgumentException(
          thoughts.areMarked()
              ? "There is no room for thoughts; allow at least 1 token."
              : "There is room for " + maxTokens + " tokens of thoughts, but no marks of them.");
    }
  }

  /**
   * Checks that a server can be asked for so much.
   *
   * @param answerTokens an answer's longest length
   * @throws IllegalArgumentException where it can't
   */
  public void requireRoomBeside(int answerTokens) {
    if (answerTokens + (long) maxTokens > QuerySettings.MOST_TOKENS) {
      throw new IllegalArgumentException(
          "An answer of up to %d tokens behind thoughts of up to %d can't be asked for; allow %d together."
              .formatted(answerTokens, maxTokens, QuerySettings.MOST_TOKENS));
    }
  }
}
