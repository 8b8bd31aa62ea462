package dev.craftstream.cli.local;

import dev.craftstream.cli.common.Commands;
import dev.craftstream.cli.common.Json;
import dev.craftstream.client.ProgressLine;
import dev.craftstream.client.Terminal;
import dev.craftstream.embedded.Logs;
import dev.craftstream.embedded.Project;
import dev.craftstream.embedded.WorkFolder;
import dev.craftstream.embedded.bench.Bench;
import dev.craftstream.embedded.bench.ClientFigures;
import dev.craftstream.embedded.bench.Spread;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./craft bench}. */
@Command(
    name = "bench",
    description = {
      "Measures what the job's client costs: questions a second, and a second of its processor time, beside"
          + " a client of a few lines (asyncio and tritonclient) that asks the same model and computes the"
          + " same. The model answers at once, so that the clients are the limit; it runs in a Triton of the"
          + " command's own. Clients take turns, and ratios are of the same round.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    subcommands = BenchJobCommand.class,
    footer = {
      "",
      "Examples:",
      "  ./craft bench",
      "  ./craft bench --in-flight 8,128 --rounds 5 --json | jq '.clients'",
      "  ./craft bench --peer mine='python3 my_client.py'",
      "  ./craft bench job"
    })
public final class BenchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      split = ",",
      defaultValue = "8,32,128",
      description = "Questions in flight. Default: ${DEFAULT-VALUE}.")
  private List<Integer> inFlight;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often everything is measured. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "5",
      description = "For each client, number in flight and round. Default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      defaultValue = "100000",
      description =
          "Questions that the job's client asks before the first measurement, in three minutes at most, so"
              + " that Java's compiler is done; 0 to measure it with that. Default: ${DEFAULT-VALUE}.")
  private long warmUp;

  @Option(
      names = "--peer",
      paramLabel = "NAME=COMMAND",
      description =
          "Another client. It gets HOST:PORT, the model, the number in flight and the seconds as its last"
              + " arguments, and prints a line of JSON with questions, seconds and processor_seconds.")
  private Map<String, String> peers = Map.of();

  @Option(names = "--json", description = "Print one JSON object instead of a table.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    inFlight.forEach(level -> Commands.requireAtLeast(spec, "--in-flight", level, 1));
    Commands.requireAtLeast(spec, "--rounds", rounds, 1);
    Commands.requireAtLeast(spec, "--seconds", seconds, 1);
    Commands.requireAtLeast(spec, "--warm-up", warmUp, 0);
    Map<String, List<String>> commands = new TreeMap<>();
    peers.forEach((name, command) -> commands.put(name, List.of(command.strip().split("\\s+"))));
    PrintWriter out = spec.commandLine().getOut();
    Project project = Project.here();
    Path folder = project.home().path().resolve("bench");
    try (WorkFolder work = WorkFolder.keep(folder);
        ProgressLine line = Commands.progressLine(spec)) {
      Files.createDirectories(work.logs());
      Logs.to(work.logs());
      Terminal terminal = json ? Terminal.of(spec.commandLine().getErr()) : Terminal.of(out);
      Bench.Result result =
          new Bench(project, work)
              .run(
                  new Bench.Plan(inFlight, rounds, Duration.ofSeconds(seconds), warmUp, commands),
                  terminal,
                  step -> line.show(() -> "  " + step));
      line.clear();
      if (json) {
        out.println(Json.line(result));
      } else {
        table(out, result);
      }
      out.flush();
    }
    return 0;
  }

  private static void table(PrintWriter out, Bench.Result result) {
    out.printf(
        Locale.ROOT,
        "%nMedian [least to most] of %d rounds of %.0f s; server and clients share %d cores%n%n",
        result.rounds(),
        result.seconds(),
        result.cores());
    out.printf(
        "%9s  %-14s  %-24s  %-24s  %-20s  %s%n",
        "in flight",
        "client",
        "questions/s",
        "a processor second",
        "we, times this",
        "a pr. second");
    for (ClientFigures client : result.clients()) {
      boolean own = client.client().equals(result.clients().get(0).client());
      out.printf(
          "%9d  %-14s  %-24s  %-24s  %-20s  %s%n",
          client.inFlight(),
          client.client(),
          whole(client.perSecond()),
          whole(client.perProcessorSecond()),
          own ? "" : ratio(client.ratio()),
          own ? "" : ratio(client.processorRatio()));
    }
  }

  static String whole(Spread spread) {
    return String.format(
        Locale.ROOT, "%,.0f [%,.0f to %,.0f]", spread.median(), spread.min(), spread.max());
  }

  static String ratio(Spread spread) {
    return String.format(
        Locale.ROOT, "%.2f [%.2f to %.2f]", spread.median(), spread.min(), spread.max());
  }
}
