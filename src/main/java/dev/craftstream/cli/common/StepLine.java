package dev.craftstream.cli.common;

import dev.craftstream.client.ProgressLine;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Model.CommandSpec;

/** Says which step a command is at and how far that is. Safe for several threads. */
public final class StepLine implements AutoCloseable {
  private final ProgressLine line;
  private final AtomicInteger done = new AtomicInteger();
  private volatile String what = "";
  private volatile int total;

  public StepLine(CommandSpec spec) {
    this.line = Commands.progressLine(spec);
  }

  /**
   * Begins a step.
   *
   * @param total how much there is to do; 0 where that is not known
   */
  public void start(String step, int total) {
    what = step;
    this.total = total;
    at(0);
  }

  /** So much more is done. */
  public void add(int more) {
    done.addAndGet(more);
    show();
  }

  /** So much is done. */
  public void at(int reached) {
    done.set(reached);
    show();
  }

  private void show() {
    line.show(
        () ->
            "  "
                + what
                + (total > 0
                    ? String.format(Locale.ROOT, ": %,d of %,d", done.get(), total)
                    : done.get() > 0 ? String.format(Locale.ROOT, ": %,d", done.get()) : "")
                + String.format(Locale.ROOT, "; %.0f s", line.seconds()));
  }

  @Override
  public void close() {
    line.close();
  }
}
