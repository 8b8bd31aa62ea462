package dev.craftstream.client;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Lines that stay, and below them lines that are drawn again and again. Where nobody watches, the
 * latter are written every 5 seconds instead. Safe for several threads.
 */
public final class Terminal {
  private static final long QUIET_NANOS = 5_000_000_000L;

  private final PrintWriter out;
  private final boolean watched;
  private final LongSupplier nanoClock;
  private int drawn;
  private long writtenAt;
  private boolean hasWritten;

  Terminal(PrintWriter out, boolean watched, LongSupplier nanoClock) {
    this.out = out;
    this.watched = watched;
    this.nanoClock = nanoClock;
  }

  /** On this process's output. */
  @SuppressWarnings("SystemConsoleNull") // ./craft asks newer Javas for the old answer.
  public static Terminal of(PrintWriter out) {
    String kind = System.getenv().getOrDefault("TERM", "dumb");
    return new Terminal(out, System.console() != null && !kind.equals("dumb"), System::nanoTime);
  }

  /** Writes a line that stays. */
  public synchronized void line(String format, Object... values) {
    erase();
    out.println(String.format(Locale.ROOT, format, values).stripTrailing());
    out.flush();
  }

  /** Writes text that stays. */
  public synchronized void text(String text) {
    erase();
    out.print(text);
    out.flush();
  }

  /**
   * Draws these lines in the place of those drawn before.
   *
   * @param shortly the same as one line, for where nobody watches
   */
  public synchronized void draw(List<String> lines, String shortly) {
    if (watched) {
      erase();
      lines.forEach(line -> out.print(line + "\n"));
      drawn = lines.size();
    } else if (!hasWritten || nanoClock.getAsLong() - writtenAt >= QUIET_NANOS) {
      out.println(shortly);
      writtenAt = nanoClock.getAsLong();
      hasWritten = true;
    }
    out.flush();
  }

  /** Draws a line for those who watch; nothing for others. */
  public synchronized void hint(String line) {
    if (watched) {
      draw(List.of(line), line);
    }
  }

  /** Lets what is drawn stay as it is; what is drawn next comes at once. */
  public synchronized void settle() {
    drawn = 0;
    hasWritten = false;
  }

  private void erase() {
    if (drawn > 0) {
      out.print("\u001b[" + drawn + "A\u001b[J");
      drawn = 0;
    }
  }
}
