package dev.craftstream.tracking;

import dev.craftstream.knowledge.BackOff;
import java.io.Serializable;
import java.time.Duration;

/**
 * How a {@link KnowledgeTracker} task asks.
 *
 * @param requestsInFlight how many questions one parallel task asks at the same time; at least 2
 * @param adaptiveConcurrency whether fewer are asked while the server has no room for them
 * @param attempts how often a question is asked while the server answers others, before it is given
 *     up; at least 1. Attempts during an outage do not count.
 * @param firstBackOff how long a question rests after its first failure; doubles with each further
 *     one
 * @param maxBackOff how long it rests at most
 * @param ceiling what a model checkpoint may cost, of all tasks together
 */
public record TrackerSettings(
    int requestsInFlight,
    boolean adaptiveConcurrency,
    int attempts,
    Duration firstBackOff,
    Duration maxBackOff,
    Ceiling ceiling)
    implements Serializable {

  /** One for new questions, one for a sweep. */
  static final int FEWEST_REQUESTS = 2;

  public TrackerSettings {
    if (requestsInFlight < FEWEST_REQUESTS) {
      throw new IllegalArgumentException(
          "The number of requests in flight must be at least 2, so that new questions and sweeps"
              + " both get on; it is "
              + requestsInFlight
              + ".");
    }
    if (attempts < 1) {
      throw new IllegalArgumentException(
          "The number of attempts must be at least 1; it is " + attempts + ".");
    }
    if (firstBackOff.isNegative()
        || firstBackOff.isZero()
        || maxBackOff.compareTo(firstBackOff) < 0) {
      throw new IllegalArgumentException(
          "The back-off must be positive and its maximum at least as long; they are "
              + firstBackOff
              + " and "
              + maxBackOff
              + ".");
    }
  }

  /** Of {@code slots}, how many new questions leave to a sweep while one is under way. */
  static int sweepReserve(int slots) {
    return Math.max(1, slots / 4);
  }

  /** Without a ceiling. */
  public TrackerSettings(
      int requestsInFlight,
      boolean adaptiveConcurrency,
      int attempts,
      Duration firstBackOff,
      Duration maxBackOff) {
    this(requestsInFlight, adaptiveConcurrency, attempts, firstBackOff, maxBackOff, Ceiling.NONE);
  }

  /** How long a question rests after its {@code failures}-th failure, before jitter. */
  Duration backOff(int failures) {
    return new BackOff(firstBackOff, maxBackOff).after(failures);
  }
}
