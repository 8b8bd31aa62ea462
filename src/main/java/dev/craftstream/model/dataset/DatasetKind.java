package dev.craftstream.model.dataset;

/** What a dataset trains. */
public enum DatasetKind {
  /** Refusal-aware instructions, for the TUNED checkpoint. */
  TRAINING,
  /** What INITIAL knows well, for the REHEARSAL checkpoint. */
  REHEARSAL
}
