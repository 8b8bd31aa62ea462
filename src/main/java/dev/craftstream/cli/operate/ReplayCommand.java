package dev.craftstream.cli.operate;

import dev.craftstream.cli.common.Commands;
import dev.craftstream.cli.common.JobOptions;
import dev.craftstream.cli.common.PointInTime;
import dev.craftstream.client.ProgressLine;
import dev.craftstream.client.exchange.Names;
import dev.craftstream.client.replay.DeadLetterReplay;
import dev.craftstream.client.replay.Outcome;
import dev.craftstream.client.replay.ReplayChoice;
import dev.craftstream.client.replay.ReplayReport;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.Topics;
import dev.craftstream.v1.Reason;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./craft replay}. */
@Command(
    name = "replay",
    description = {
      "Sends dead letters whose cause is mended back to the topic that they came from: the original"
          + " record, byte for byte, to the partition where it lay. Each goes back once, however often the"
          + " command is given or interrupted. One is left alone where a newer record of its key has come"
          + " since.",
      "A record that fails again becomes a new dead letter, which says how often it was replayed. Questions"
          + " that a model failed to answer are no records to be replayed: ./craft request retry has them asked"
          + " again."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "A TIME is how long ago, such as 2h, or a date with or without a time, such as 2026-11-27 or"
          + " 2026-11-27T08:30, with Z or an offset where it is not local.",
      "",
      "Examples:",
      "  ./craft replay --dry-run",
      "  ./craft replay --reason TOO_LARGE --since 2h",
      "  ./craft replay --topic model-checkpoints --id llama-7b"
    })
