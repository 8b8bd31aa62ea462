package dev.craftstream.cli.local;

import dev.craftstream.cli.common.Commands;
import dev.craftstream.cli.common.JobOptions;
import dev.craftstream.client.ProgressLine;
import dev.craftstream.client.evidence.SampleSource;
import dev.craftstream.embedded.Folders;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.triton.recorded.RecordedAnswers;
import dev.craftstream.triton.recorded.ReplayServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./craft replay-server}. */
@Command(
    name = "replay-server",
    description = {
      "Answers as Triton from recorded samples: a job whose triton.endpoints name this server curates anew,"
          + " by another rule of correctness, another certainty, other thresholds or another strategy, and"
          + " no model is asked. The samples come from the topic samples, which the job writes with"
          + " samples.enabled, or from files of it.",
      "What was not recorded is refused, and becomes a dead letter that says why. The command runs until it"
          + " is ended."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  ./craft replay-server",
      "  ./craft consume samples --values-only | zstd > samples.jsonl.zst",
      "  ./craft replay-server --file samples.jsonl.zst --port 9001"
    })
public final class ReplayServerCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private JobOptions job;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description =
          "Take the samples from this file, as ./craft consume samples writes it, plain or compressed by"
              + " gzip or zstd; may be repeated. Default: the topic.")
  private List<Path> files = List.of();

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description =
          "Where to listen; 0.0.0.0 for all of the machine's addresses. Whoever reaches it can read what"
              + " the model said. Default: ${DEFAULT-VALUE}.")
  private String host;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8001",
      description = "0 for a free one. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--index",
      paramLabel = "FOLDER",
      description =
          "Where the samples are put in order, on a disk with room for all of them; emptied at the end."
              + " Default: a folder for temporary files.")
  private Path folder;

  @Override
  public Integer call() throws Exception {
    Commands.requirePort(spec, "--port", port);
    KafkaSettings kafka = job.kafka();
    Path index =
        folder == null
            ? Files.createTempDirectory("craft-replay-server")
            : Files.createTempDirectory(Files.createDirectories(folder), "samples");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(index), "replay-server-index"));
    try (RecordedAnswers recorded = RecordedAnswers.in(index.resolve("index"))) {
      read(kafka, recorded);
      try (ReplayServer server = ReplayServer.start(recorded, host, port)) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(
            "Answers as Triton at %s:%d; set triton.endpoints to it. Ctrl-C ends it."
                .formatted(host, server.port()));
        out.flush();
        server.await();
      }
    } finally {
      delete(index);
    }
    return 0;
  }

  private void read(KafkaSettings kafka, RecordedAnswers recorded) throws IOException {
    SampleSource samples = new SampleSource((record, evidence) -> recorded.add(evidence));
    try (ProgressLine line = Commands.progressLine(spec)) {
      if (files.isEmpty()) {
        samples.readTopic(
            kafka,
            (read, left) ->
                line.show(
                    () ->
                        String.format(
                            Locale.ROOT, "  %,d records read, %,d are left", read, left)));
      }
      for (Path file : files) {
        line.show(() -> "  reading " + file);
        samples.readFile(file);
      }
    }
    String source =
        files.isEmpty()
            ? kafka.topics().samples()
            : files.stream().map(Path::toString).toList().toString();
    if (samples.read() == 0) {
      throw new IllegalStateException(
          "There is no recorded sample in %s. The job writes them where samples.enabled is true."
              .formatted(source));
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        String.format(
            Locale.ROOT,
            "%,d measurements of %s%s.",
            samples.read(),
            source,
            samples.leftOut() == 0
                ? ""
                : String.format(
                    Locale.ROOT,
                    "; %,d were too large to be recorded (samples.max-record)",
                    samples.leftOut())));
    recorded.servings().stream()
        .map(serving -> "  " + serving.shown() + " (" + serving.contract() + ")")
        .distinct()
        .sorted()
        .forEach(out::println);
    recorded
        .judges()
        .forEach(
            judge ->
                out.println(
                    "  "
                        + judge.name()
                        + (judge.version().isEmpty() ? "" : " version " + judge.version())
                        + " (judge)"));
  }

  private static void delete(Path folder) {
    try {
      Folders.delete(folder);
    } catch (IOException e) {
      // It is a folder for temporary files; whoever cleans these up takes it along.
    }
  }
}
