package dev.craftstream.cli;

import dev.craftstream.model.Task;
import dev.craftstream.report.Words;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A sweep's progress as lines. */
final class SweepView {
  private static final int BAR = 30;

  private SweepView() {}

  /** How many of a task's questions are measured. */
  record Progress(Task task, int measured, int total) {}

  static List<String> lines(
      List<Progress> tasks, Duration elapsed, int inFlight, int requestsInFlight, String trouble) {
    List<String> lines = new ArrayList<>();
    int measured = 0;
    int total = 0;
    for (Progress progress : tasks) {
      measured += progress.measured();
      total += progress.total();
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-16s [%s] %4d of %d",
              Words.of(progress.task()),
              bar(progress.measured(), progress.total()),
              progress.measured(),
              progress.total()));
    }
    double seconds = elapsed.toMillis() / 1000.0;
    double rate = seconds > 0 ? measured / seconds : 0;
    String left =
        measured == total
            ? ""
            : rate > 0
                ? String.format(Locale.ROOT, ", about %.0f s left", (total - measured) / rate)
                : "";
    lines.add(
        String.format(
            Locale.ROOT,
            "  %.0f s, %.1f questions/s, %d of %d requests in flight%s",
            seconds,
            rate,
            inFlight,
            requestsInFlight,
            left));
    if (!trouble.isEmpty()) {
      lines.add("  " + trouble);
    }
    return lines;
  }

  private static String bar(int done, int total) {
    int filled = total == 0 ? BAR : (int) ((long) BAR * done / total);
    return "#".repeat(filled) + ".".repeat(BAR - filled);
  }
}
