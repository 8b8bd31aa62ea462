package dev.craftstream.knowledge;

import java.io.Serializable;
import java.time.Duration;

/**
 * Pauses after failures: each is twice as long as the one before, up to a longest. Without a random
 * part, which the caller adds.
 *
 * @param first the pause after the first failure
 * @param longest no pause is longer
 */
public record BackOff(Duration first, Duration longest) implements Serializable {
  private static final int MOST_DOUBLINGS = 30;

  /**
   * @param failures in a row, at least 1
   */
  public Duration after(int failures) {
    Duration pause = first.multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS));
    return pause.compareTo(longest) > 0 ? longest : pause;
  }
}
