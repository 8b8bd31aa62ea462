package dev.craftstream.tracking;

import dev.craftstream.flink.PulledTimers;
import dev.craftstream.flink.PulledTimers.TimerServices;

/**
 * Where questions wait for their turn, each at the model time from which on it is waited for.
 *
 * <p>New and changed questions have a lane of their own, so that they go before any sweep. What
 * waits for a model that is missing is parked, so that it stands in nobody's way.
 */
final class Lanes {
  private final ModelTime time;
  private PulledTimers arrivals;
  private PulledTimers sweep;
  private PulledTimers parked;
  private boolean unparks;

  /** A way into the requests in flight. */
  enum Lane {
    /** New, changed and reopened questions. */
    ARRIVALS,
    /** Questions that a newly announced model checkpoint has still to answer. */
    SWEEP,
    /** Questions that wait for a model that is missing. */
    PARKED
  }

  /** What happens to a question when its turn comes; the key is set. */
  @FunctionalInterface
  interface Turn {
    void take(String questionId, Lane lane, long due) throws Exception;
  }

  Lanes(ModelTime time) {
    this.time = time;
  }

  /** Opens the lanes as they were saved. */
  void open(TimerServices services, Turn turn) {
    arrivals = timers(Lane.ARRIVALS, "arrivals", services, turn);
    sweep = timers(Lane.SWEEP, "sweep", services, turn);
    parked = timers(Lane.PARKED, "parked", services, turn);
    unparks = true;
  }

  private static PulledTimers timers(Lane lane, String name, TimerServices services, Turn turn) {
    return new PulledTimers(name, services, (id, due) -> turn.take(id, lane, due));
  }

  PulledTimers arrivals() {
    return arrivals;
  }

  PulledTimers sweep() {
    return sweep;
  }

  PulledTimers parked() {
    return parked;
  }

  /** The current question goes before any sweep; only later model times wait for it. */
  void scheduleArrival() {
    arrivals.schedule(time.now() + 1);
  }

  /** The current question misses nothing until the next model checkpoint is announced. */
  void scheduleNextSweep() {
    sweep.schedule(time.now() + 1);
  }

  /**
   * The current question waits for a missing model, and model time {@code due} for the question.
   */
  void park(long due) {
    parked.schedule(due);
  }

  /** Puts the current question where what waits for it from {@code due} on belongs. */
  void schedule(long due) {
    (due > time.now() ? arrivals : sweep).schedule(due);
  }

  /** What is parked may have a model now, or may not be wanted any more. */
  void unpark() {
    unparks = true;
  }

  /** Whether parked questions are to be put back into the other lanes. */
  boolean unparks() {
    return unparks;
  }

  /** Some or all parked questions are back in the other lanes. */
  void unparked() {
    unparks = parked.drainedTo() < Long.MAX_VALUE;
  }

  /** Whether questions wait in the sweep for the newest model checkpoint. */
  boolean isSweeping() {
    return sweep.drainedTo() < time.now();
  }

  /** No question waits in any lane at this model time or before. */
  long drainedTo() {
    return Math.min(parked.drainedTo(), Math.min(arrivals.drainedTo(), sweep.drainedTo()));
  }
}
