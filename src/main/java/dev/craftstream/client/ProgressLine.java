package dev.craftstream.client;

import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Shows how far a command is once it takes more than 2 seconds, and then 4 times a second. Safe for
 * several threads.
 */
public final class ProgressLine implements AutoCloseable {
  private static final long SHOWN_AFTER_NANOS = 2_000_000_000L;
  private static final long APART_NANOS = 250_000_000L;

  private final Terminal terminal;
  private final LongSupplier nanoClock;
  private final long start;
  private long next;
  private boolean shown;

  public ProgressLine(Terminal terminal, LongSupplier nanoClock) {
    this.terminal = terminal;
    this.nanoClock = nanoClock;
    this.start = nanoClock.getAsLong();
    this.next = start + SHOWN_AFTER_NANOS;
  }

  public synchronized double seconds() {
    return (nanoClock.getAsLong() - start) / 1e9;
  }

  /** Shows the line if it is time to. */
  public synchronized void show(Supplier<String> line) {
    long now = nanoClock.getAsLong();
    if (now - next >= 0) {
      String text = line.get();
      terminal.draw(List.of(text), text);
      shown = true;
      next = now + APART_NANOS;
    }
  }

  /** Shows how many records a reading has read, and how many are left. */
  public void showRecords(long read, long left) {
    show(
        () ->
            String.format(
                Locale.ROOT, "  %,d records read, %,d left; %.0f s", read, left, seconds()));
  }

  /** Takes away what is drawn, until the next time. */
  public synchronized void clear() {
    if (shown) {
      terminal.text("");
    }
  }

  @Override
  public void close() {
    clear();
  }
}
