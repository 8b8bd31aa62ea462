package dev.craftstream.model.dataset;

/** What happens where there are fewer candidates than wanted. */
public enum Shortage {
  /** The dataset is not built, and its manifest says so. */
  FAIL,
  /** The dataset is smaller. */
  SHORT,
  /** Candidates are drawn again, with replacement, until the dataset is full. */
  DRAW_AGAIN
}
