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

  private static final long MOST = 1_000_000_000_000_000L;

  public Ceiling {
    if (requests < 0 || requests > MOST || tokens < 0 || tokens > MOST) {
      throw new IllegalArgumentException(
          "A model checkpoint's ceiling must be 0, for none, to 10^15; it is %d requests and %d tokens."
              .formatted(requests, tokens));
    }
  }

  /**
   * A task's share, by its key groups: the shares of all tasks together are the ceiling, at any
   * parallelism, but that none of them is 0.
   */
  Ceiling shareOf(KeyGroups own) {
    return new Ceiling(share(requests, own), share(tokens, own));
  }

  private static long share(long whole, KeyGroups own) {
    return whole == 0
        ? 0
        : Math.max(1, whole * (own.last() + 1) / own.total() - whole * own.first() / own.total());
  }

  boolean isReachedBy(Cost cost) {
    return (requests > 0 && cost.requests() >= requests) || (tokens > 0 && cost.tokens() >= tokens);
  }
}
