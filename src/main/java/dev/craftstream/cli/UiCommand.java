package dev.craftstream.cli;

import dev.craftstream.client.ui.UiServer;
import dev.craftstream.client.ui.View;
import dev.craftstream.client.watch.FlinkWatch;
import dev.craftstream.client.watch.TopicFollower;
import dev.craftstream.client.watch.Watch;
import dev.craftstream.config.CurationSettings;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
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
          + " trouble.",
      "It reads all of the job's topics, and then what comes. Ctrl-C ends it."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "All questions are counted, about 20 bytes for each and 4 more for each live model"
          + " checkpoint; pictures show a random sample. The page asks no other host for anything."
          + " Nobody has to log in: whoever reaches the address reads questions and answers.",
      "",
      "Examples:",
      "  ./craft ui",
      "  ./craft ui --flink http://localhost:8081",
      "  ./craft ui --bind 0.0.0.0 --name watch.example.org --config my-job.yaml"
    })
final class UiCommand implements Callable<Integer> {
  /** Beside Flink's 8081. */
  static final int PORT = 8085;

  @Spec private CommandSpec spec;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "" + PORT,
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
      defaultValue = "16",
      description = "At most so many may follow the page at once. Default: ${DEFAULT-VALUE}.")
  private int clients;

  @Option(
      names = "--questions",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "At most so many questions are drawn in the pictures. Default: ${DEFAULT-VALUE}.")
  private int sample;

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
    CurationSettings settings = job.settings();
    Watch watch = new Watch(settings.kafka(), sample);
    FlinkWatch jobs = flink == null ? null : new FlinkWatch(flink);
    try (TopicFollower follower = new TopicFollower(settings.kafka(), settings.limits(), watch);
        UiServer server =
            new UiServer(
                new View(
                    settings.kafka().bootstrapServers(),
                    watch,
                    follower::position,
                    jobs == null ? null : jobs::state,
                    Clock.systemDefaultZone()),
                new InetSocketAddress(bind, port),
                names,
                clients)) {
      follower.start();
      if (jobs != null) {
        jobs.start();
      }
      server.start();
      PrintWriter out = spec.commandLine().getOut();
      out.println("The page is at " + server.url() + " until Ctrl-C.");
      out.flush();
      new CountDownLatch(1).await();
    }
    return 0;
  }
}
