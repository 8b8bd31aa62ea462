package dev.craftstream.embedded;

import dev.craftstream.client.Terminal;
import dev.craftstream.client.report.RunData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The parts of a run: how long each took, and the lines that say so. */
public final class Phases {
  private final Terminal terminal;
  private final List<RunData.Phase> phases = new ArrayList<>();

  public Phases(Terminal terminal) {
    this.terminal = terminal;
  }

  /** In the order of their ends. */
  public List<RunData.Phase> all() {
    return List.copyOf(phases);
  }

  /** Keeps how long something took. */
  public void add(String name, Duration duration) {
    phases.add(new RunData.Phase(name, duration));
  }

  /** Says that something starts, and returns the time. */
  public long begin(String what) {
    terminal.hint(String.format(Locale.ROOT, "  %-20s starts ...", what));
    return System.nanoTime();
  }

  /** Says that it is ready, and keeps how long that took. */
  public void end(String what, long start, String detail) {
    add(what, Duration.ofNanos(System.nanoTime() - start));
    ready(what, start, detail);
  }

  /** Says that it is ready. */
  void ready(String what, long start, String detail) {
    terminal.line("%s", readyLine(what, start, detail));
  }

  static String readyLine(String what, long start, String detail) {
    return String.format(
        Locale.ROOT,
        "  %-20s ready in %6.1f s   %s",
        what,
        (System.nanoTime() - start) / 1e9,
        detail);
  }
}
