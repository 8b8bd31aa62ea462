package dev.craftstream.client;

import dev.craftstream.client.report.Wording;
import dev.craftstream.model.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A sweep's progress, to be shown.
 *
 * @param tasks how far it is, by task
 * @param elapsed since the announcement
 * @param inFlight requests in flight now
 * @param requestsInFlight how many there may be
 * @param restartCause why the job restarts; empty where it does not
 */
public record SweepView(
    List<Progress> tasks,
    Duration elapsed,
    int inFlight,
    int requestsInFlight,
    String restartCause) {
  private static final int BAR = 30;
  private static final int ENOUGH_TO_FORETELL = 10;

  /** How many of a task's questions are measured. */
  public record Progress(Task task, int measured, int total) {}

  int measured() {
    return tasks.stream().mapToInt(Progress::measured).sum();
  }

  int total() {
    return tasks.stream().mapToInt(Progress::total).sum();
  }

  /** A bar for each task, and a line of figures. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Progress progress : tasks) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-16s [%s] %4d of %d",
              Wording.of(progress.task()),
              bar(progress),
              progress.measured(),
              progress.total()));
    }
    lines.add("  " + figures());
    if (!restartCause.isEmpty()) {
      lines.add("  " + restartCause);
    }
    return lines;
  }

  /** All of it on one line. */
  public String line() {
    return "  "
        + tasks.stream()
            .map(p -> "%s %d of %d".formatted(Wording.of(p.task()), p.measured(), p.total()))
            .collect(Collectors.joining(", "))
        + "; "
        + figures()
        + (restartCause.isEmpty() ? "" : ". " + restartCause);
  }

  private String figures() {
    double seconds = elapsed.toMillis() / 1000.0;
    double rate = seconds > 0 ? measured() / seconds : 0;
    String figures =
        String.format(
            Locale.ROOT,
            "%.0f s, %.1f questions/s, %d of %d requests in flight",
            seconds,
            rate,
            inFlight,
            requestsInFlight);
    return measured() == total() || measured() < ENOUGH_TO_FORETELL
        ? figures
        : figures
            + String.format(Locale.ROOT, ", about %.0f s left", (total() - measured()) / rate);
  }

  private static String bar(Progress progress) {
    int filled =
        progress.total() == 0 ? BAR : (int) ((long) BAR * progress.measured() / progress.total());
    return "#".repeat(filled) + ".".repeat(BAR - filled);
  }
}
