package dev.craftstream.model;

/** How a question is asked and judged. */
public enum Task {
  /** Free text; judged by the gold aliases that a sample contains. */
  OPEN_ENDED,
  /** Lettered options; judged by the options' next-token probabilities. */
  MULTIPLE_CHOICE
}
