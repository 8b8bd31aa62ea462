package dev.craftstream.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.craftstream.client.JobMonitor;
import dev.craftstream.client.JobStatus;
import dev.craftstream.client.ProgressLine;
import dev.craftstream.client.StatusReader;
import dev.craftstream.client.Terminal;
import dev.craftstream.client.exchange.Names;
import dev.craftstream.client.report.Wording;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.model.ModelCheckpoint;
import dev.craftstream.v1.DatasetManifest;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./craft status}. */
@Command(
    name = "status",
    description = {
      "Says how far the job is: model time, model checkpoints, questions, labels, datasets, dead letters"
          + " and what it has still to read.",
      "It reads all of the job's topics, which takes a while where they are long."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Of a checkpoint's measurements those count that the topic knowledge still has; kafka.retention"
          + " says how long it keeps them. REHEARSAL is asked what is trained on, TUNED what is evaluated with,"
          + " INITIAL both. The lag is as of the newest Flink checkpoint.",
      "",
      "Examples:",
      "  ./craft status",
      "  ./craft status --flink http://localhost:8081",
      "  ./craft status --json | jq .model_time"
    })
final class StatusCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Option(
      names = "--flink",
      paramLabel = "URL",
      description =
          "Address of Flink's REST API, to ask the running job, too: which model time is complete, what"
              + " is in flight and what waits.")
  private URI flink;

  @Mixin private JobOptions job;

  /** A job that Flink has; without progress as long as it has reported none. */
  private record Present(String name, String state, Optional<JobMonitor.Progress> progress) {}

  @Override
  public Integer call() throws Exception {
    if (flink != null
        && (flink.getHost() == null || !"http|https".contains("" + flink.getScheme()))) {
      throw new ParameterException(
          spec.commandLine(),
          "--flink is " + flink + "; give an address such as http://localhost:8081.");
    }
    CurationSettings settings = job.settings();
    ProgressLine patience =
        new ProgressLine(Terminal.of(spec.commandLine().getErr()), System::nanoTime);
    JobStatus status;
    try {
      status =
          new StatusReader(settings.kafka(), settings.limits())
              .read(
                  (read, left) ->
                      patience.show(
                          () ->
                              String.format(
                                  Locale.ROOT,
                                  "  %,d records read, %,d left; %.0f s",
                                  read,
                                  left,
                                  patience.seconds())));
    } finally {
      patience.end();
    }
    List<Present> jobs = jobs();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(
          new GsonBuilder()
              .disableHtmlEscaping()
              .setPrettyPrinting()
              .create()
              .toJson(json(status, jobs)));
    } else {
      lines(status, jobs).forEach(out::println);
    }
    out.flush();
    return 0;
  }

  private List<Present> jobs() throws IOException {
    List<Present> jobs = new ArrayList<>();
    if (flink != null) {
      for (JobMonitor monitor : JobMonitor.present(flink)) {
        jobs.add(new Present(monitor.name(), monitor.state(), monitor.progress()));
      }
    }
    return jobs;
  }

  // For people.

  private List<String> lines(JobStatus status, List<Present> jobs) {
    List<String> lines = new ArrayList<>();
    lines.add(row("Model time", count(status.modelTime())));
    lines.add(row("Questions", count(status.allQuestions())));
    status
        .questions()
        .forEach(
            (task, byPurpose) ->
                lines.add(
                    row(
                        "  " + Wording.of(task),
                        byPurpose.entrySet().stream()
                            .map(entry -> count(entry.getValue()) + " to " + lower(entry.getKey()))
                            .collect(Collectors.joining(", ")))));
    lines.add(row("Live checkpoints", count(status.checkpoints().size())));
    for (JobStatus.Live live : status.checkpoints()) {
      ModelCheckpoint checkpoint = live.checkpoint();
      lines.add(
          row(
              "  " + checkpoint.id(),
              "%s, since model time %d, %s of %s measured"
                  .formatted(
                      checkpoint.role(),
                      checkpoint.announcedAt(),
                      count(live.measured()),
                      count(status.toMeasure(checkpoint.role())))));
    }
    lines.add(row("Labels", count(sum(status.labels()))));
    status
        .labels()
        .forEach(
            (label, byStage) ->
                lines.add(
                    row(
                        "  " + label,
                        byStage.entrySet().stream()
                            .map(entry -> count(entry.getValue()) + " " + lower(entry.getKey()))
                            .collect(Collectors.joining(", ")))));
    long complete = status.datasets().stream().filter(DatasetManifest::getComplete).count();
    lines.add(
        row(
            "Datasets",
            "%s complete, %s failed"
                .formatted(count(complete), count(status.datasets().size() - complete))));
    for (DatasetManifest manifest : status.datasets()) {
      lines.add(
          row(
              "  " + manifest.getDatasetId(),
              manifest.getComplete()
                  ? Names.kind(manifest.getKind()) + ", " + Names.task(manifest.getTask())
                  : "failed: " + manifest.getFailure()));
    }
    lines.add(
        row(
            "Dead letters",
            count(status.deadLetters().values().stream().mapToLong(Long::longValue).sum())));
    status.deadLetters().forEach((reason, n) -> lines.add(row("  " + reason, count(n))));
    lines.add(
        row(
            "Lag",
            status.lags().isEmpty()
                ? "unknown; the job has committed no offsets since it started"
                : status.lags().stream()
                    .map(lag -> lag.topic() + " " + count(lag.records()))
                    .collect(Collectors.joining(", "))));
    if (flink != null && jobs.isEmpty()) {
      lines.add(row("Job", "none at " + flink));
    }
    for (Present present : jobs) {
      lines.add(
          row(
              "Job " + present.name(),
              present.state()
                  + "; "
                  + present
                      .progress()
                      .map(StatusCommand::line)
                      .orElse("it has not reported how far it is")));
    }
    return lines;
  }

  private static String line(JobMonitor.Progress progress) {
    return "model time %s, complete up to %s; %s of %s questions miss an answer, %s in flight, %s announcements wait"
        .formatted(
            count(progress.modelTime()),
            count(progress.completeModelTime()),
            count(progress.backlog()),
            count(progress.questions()),
            count(progress.inFlight()),
            count(progress.waiting()));
  }

  private static String row(String name, String value) {
    return String.format(Locale.ROOT, "%-24s %s", name, value);
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String lower(Object name) {
    return name.toString().toLowerCase(Locale.ROOT);
  }

  private static long sum(Map<String, Map<String, Long>> counts) {
    return counts.values().stream()
        .flatMap(inner -> inner.values().stream())
        .mapToLong(Long::longValue)
        .sum();
  }

  // For programs.

  private JsonObject json(JobStatus status, List<Present> jobs) {
    JsonObject all = new JsonObject();
    all.addProperty("model_time", status.modelTime());
    JsonObject questions = new JsonObject();
    status.questions().forEach((task, counts) -> questions.add(task.name(), object(counts)));
    all.add("questions", questions);
    JsonArray checkpoints = new JsonArray();
    for (JobStatus.Live live : status.checkpoints()) {
      JsonObject checkpoint = new JsonObject();
      checkpoint.addProperty("checkpoint_id", live.checkpoint().id());
      checkpoint.addProperty("role", live.checkpoint().role().name());
      checkpoint.addProperty("base_checkpoint_id", live.checkpoint().baseId());
      checkpoint.addProperty("announced_at", live.checkpoint().announcedAt());
      checkpoint.addProperty("measured", live.measured());
      checkpoint.addProperty("to_measure", status.toMeasure(live.checkpoint().role()));
      checkpoints.add(checkpoint);
    }
    all.add("checkpoints", checkpoints);
    JsonObject labels = new JsonObject();
    status.labels().forEach((label, counts) -> labels.add(label, object(counts)));
    all.add("labels", labels);
    all.add("dead_letters", object(status.deadLetters()));
    JsonArray datasets = new JsonArray();
    for (DatasetManifest manifest : status.datasets()) {
      JsonObject dataset = new JsonObject();
      dataset.addProperty("dataset_id", manifest.getDatasetId());
      dataset.addProperty("kind", manifest.getKind().name());
      dataset.addProperty("task", manifest.getTask().name());
      dataset.addProperty("complete", manifest.getComplete());
      dataset.addProperty("failure", manifest.getFailure());
      datasets.add(dataset);
    }
    all.add("datasets", datasets);
    JsonObject lags = new JsonObject();
    status.lags().forEach(lag -> lags.addProperty(lag.topic(), lag.records()));
    all.add("lag", lags);
    if (flink != null) {
      JsonArray running = new JsonArray();
      for (Present present : jobs) {
        JsonObject one = new JsonObject();
        one.addProperty("job", present.name());
        one.addProperty("state", present.state());
        present
            .progress()
            .ifPresent(
                progress -> {
                  one.addProperty("model_time", progress.modelTime());
                  one.addProperty("complete_model_time", progress.completeModelTime());
                  one.addProperty("questions", progress.questions());
                  one.addProperty("backlog", progress.backlog());
                  one.addProperty("in_flight", progress.inFlight());
                  one.addProperty("waiting", progress.waiting());
                });
        running.add(one);
      }
      all.add("jobs", running);
    }
    return all;
  }

  private static JsonObject object(Map<?, Long> counts) {
    JsonObject object = new JsonObject();
    counts.forEach((name, n) -> object.addProperty(name.toString(), n));
    return object;
  }
}
