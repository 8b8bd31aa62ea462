package dev.craftstream.testing;

import org.apache.flink.runtime.io.network.partition.MockResultPartitionWriter;

/**
 * The way from an operator in a harness to the stages behind it, as Flink shows it to operators.
 */
public final class UnreadOutput extends MockResultPartitionWriter {
  private int unread;

  /** How many buffers with records the stages behind have not read yet. */
  public void setUnread(int buffers) {
    unread = buffers;
  }

  @Override
  public int getNumberOfSubpartitions() {
    return 1;
  }

  @Override
  public int getBuffersCountUnsafe(int channel) {
    return unread;
  }
}
