package dev.craftstream.client.report;

import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.label.DropReason;
import dev.craftstream.model.label.Label;
import java.util.List;

/**
 * A question and what became of it.
 *
 * @param id the question's id
 * @param task how it was asked and judged
 * @param text the question itself
 * @param options multiple-choice only: the options in the order of their letters
 * @param gold the gold answer; multiple-choice: the right option's letter
 * @param initial what INITIAL knows; null where it was not measured
 * @param rehearsal what REHEARSAL knows; null where it was not measured
 * @param before the decision without REHEARSAL; null where there is none
 * @param after the decision with REHEARSAL; null where there is none
 */
public record CuratedQuestion(
    String id,
    Task task,
    String text,
    List<String> options,
    String gold,
    Knowledge initial,
    Knowledge rehearsal,
    Curation before,
    Curation after) {

  /**
   * A point of the plane.
   *
   * @param correctness from 0 to 1
   * @param certainty more is surer
   * @param kind how certainty was measured
   * @param samples how many answers were drawn; 0 where option letters were weighed
   */
  public record Knowledge(double correctness, double certainty, CertaintyKind kind, int samples) {}

  /**
   * A label with the response that the model is to be taught.
   *
   * @param dropReason null unless the label is {@link Label#DROPPED}
   * @param response empty where the label is {@link Label#DROPPED}
   * @param sureness how sure the label is of the class of correctness that it rests on, 0 to 1; not
   *     a number where it rests on none, or is of an earlier version
   */
  public record Curation(Label label, DropReason dropReason, String response, double sureness) {}

  /** The newest decision; null where there is none. */
  public Curation newest() {
    return after != null ? after : before;
  }

  /** Whether the question was measured under both checkpoints. */
  public boolean hasFlow() {
    return initial != null && rehearsal != null;
  }

  /** Correctness under REHEARSAL minus correctness under INITIAL; only where both are there. */
  public double flow() {
    // What is the same on paper is the same here: 0.6 - 0.5 and 0.1.
    return Math.rint((rehearsal.correctness() - initial.correctness()) * 1e9) / 1e9 + 0.0;
  }

  /** The gold answer as a person would read it. */
  public String goldText() {
    if (task == Task.OPEN_ENDED || gold.length() != 1) {
      return gold;
    }
    int index = gold.charAt(0) - 'A';
    return index >= 0 && index < options.size() ? gold + ". " + options.get(index) : gold;
  }
}
