package dev.craftstream.model.label;

import dev.craftstream.model.knowledge.CheckpointKnowledge;

/**
 * A label and what it rests on.
 *
 * @param label what becomes of the question
 * @param dropReason why, where the label is {@link Label#DROPPED}; else null
 * @param strategy the rule that decided
 * @param flow which REFUSAL candidates the strategy leaves; null where it does not look at the
 *     flow, and in a rehearsal set
 * @param sureness how sure that is
 * @param initial the INITIAL checkpoint and what it knows
 * @param rehearsal the REHEARSAL checkpoint and what it knows; null while the decision is
 *     provisional
 */
public record Decision(
    Label label,
    DropReason dropReason,
    Strategy strategy,
    FlowFilter flow,
    Sureness sureness,
    CheckpointKnowledge initial,
    CheckpointKnowledge rehearsal) {

  /** Whether there is no REHEARSAL measurement yet, so that the flow rule could not be applied. */
  public boolean provisional() {
    return rehearsal == null;
  }
}
