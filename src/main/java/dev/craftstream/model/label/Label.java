package dev.craftstream.model.label;

/** What becomes of a question. */
public enum Label {
  /** It keeps its gold answer ("vanilla"). */
  ANSWER,
  /** Its answer becomes a refusal ("IDK"). */
  REFUSAL,
  /** It is in neither set. */
  DROPPED
}
