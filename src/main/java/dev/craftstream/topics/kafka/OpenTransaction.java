package dev.craftstream.topics.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A transaction of the job that is not over: consumers that read committed records wait behind it.
 *
 * @param id the transactional id
 * @param producerId with {@code epoch}, which transaction of that id it is
 * @param state the brokers' word, such as {@code Ongoing}
 * @param started by the brokers' clock
 * @param timeout after which the brokers end it themselves
 * @param partitions that it has written to, such as {@code instructions-0}
 */
public record OpenTransaction(
    String id,
    long producerId,
    int epoch,
    String state,
    Instant started,
    Duration timeout,
    List<String> partitions) {

  /** When the brokers end it themselves. */
  public Instant endsBy() {
    return started.plus(timeout);
  }
}
