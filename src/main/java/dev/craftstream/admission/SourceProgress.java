package dev.craftstream.admission;

import java.io.Serializable;
import java.util.concurrent.CompletableFuture;

/**
 * Knows which records of a topic lie before the job and which of them it has taken in, so that what
 * comes behind them in another topic does not overtake them.
 */
public interface SourceProgress extends AutoCloseable {

  /** Where the order of the topics is somebody else's: all is taken in at once. */
  Factory AT_ONCE = () -> new AtOnce();

  /**
   * Completes when all records that lie before the job at this time have come to the stages behind
   * its source. May wait for some that come just after it, too, for where the topic ends is asked
   * meanwhile. Never fails, but waits for whatever keeps it from knowing.
   */
  CompletableFuture<Void> complete();

  /** Records that {@link #complete} still waits for; 0 where nothing waits. */
  long missing();

  /** Ends it; what has not completed never does. */
  @Override
  void close();

  /** Opens the intake on the machine that uses it. */
  interface Factory extends Serializable {
    SourceProgress open();
  }

  /** See {@link #AT_ONCE}. */
  final class AtOnce implements SourceProgress {
    private AtOnce() {}

    @Override
    public CompletableFuture<Void> complete() {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public long missing() {
      return 0;
    }

    @Override
    public void close() {}
  }
}
