package dev.craftstream.cli.operate;

import dev.craftstream.cli.common.Commands;
import dev.craftstream.cli.common.JobOptions;
import dev.craftstream.client.ui.LivePage;
import dev.craftstream.config.CurationSettings;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./craft ui}. */
@Command(
    name = "ui",
    description = {
      "Serves a page to watch the job on, live: model checkpoints, sweeps with rates and time left,"
          + " what the model knows, labels over time, datasets, evaluations, dead letters and"
          + " trouble. Questions are found by id or words, with all that became of them.",
      "It reads all of the job's topics, and then what comes. Ctrl-C ends it."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "All questions are counted, 20 to 40 bytes for each and 4 more for each live model"
          + " checkpoint; pictures show a random sample. The search takes about 50 bytes a"
          + " question, its id and text, and 12 bytes for each record on it. The page asks no other"
          + " host for anything. Nobody has to log in: whoever reaches the address reads questions"
          + " and answers.",
      "",
      "Examples:",
      "  ./craft ui",
      "  ./craft ui --flink http://localhost:8081",
      "  ./craft ui --bind 0.0.0.0 --name watch.example.org --config my-job.yaml"
    })
public final class UiCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "" + LivePage.Options.PORT,
      description = "Where to listen; 0 for a free one. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description =
          "Address of this machine to listen at; 0.0.0.0 for all. Default: ${DEFAULT-VALUE}, which"
              + " only this machine reaches.")
  private String bind;

  @Option(
      names = "--name",
      paramLabel = "HOST",
      split = ",",
      description =
          "Name by which browsers may ask for the page, beside localhost and addresses. Others are"
              + " refused.")
  private Set<String> names = Set.of();

  @Option(
      names = "--clients",
      paramLabel = "N",
      defaultValue = "" + LivePage.Options.CLIENTS,
      description = "At most so many may follow the page at once. Default: ${DEFAULT-VALUE}.")
  private int clients;

  @Option(
      names = "--questions",
      paramLabel = "N",
      defaultValue = "" + LivePage.Options.SAMPLE,
      description =
          "At most so many questions are drawn in the pictures. Default: ${DEFAULT-VALUE}.")
  private int sample;

  @Option(
      names = "--index-memory",
      paramLabel = "MB",
      defaultValue = "" + LivePage.Options.INDEX_MEGABYTES,
      description =
          "What the search may take. What it has no room for is not found, and the page says so."
              + " Default: ${DEFAULT-VALUE}.")
  private int indexMegabytes;

  @Option(
      names = "--flink",
      paramLabel = "URL",
      description = "Address of Flink's REST API, to ask the running job, too.")
  private URI flink;

  @Mixin private JobOptions job;

  @Override
  public Integer call() throws Exception {
    Commands.requirePort(spec, "--port", port);
    Commands.requireAtLeast(spec, "--clients", clients, 1);
    Commands.requireAtLeast(spec, "--questions", sample, 1);
    Commands.requireHttp(spec, "--flink", flink);
    Commands.requireAtLeast(spec, "--index-memory", indexMegabytes, 1);
    CurationSettings settings = job.settings();
    LivePage.Options options =
        new LivePage.Options(
            new InetSocketAddress(bind, port), names, clients, sample, indexMegabytes, flink);
    try (LivePage page = new LivePage(settings.kafka(), settings.limits(), options)) {
      PrintWriter out = spec.commandLine().getOut();
      out.println("The page is at " + page.url() + " until Ctrl-C.");
      out.flush();
      new CountDownLatch(1).await();
    }
    return 0;
  }
}
