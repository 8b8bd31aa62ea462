package dev.craftstream.cli.local;

import dev.craftstream.cli.common.Commands;
import dev.craftstream.cli.common.Json;
import dev.craftstream.client.ProgressLine;
import dev.craftstream.embedded.Logs;
import dev.craftstream.embedded.Project;
import dev.craftstream.embedded.WorkFolder;
import dev.craftstream.embedded.bench.JobBench;
import dev.craftstream.embedded.bench.JobFigures;
import dev.craftstream.embedded.bench.LoadFigures;
import dev.craftstream.embedded.bench.LoadFigures.Percentiles;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./craft bench job}. */
@Command(
    name = "job",
    description = {
      "Measures the whole job, from Kafka to Kafka with a model in process that answers at once, beside bare"
          + " Flink jobs between the same topics, at-least-once output and one task instead of two; and what a"
          + " saturated model server does to Flink checkpoints and to new questions. Broker and Flink are the"
          + " command's own. Jobs take turns, and ratios are of the same round.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  ./craft bench job",
      "  ./craft bench job --questions 500000 --rounds 5 --json | jq '.jobs'"
    })
final class BenchJobCommand implements Callable<Integer> {
  /** A sweep at 3,200 answers a second has to outlast what is measured in it. */
  private static final int FEWEST = 100_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--questions",
      paramLabel = "N",
      defaultValue = "200000",
      description = "Questions for each job, at least 100000. Default: ${DEFAULT-VALUE}.")
  private int questions;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description =
          "How often everything is measured, after a round that warms up. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(names = "--json", description = "Print one JSON object instead of tables.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    Commands.requireAtLeast(spec, "--questions", questions, FEWEST);
    Commands.requireAtLeast(spec, "--rounds", rounds, 1);
    PrintWriter out = spec.commandLine().getOut();
    Project project = Project.here();
    try (WorkFolder work = WorkFolder.take(project.home().path().resolve("bench-job"));
        ProgressLine line = Commands.progressLine(spec)) {
      Files.createDirectories(work.logs());
      Logs.to(work.logs());
      JobBench.Result result =
          new JobBench(project, work)
              .run(new JobBench.Plan(questions, rounds), step -> line.show(() -> "  " + step));
      line.clear();
      if (json) {
        out.println(Json.line(result));
      } else {
        jobs(out, result);
        load(out, result.load());
      }
      out.flush();
    }
    return 0;
  }

  private static void jobs(PrintWriter out, JobBench.Result result) {
    out.printf(
        Locale.ROOT,
        "%nMedian [least to most] of %d rounds of %,d questions; broker and job share %d cores%n%n",
        result.rounds(),
        result.questions(),
        result.cores());
    String row = "%-28s  %-26s  %-26s  %-26s  %-20s  %-20s  %s%n";
    out.printf(
        row,
        "job",
        "new questions/s",
        "a processor second",
        "questions/s of a sweep",
        "craft-stream, times",
        "a processor second",
        "sweep");
    for (JobFigures job : result.jobs()) {
      boolean own = job == result.jobs().get(0);
      out.printf(
          row,
          job.job(),
          BenchCommand.whole(job.perSecond()),
          BenchCommand.whole(job.perProcessorSecond()),
          job.sweepPerSecond() == null ? "" : BenchCommand.whole(job.sweepPerSecond()),
          own ? "" : BenchCommand.ratio(job.ratio()),
          own ? "" : BenchCommand.ratio(job.processorRatio()),
          own ? "" : BenchCommand.ratio(job.sweepRatio()));
    }
  }

  private static void load(PrintWriter out, LoadFigures load) {
    out.printf(
        "%nA sweep saturates the server at %s answers/s; milliseconds: median, p99, most%n%n",
        BenchCommand.whole(load.answersPerSecond()));
    String row = "%-28s  %-22s  %-22s  %s%n";
    out.printf(row, "", "idle", "saturated", "times: median, p99");
    compare(
        out, row, "Flink checkpoint", load.idleFlinkCheckpoint(), load.saturatedFlinkCheckpoint());
    compare(
        out,
        row,
        "new question to its answer",
        load.idleFirstAnswer(),
        load.saturatedFirstAnswer());
  }

  private static void compare(
      PrintWriter out, String row, String what, Percentiles idle, Percentiles saturated) {
    out.printf(
        row,
        what,
        percentiles(idle),
        percentiles(saturated),
        String.format(
            Locale.ROOT,
            "%.2f  %.2f",
            saturated.median() / idle.median(),
            saturated.p99() / idle.p99()));
  }

  private static String percentiles(Percentiles these) {
    return String.format(
        Locale.ROOT,
        "%.0f  %.0f  %.0f (of %d)",
        these.median(),
        these.p99(),
        these.max(),
        these.count());
  }
}
