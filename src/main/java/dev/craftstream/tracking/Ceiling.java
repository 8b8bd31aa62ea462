package dev.craftstream.tracking;

import dev.craftstream.flink.KeyGroups;
import dev.craftstream.model.Cost;
import java.io.Serializable;

/**
 * The most that a model checkpoint may cost before it is asked no more.
 *
 * @param requests inference requests; 0 for no such ceiling
 * @param tokens prompt and generated tokens together, as far as servers tell them; 0 for no such
 *     ceiling
 */
public record Ceiling(long requests, long tokens) implements Serializable {
  public static final Ceiling NONE = new Ceiling(0, 0);

  private static final long MOST = 1_000_000_000_000L;

  /** How often it may be allowed; a share of that is still no overflow. */
  private static final int MOST_TIMES = 1_000;

  public Ceiling {
    if (requests < 0 || requests > MOST || tokens < 0 || tokens > MOST) {
      throw new IllegalArgumentException(
          "A model checkpoint's ceiling must be 0, for none, to 10^12; it is %d requests and %d tokens."
              .formatted(requests, tokens));
    }
  }

  /**
   * What a task may spend, by its key groups: its share of the ceiling, so that the shares of all
   * tasks together are the ceiling, at any parallelism, but that none of them is 0.
   *
   * @param times how often the ceiling is allowed, at least once
   */
  Share shareOf(KeyGroups own, int times) {
    return new Share(share(requests, own, times), share(tokens, own, times));
  }

  private static long share(long once, KeyGroups own, int times) {
    long whole = once * Math.min(times, MOST_TIMES);
    return whole == 0
        ? 0
        : Math.max(1, whole * (own.last() + 1) / own.total() - whole * own.first() / own.total());
  }

  /** A task's share; 0 for no such ceiling. */
  record Share(long requests, long tokens) {
    boolean isReachedBy(Cost cost) {
      return (requests > 0 && cost.requests() >= requests)
          || (tokens > 0 && cost.tokens() >= tokens);
    }
  }
}
