package dev.craftstream.client.watch;

import java.util.Arrays;

/** How many records a second come of late, by the times that they were written at. */
final class Rate {
  private static final int SECONDS = 60;

  /** Committed records come in bursts, some seconds after they were written. */
  private static final int STALE = 120;

  private final int[] counts = new int[SECONDS];
  private final long[] seconds = new long[SECONDS];
  private long first = Long.MAX_VALUE;
  private long newest;

  Rate() {
    Arrays.fill(seconds, -1);
  }

  /**
   * @param time in milliseconds
   */
  void add(long time) {
    first = Math.min(first, time);
    newest = Math.max(newest, time);
    long second = time / 1_000;
    int slot = (int) (second % SECONDS);
    if (seconds[slot] < second) {
      seconds[slot] = second;
      counts[slot] = 0;
    }
    if (seconds[slot] == second) {
      counts[slot]++;
    }
  }

  /** Records a second over the last minute that any came in; 0 where none has come for long. */
  double ofLate(long now) {
    if (newest == 0 || now - newest > 1_000L * STALE) {
      return 0;
    }
    long last = newest / 1_000;
    long count = 0;
    for (int slot = 0; slot < SECONDS; slot++) {
      count += seconds[slot] > last - SECONDS ? counts[slot] : 0;
    }
    return count / (double) Math.max(1, Math.min(SECONDS, (newest - first) / 1_000));
  }

  /** When the first one was written, in milliseconds; 0 where there is none. */
  long first() {
    return newest == 0 ? 0 : first;
  }

  /** When the newest one was written, in milliseconds; 0 where there is none. */
  long newest() {
    return newest;
  }
}
