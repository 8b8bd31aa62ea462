package dev.craftstream.model.knowledge;

/** How an evaluated answer is judged. */
public enum Verdict {
  CORRECT,
  WRONG,
  REFUSED
}
