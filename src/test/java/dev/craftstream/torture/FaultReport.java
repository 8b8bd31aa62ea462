package dev.craftstream.torture;

import dev.craftstream.torture.RequestChecker.AskedAgain;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What a run is told in: a line a fault, and a table for docs/measurements.md. */
final class FaultReport {
  private final PrintStream out;
  private final Instant start;
  private final List<Fault> faults;
  private final Map<Fault, AskedAgain> again;

  FaultReport(PrintStream out, Instant start, List<Fault> faults, Map<Fault, AskedAgain> again) {
    this.out = out;
    this.start = start;
    this.faults = List.copyOf(faults);
    this.again = Map.copyOf(again);
  }

  /** One fault, as soon as it is over. */
  static String line(Fault fault, Instant start) {
    Duration at = Duration.between(start, fault.began());
    return String.format(
        Locale.ROOT,
        "%3d:%02d  %-44s %-28s lasted %5.1f s, %s",
        at.toMinutes(),
        at.toSecondsPart(),
        fault.kind().words(),
        fault.target(),
        seconds(fault.lasted()),
        fault.recovered() == null
            ? "not recovered from"
            : String.format(
                Locale.ROOT, "committed output after %5.1f s", seconds(fault.timeToRecover())));
  }

  /** Everything that is known at the end. */
  void print(RequestLog log, Output output, Findings findings, Footprint footprint, Duration took) {
    out.println();
    table().forEach(out::println);
    out.println();
    AskedAgain all = again.values().stream().reduce(AskedAgain.NEVER, AskedAgain::plus);
    long needed = log.asks().size();
    out.printf(
        Locale.ROOT,
        "%,d requests were needed and %,d made, %.4f times as many. Asked again: %,d that were in flight,"
            + " %,d answered but not yet committed, %,d asked by tasks of a job manager that was gone%n",
        needed,
        log.count(),
        (double) log.count() / needed,
        all.inFlight(),
        all.uncommitted(),
        all.inVain());
    out.printf(
        Locale.ROOT,
        "%,d knowledge records, %,d instructions, %,d dataset records, %d manifests, %d evaluations, %d dead letters; %d:%02d minutes%n",
        output.knowledge().size(),
        output.instructions().size(),
        output.datasets().size(),
        output.manifests().size(),
        output.evaluations().size(),
        output.deadLetters().size(),
        took.toMinutes(),
        took.toSecondsPart());
    for (Findings.Kind kind : Findings.Kind.values()) {
      out.printf("%-30s %d%n", kind.words(), findings.count(kind));
    }
    out.println();
    out.printf("%-40s %8s %8s %8s%n", "", "first", "last", "most");
    footprint.lines().forEach(out::println);
    findings.lines().forEach(out::println);
  }

  private List<String> table() {
    Map<Fault.Kind, List<Fault>> byKind =
        faults.stream()
            .collect(
                Collectors.groupingBy(
                    Fault::kind, () -> new EnumMap<>(Fault.Kind.class), Collectors.toList()));
    List<String> lines = new ArrayList<>();
    lines.add(
        "| fault | times | lasted | committed output again after | asked again: in flight | answered, not committed | asked in vain |");
    lines.add("|---|---|---|---|---|---|---|");
    byKind.forEach(
        (kind, ofKind) ->
            lines.add(
                "| %s | %d | %s | %s | %s | %s | %s |"
                    .formatted(
                        kind.words(),
                        ofKind.size(),
                        each(ofKind, fault -> tenths(fault.lasted())) + " s",
                        each(
                                ofKind,
                                fault ->
                                    fault.recovered() == null
                                        ? "never"
                                        : tenths(fault.timeToRecover()))
                            + " s",
                        each(ofKind, fault -> String.valueOf(of(fault).inFlight())),
                        each(ofKind, fault -> String.valueOf(of(fault).uncommitted())),
                        each(ofKind, fault -> String.valueOf(of(fault).inVain())))));
    return lines;
  }

  private AskedAgain of(Fault fault) {
    return again.getOrDefault(fault, AskedAgain.NEVER);
  }

  private interface Figure {
    String of(Fault fault);
  }

  private static String each(List<Fault> faults, Figure figure) {
    return faults.stream().map(figure::of).collect(Collectors.joining(", "));
  }

  private static String tenths(Duration duration) {
    return String.format(Locale.ROOT, "%.1f", seconds(duration));
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1_000.0;
  }
}
