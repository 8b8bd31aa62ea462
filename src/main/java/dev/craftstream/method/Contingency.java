package dev.craftstream.method;

import dev.craftstream.model.knowledge.Verdict;
import java.util.Arrays;

/**
 * How many questions an evaluated model checkpoint and its base were judged together in each way: a
 * table of the three verdicts on the one by the three on the other, and a column of questions whose
 * answer by the base could not be used. Not thread-safe.
 */
public final class Contingency {
  private static final int VERDICTS = Verdict.values().length;

  /** One more than the verdicts on the base: the last stands for none. */
  private static final int COLUMNS = VERDICTS + 1;

  private final long[] cells;

  /** Without questions. */
  public Contingency() {
    this(new long[VERDICTS * COLUMNS]);
  }

  private Contingency(long[] cells) {
    this.cells = cells;
  }

  /**
   * Adds questions.
   *
   * @param base the verdict on the base's answer; null where that could not be used
   */
  public void add(Verdict verdict, Verdict base, long questions) {
    cells[cell(verdict, base)] += questions;
  }

  /** How many questions there are. */
  public long total() {
    return Arrays.stream(cells).sum();
  }

  /** How many were judged so, whatever the base said. */
  public long count(Verdict verdict) {
    return count(verdict, null) + countCompared(verdict);
  }

  /** How many were judged so, of those that the base answered too. */
  long countCompared(Verdict verdict) {
    long count = 0;
    for (Verdict base : Verdict.values()) {
      count += count(verdict, base);
    }
    return count;
  }

  /** On how many the base was judged so. */
  long countBase(Verdict base) {
    long count = 0;
    for (Verdict verdict : Verdict.values()) {
      count += count(verdict, base);
    }
    return count;
  }

  /** How many were judged so together. */
  long count(Verdict verdict, Verdict base) {
    return cells[cell(verdict, base)];
  }

  /** As many questions, drawn with replacement from these. */
  Contingency resampled(Multinomial multinomial) {
    return new Contingency(multinomial.draw(cells));
  }

  // By name and not by the enums' order: a bootstrap's draws follow the order of the cells.
  private static int cell(Verdict verdict, Verdict base) {
    return row(verdict) * COLUMNS + (base == null ? VERDICTS : row(base));
  }

  private static int row(Verdict verdict) {
    return switch (verdict) {
      case CORRECT -> 0;
      case WRONG -> 1;
      case REFUSED -> 2;
    };
  }
}
