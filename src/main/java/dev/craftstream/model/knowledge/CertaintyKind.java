package dev.craftstream.model.knowledge;

import dev.craftstream.model.Task;

/** How a certainty was measured. Those of one kind can be compared; higher is always surer. */
public enum CertaintyKind {
  /** It was not: an evaluation has none. */
  NONE(null),
  /** The paper's (section 3.1): mean cosine similarity of two samples' embeddings, -1 to 1. */
  EMBEDDING_SIMILARITY(Task.OPEN_ENDED),
  /** Minus the entropy over the samples' clusters of one meaning, -ln(samples) to 0. */
  SEMANTIC_ENTROPY(Task.OPEN_ENDED),
  /** The paper's (section 3.1): sum of p ln p over the raw option probabilities, at most 0. */
  OPTION_ENTROPY(Task.MULTIPLE_CHOICE),
  /** The same over the probabilities brought to a sum of 1, -ln(options) to 0. */
  NORMALIZED_OPTION_ENTROPY(Task.MULTIPLE_CHOICE),
  /** Minus the entropy over the options that samples chose, -ln(options + 1) to 0. */
  CHOSEN_OPTION_ENTROPY(Task.MULTIPLE_CHOICE);

  private final Task task;

  CertaintyKind(Task task) {
    this.task = task;
  }

  /** The paper's kind for questions of {@code task}. */
  public static CertaintyKind ofThePaper(Task task) {
    return switch (task) {
      case OPEN_ENDED -> EMBEDDING_SIMILARITY;
      case MULTIPLE_CHOICE -> OPTION_ENTROPY;
    };
  }

  /** Whether questions of {@code asked} have it. */
  public boolean isFor(Task asked) {
    return task == asked;
  }
}
