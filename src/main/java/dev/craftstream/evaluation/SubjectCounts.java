package dev.craftstream.evaluation;

import dev.craftstream.method.Contingency;
import dev.craftstream.model.knowledge.Verdict;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How the questions of one task and subject were answered, as an array that lies in state: three
 * verdicts by three on the base and none, and how many were not answered.
 */
final class SubjectCounts {
  private static final int COLUMNS = 4;
  private static final int UNANSWERED = 3 * COLUMNS;

  /** The order is that of the state, whatever the enum's is. */
  private static final Verdict[] VERDICTS = {Verdict.CORRECT, Verdict.WRONG, Verdict.REFUSED};

  private SubjectCounts() {}

  static long[] none() {
    return new long[UNANSWERED + 1];
  }

  /**
   * Adds questions.
   *
   * @param verdict null where the evaluated checkpoint's answer could not be used
   * @param base null where the base's answer could not be used
   */
  static void add(long[] counts, Verdict verdict, Verdict base, long questions) {
    counts[verdict == null ? UNANSWERED : row(verdict) * COLUMNS + column(base)] += questions;
  }

  static long[] sum(long[] one, long[] other) {
    return IntStream.range(0, one.length).mapToLong(i -> one[i] + other[i]).toArray();
  }

  static long total(long[] counts) {
    return Arrays.stream(counts).sum();
  }

  static long unanswered(long[] counts) {
    return counts[UNANSWERED];
  }

  static Contingency answered(long[] counts) {
    Contingency answered = new Contingency();
    for (Verdict verdict : VERDICTS) {
      for (Verdict base : VERDICTS) {
        answered.add(verdict, base, counts[row(verdict) * COLUMNS + column(base)]);
      }
      answered.add(verdict, null, counts[row(verdict) * COLUMNS + column(null)]);
    }
    return answered;
  }

  private static int column(Verdict base) {
    return base == null ? COLUMNS - 1 : row(base);
  }

  private static int row(Verdict verdict) {
    return switch (verdict) {
      case CORRECT -> 0;
      case WRONG -> 1;
      case REFUSED -> 2;
    };
  }
}
