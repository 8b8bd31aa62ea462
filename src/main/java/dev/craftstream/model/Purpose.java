package dev.craftstream.model;

/** What a question is for. */
public enum Purpose {
  /** Becomes an instruction; measured under INITIAL and REHEARSAL checkpoints. */
  TRAIN,
  /**
   * Measures a checkpoint and is never trained on; measured under INITIAL and TUNED checkpoints.
   */
  EVALUATE
}
