package dev.craftstream.tracking;

import java.util.function.LongSupplier;

/**
 * How much of the allowed requests in flight is in use, as an exact integral over time rather than
 * by sampling. A span runs from the first request after a pause to the last answer before the next.
 */
final class SlotUsage {
  private final int slots;
  private final LongSupplier nanoClock;
  private int inUse;
  private long changedAt;
  private long spanStart;
  private double usedNanos;
  private double lastShare;

  SlotUsage(int slots, LongSupplier nanoClock) {
    this.slots = slots;
    this.nanoClock = nanoClock;
  }

  void set(int nowInUse) {
    long now = nanoClock.getAsLong();
    if (inUse == 0 && nowInUse > 0) {
      spanStart = now;
      usedNanos = 0;
    } else {
      usedNanos += (double) (now - changedAt) * Math.min(inUse, slots);
    }
    inUse = nowInUse;
    changedAt = now;
    if (now > spanStart) {
      lastShare = usedNanos / ((double) (now - spanStart) * slots);
    }
  }

  /** How many there are. */
  int allowed() {
    return slots;
  }

  int inUse() {
    return inUse;
  }

  /** Average share of the slots that were in use in the newest span; 0 to 1. */
  double share() {
    return lastShare;
  }

  /** The newest span's length so far, in seconds. */
  double seconds() {
    return (changedAt - spanStart) / 1e9;
  }
}
