package dev.craftstream.method.statistics;

import java.util.List;
import java.util.OptionalDouble;

/**
 * How far two judges agree who put the same things into the same classes: the share of things that
 * they put into one class, and Cohen's kappa (J. Cohen, A Coefficient of Agreement for Nominal
 * Scales, Educational and Psychological Measurement 20, 1960), which is what is left of it when the
 * agreement is taken off that their frequencies of the classes give by chance. Not thread-safe.
 *
 * @param <C> the classes
 */
public final class Agreement<C extends Enum<C>> {
  private final C[] classes;
  private final long[][] counts;

  /** Without things. */
  public Agreement(Class<C> classes) {
    this.classes = classes.getEnumConstants();
    this.counts = new long[this.classes.length][this.classes.length];
  }

  /**
   * Adds things.
   *
   * @param one the class that the one judge put them into
   * @param other the class that the other did
   * @param things how many, at least 0
   */
  public void add(C one, C other, long things) {
    counts[one.ordinal()][other.ordinal()] += things;
  }

  /** The classes, in their order. */
  public List<C> classes() {
    return List.of(classes);
  }

  /** How many things both put into these classes. */
  public long count(C one, C other) {
    return counts[one.ordinal()][other.ordinal()];
  }

  /** How many there are. */
  public long total() {
    long total = 0;
    for (C one : classes) {
      total += rowTotal(one);
    }
    return total;
  }

  /** How many are in one class by both, 0 to {@link #total}. */
  public long agreed() {
    long agreed = 0;
    for (C both : classes) {
      agreed += count(both, both);
    }
    return agreed;
  }

  /** The share of things in one class by both, 0 to 1; empty where there are none. */
  public OptionalDouble share() {
    long total = total();
    return total == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) agreed() / total);
  }

  /**
   * Cohen's kappa, -1 to 1: 1 is full agreement, 0 what chance gives. Empty where there are no
   * things, or all are in one class by both: chance gives full agreement then.
   */
  public OptionalDouble kappa() {
    double total = total();
    double byChance = 0;
    for (C both : classes) {
      byChance += rowTotal(both) / total * (columnTotal(both) / total);
    }
    return total == 0 || byChance == 1
        ? OptionalDouble.empty()
        : OptionalDouble.of((agreed() / total - byChance) / (1 - byChance));
  }

  private long rowTotal(C one) {
    long total = 0;
    for (C other : classes) {
      total += count(one, other);
    }
    return total;
  }

  private long columnTotal(C other) {
    long total = 0;
    for (C one : classes) {
      total += count(one, other);
    }
    return total;
  }
}
