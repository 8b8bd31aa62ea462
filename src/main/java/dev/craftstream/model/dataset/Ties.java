package dev.craftstream.model.dataset;

/** Which of the candidates that are equally certain at the cut-off are taken. */
public enum Ties {
  /** As many as fill the dataset, by a hash of their ids. */
  EXACT,
  /** All of them, so that the dataset may become larger. */
  KEEP_ALL
}
