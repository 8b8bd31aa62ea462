package dev.craftstream.model.label;

/** Why a question is in neither set. */
public enum DropReason {
  /** Correctness lies between the two thresholds. */
  UNDECIDED_CORRECTNESS,
  /** Unknown to INITIAL, but the knowledge flows: the model is about to learn it. */
  KNOWLEDGE_FLOW
}
