package dev.craftstream.flink;

import org.apache.flink.runtime.execution.SuppressRestartsException;

/** What a task can say of its job's restarts. */
public final class Restarts {
  private Restarts() {}

  /**
   * A failure that ends the job at once, whatever its restart strategy is. In application mode its
   * stored graph goes with it, so that the next start takes the options and the savepoint that are
   * given then.
   */
  public static RuntimeException suppressed(Throwable cause) {
    return new SuppressRestartsException(cause);
  }
}
