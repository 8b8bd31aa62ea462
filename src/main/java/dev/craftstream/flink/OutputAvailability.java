package dev.craftstream.flink;

import org.apache.flink.runtime.io.network.api.writer.ResultPartitionWriter;

/**
 * Whether the stages behind an operator keep up with its records.
 *
 * <p>Flink sees to that before it gives an operator input, but not before it runs a mail. An
 * operator that emits out of mails has to look itself: where there is no place left, emitting
 * blocks the task's thread, and with it even those Flink checkpoints that overtake records.
 *
 * <p>It must not take the last place either. Flink would give it no more input then, and a barrier
 * that came by broadcast, which overtakes nothing, would wait outside until somebody consumes.
 */
public final class OutputAvailability {
  /** One that is being read, one that waits and one that is being written. */
  private static final int BUFFERS_PER_CHANNEL = 3;

  private final ResultPartitionWriter[] writers;

  public OutputAvailability(ResultPartitionWriter[] writers) {
    this.writers = writers;
  }

  /** Whether to emit the next record, or the few of one mail. */
  public boolean isAvailable() {
    for (ResultPartitionWriter writer : writers) {
      if (!writer.isAvailable()) {
        return false;
      }
      for (int channel = 0; channel < writer.getNumberOfSubpartitions(); channel++) {
        if (writer.getBuffersCountUnsafe(channel) >= BUFFERS_PER_CHANNEL) {
          return false;
        }
      }
    }
    return true;
  }
}
