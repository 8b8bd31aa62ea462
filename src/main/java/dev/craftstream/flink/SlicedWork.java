package dev.craftstream.flink;

import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;

/**
 * Work of an operator that no one call may do in full, since Flink checkpoints and input would wait
 * for it: done in slices, a mail each, while the stages behind keep up.
 */
public final class SlicedWork {
  /** How long to wait before looking again whether the stages behind keep up. */
  private static final long OUTPUT_CHECK_MILLIS = 1;

  private final String name;
  private final MailboxExecutor mailbox;
  private final ProcessingTimeService clock;
  private final OutputAvailability output;
  private final Slice slice;
  private boolean isQueued;

  /** A piece of the work, of bounded length. */
  @FunctionalInterface
  public interface Slice {
    /** Does the next piece; returns whether there is more to do. */
    boolean work() throws Exception;
  }

  /**
   * @param name what is done, for Flink's messages, such as {@code write datasets}
   */
  public SlicedWork(
      String name,
      MailboxExecutor mailbox,
      ProcessingTimeService clock,
      OutputAvailability output,
      Slice slice) {
    this.name = name;
    this.mailbox = mailbox;
    this.clock = clock;
    this.output = output;
    this.slice = slice;
  }

  /** There is something to do. */
  public void goOn() {
    if (!isQueued) {
      isQueued = true;
      mailbox.execute(this::run, "%s", name);
    }
  }

  private void run() throws Exception {
    isQueued = false;
    if (!output.isAvailable()) {
      isQueued = true;
      var unused =
          clock.registerTimer(
              clock.getCurrentProcessingTime() + OUTPUT_CHECK_MILLIS, timestamp -> run());
    } else if (slice.work()) {
      goOn();
    }
  }
}