public final class ReplayCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--reason",
      paramLabel = "REASON",
      description =
          "Those with this reason; may be repeated. MALFORMED, INVALID, TOO_LARGE, UNKNOWN_CHECKPOINT or"
              + " UNSERVABLE_CHECKPOINT. Default: all.")
  private List<String> reasons = List.of();

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description =
          "Those that came from this topic; may be repeated. questions, model-checkpoints or requests"
              + " (without the prefix of kafka.topic-prefix). Default: all.")
  private List<String> topics = List.of();

  @Option(
      names = "--id",
      paramLabel = "ID",
      description =
          "Those on this question, model checkpoint or request, or with this key; may be repeated.")
  private List<String> ids = List.of();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Those that became dead letters then or later.")
  private String since;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      description = "Those that became dead letters before.")
  private String until;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "At most so many, the oldest first; the others are left for another run.")
  private Long limit;

  @Option(
      names = "--max-replays",
      paramLabel = "N",
      defaultValue = "3",
      description =
          "Leave those alone that were replayed so often already and failed again. Default:"
              + " ${DEFAULT-VALUE}.")
  private int maxReplays;

  @Option(names = "--dry-run", description = "Only say what would be done.")
  private boolean dryRun;

  @Mixin private JobOptions job;

  @Override
  public Integer call() throws Exception {
    Commands.requireAtLeast(spec, "--limit", limit, 1);
    Commands.requireAtLeast(spec, "--max-replays", maxReplays, 1);
    Set<Reason> chosenReasons = reasons();
    Instant now = Instant.now();
    Instant from = PointInTime.of(spec, "--since", since, now);
    Instant to = PointInTime.of(spec, "--until", until, now);
    if (from != null && to != null && !from.isBefore(to)) {
      throw Commands.wrong(
          spec, "--since is %s and --until %s; give an earlier --since.".formatted(from, to));
    }
    KafkaSettings kafka = job.kafka();
    ReplayChoice choice =
        new ReplayChoice(
            chosenReasons,
            topics(kafka.topics()),
            Set.copyOf(ids),
            from,
            to,
            maxReplays,
            limit == null ? Long.MAX_VALUE : limit);
    ReplayReport report;
    try (ProgressLine progress = Commands.progressLine(spec)) {
      DeadLetterReplay replay = new DeadLetterReplay(kafka, choice, progress::showRecords);
      report = dryRun ? replay.look() : replay.replay();
    }
    print(report, kafka.topics());
    return 0;
  }

  private Set<Reason> reasons() {
    Set<Reason> chosen = new TreeSet<>();
    for (String name : reasons) {
      chosen.add(reason(name));
    }
    return chosen;
  }

  private Reason reason(String name) {
    String constant = name.strip().toUpperCase(Locale.ROOT).replace('-', '_');
    for (Reason reason : Reason.values()) {
      boolean isOne = reason != Reason.UNRECOGNIZED && reason != Reason.REASON_UNSPECIFIED;
      if (isOne && (Names.constant(reason).equals(constant) || reason.name().equals(constant))) {
        if (reason == Reason.REASON_UNUSABLE_ANSWER) {
          throw Commands.wrong(
              spec,
              "UNUSABLE_ANSWER can't be replayed: the job knows the question, and the same event again changes nothing. Have it asked again: ./craft request retry NEW_ID --checkpoint CHECKPOINT_ID");
        }
        return reason;
      }
    }
    throw Commands.wrong(
        spec,
        "--reason is %s; allowed are %s."
            .formatted(
                name,
                Stream.of(Reason.values())
                    .filter(
                        reason ->
                            reason != Reason.UNRECOGNIZED
                                && reason != Reason.REASON_UNSPECIFIED
                                && reason != Reason.REASON_UNUSABLE_ANSWER)
                    .map(Names::constant)
                    .collect(Collectors.joining(", "))));
  }

  private Set<String> topics(Topics names) {
    List<String> inputs = names.inputs();
    Set<String> chosen = new TreeSet<>();
    for (String wanted : topics) {
      String full = inputs.contains(wanted) ? wanted : names.prefix() + wanted;
      if (!inputs.contains(full)) {
        throw Commands.wrong(
            spec,
            "--topic is %s; dead letters come from %s."
                .formatted(wanted, String.join(", ", inputs)));
      }
      chosen.add(full);
    }
    return chosen;
  }

  // What it says.

  private void print(ReplayReport report, Topics names) {
    PrintWriter out = spec.commandLine().getOut();
    if (report.outcomes().isEmpty()) {
      out.printf("No dead letter of %s is chosen.%n", names.deadLetters());
      out.flush();
      return;
    }
    table(report).forEach(out::println);
    List<String> sentences = sentences(report);
    if (!sentences.isEmpty()) {
      out.println();
      sentences.forEach(out::println);
    }
    out.flush();
  }

  private List<String> sentences(ReplayReport report) {
    List<String> sentences = new ArrayList<>();
    for (Outcome outcome : Outcome.values()) {
      long count = report.count(outcome);
      if (count > 0 && !outcome.meaning().isEmpty()) {
        sentences.add(count(count) + " " + outcome.meaning());
      }
      if (outcome == Outcome.ASK_AGAIN) {
        report
            .askAgain()
            .forEach(
                (checkpoint, letters) ->
                    sentences.add(
                        "  ./craft request retry NEW_ID --checkpoint %s   (%s)"
                            .formatted(checkpoint, count(letters))));
      }
    }
    if (dryRun) {
      sentences.add("Nothing was written (--dry-run).");
    }
    return sentences;
  }

  private List<String> table(ReplayReport report) {
    List<Outcome> columns =
        Stream.of(Outcome.values())
            .filter(outcome -> outcome == Outcome.REPLAYED || report.count(outcome) > 0)
            .toList();
    List<List<String>> rows = new ArrayList<>();
    List<String> heading = new ArrayList<>(List.of("reason", "found"));
    columns.forEach(
        outcome ->
            heading.add(dryRun && outcome == Outcome.REPLAYED ? "to replay" : outcome.heading()));
    rows.add(heading);
    report
        .outcomes()
        .forEach((reason, outcomes) -> rows.add(row(Names.constant(reason), outcomes, columns)));
    if (report.outcomes().size() > 1) {
      Map<Outcome, Long> all =
          columns.stream().collect(Collectors.toMap(outcome -> outcome, report::count));
      rows.add(row("all", all, columns));
    }
    int[] widths = new int[heading.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static List<String> row(String name, Map<Outcome, Long> outcomes, List<Outcome> columns) {
    List<String> row = new ArrayList<>();
    row.add(name);
    row.add(count(outcomes.values().stream().mapToLong(Long::longValue).sum()));
    columns.forEach(outcome -> row.add(count(outcomes.getOrDefault(outcome, 0L))));
    return row;
  }

  private static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** The first column to the left, figures to the right. */
  private static String line(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String padding = " ".repeat(widths[i] - row.get(i).length());
      line.append(i == 0 ? row.get(i) + padding : "  " + padding + row.get(i));
    }
    return line.toString();
  }
}
