package dev.craftstream.model;

/** How an evaluated answer is judged. */
public enum Verdict {
  CORRECT,
  WRONG,
  REFUSED
}
