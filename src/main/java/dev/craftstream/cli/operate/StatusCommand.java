package dev.craftstream.cli.operate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.craftstream.cli.common.Commands;
import dev.craftstream.cli.common.JobOptions;
import dev.craftstream.cli.common.Json;
import dev.craftstream.client.JobMonitor;
import dev.craftstream.client.JobStatus;
import dev.craftstream.client.ProgressLine;
import dev.craftstream.client.StatusReader;
import dev.craftstream.client.exchange.Names;
import dev.craftstream.client.report.Wording;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.model.Cost;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
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
import picocli.CommandLine.Spec;

/** {@code ./craft status}. */
@Command(
    name = "status",
    description = {
      "Says how far the job is: model time, model checkpoints, questions, labels, datasets, dead"
          + " letters and what it has still to read.",
      "It reads all of the job's topics, which takes a while where they are long."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Of a checkpoint's measurements those count that the topic knowledge still has;"
          + " kafka.retention says how long it keeps them. REHEARSAL is asked what is trained on,"
          + " TUNED what is evaluated with, INITIAL both. The lag is as of the newest Flink"
          + " checkpoint. A checkpoint's cost is what asking it for these measurements, and for what"
          + " was given up, has cost in requests and, where its server tells them, in tokens.",
      "",
      "Examples:",
      "  ./craft status",
      "  ./craft status --flink http://localhost:8081",
      "  ./craft status --json | jq .model_time"
    })
public final class StatusCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Option(
      names = "--flink",
      paramLabel = "URL",
      description =
          "Address of Flink's REST API, to ask the running job, too: which model time is complete,"
              + " what is in flight and what waits.")
  private URI flink;

  @Mixin private JobOptions job;

  /** A job that Flink has; without progress as long as it has reported none. */
  private record Present(
      String name, String state, Optional<JobMonitor.Progress> progress, List<String> paused) {}

  @Override
  public Integer call() throws Exception {
    Commands.requireHttp(spec, "--flink", flink);
    CurationSettings settings = job.settings();
    JobStatus status;
    try (ProgressLine progress = Commands.progressLine(spec)) {
      status = new StatusReader(settings.kafka(), settings.limits()).read(progress::showRecords);
    }
    List<Present> jobs = jobs(status);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.pretty(json(status, jobs)));
    } else {
      lines(status, jobs).forEach(out::println);
    }
    out.flush();
    return 0;
  }

  private List<Present> jobs(JobStatus status) throws IOException {
    List<Present> jobs = new ArrayList<>();
    if (flink != null) {
      List<String> live = status.checkpoints().stream().map(its -> its.checkpoint().id()).toList();
      for (JobMonitor monitor : JobMonitor.present(flink)) {
        jobs.add(
            new Present(monitor.name(), monitor.state(), monitor.progress(), monitor.paused(live)));
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
      live.cost().ifPresent(cost -> lines.add(row("    cost", line(cost))));
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
      if (!present.paused().isEmpty()) {
        lines.add(
            row(
                "  paused",
                String.join(", ", present.paused())
                    + ": at the ceiling of what a checkpoint may cost; to go on, ./craft request go-on"
                    + " NEW_ID --checkpoint ID"));
      }
    }
    return lines;
  }

  private static String line(Cost cost) {
    String requests = count(cost.requests()) + " requests";
    if (!cost.hasTokens()) {
      return requests + "; their tokens are not told";
    }
    String tokens =
        "%s prompt tokens, %s generated"
            .formatted(count(cost.promptTokens()), count(cost.generatedTokens()));
    return requests
        + (cost.requestsWithTokens() == cost.requests()
            ? ", "
            : "; %s of them told their tokens: ".formatted(count(cost.requestsWithTokens())))
        + tokens;
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

  private ObjectNode json(JobStatus status, List<Present> jobs) {
    ObjectNode all = Json.object();
    all.put("model_time", status.modelTime());
    ObjectNode questions = all.putObject("questions");
    status.questions().forEach((task, counts) -> questions.set(task.name(), object(counts)));
    ArrayNode checkpoints = all.putArray("checkpoints");
    for (JobStatus.Live live : status.checkpoints()) {
      ObjectNode checkpoint = checkpoints.addObject();
      checkpoint.put("checkpoint_id", live.checkpoint().id());
      checkpoint.put("role", live.checkpoint().role().name());
      checkpoint.put("base_checkpoint_id", live.checkpoint().baseId());
      checkpoint.put("announced_at", live.checkpoint().announcedAt());
      checkpoint.put("measured", live.measured());
      checkpoint.put("to_measure", status.toMeasure(live.checkpoint().role()));
      live.cost().ifPresent(cost -> put(cost, checkpoint.putObject("cost")));
    }
    ObjectNode labels = all.putObject("labels");
    status.labels().forEach((label, counts) -> labels.set(label, object(counts)));
    all.set("dead_letters", object(status.deadLetters()));
    ArrayNode datasets = all.putArray("datasets");
    for (DatasetManifest manifest : status.datasets()) {
      ObjectNode dataset = datasets.addObject();
      dataset.put("dataset_id", manifest.getDatasetId());
      dataset.put("kind", manifest.getKind().name());
      dataset.put("task", manifest.getTask().name());
      dataset.put("complete", manifest.getComplete());
      dataset.put("failure", manifest.getFailure());
    }
    ObjectNode lags = all.putObject("lag");
    status.lags().forEach(lag -> lags.put(lag.topic(), lag.records()));
    if (flink != null) {
      ArrayNode running = all.putArray("jobs");
      for (Present present : jobs) {
        ObjectNode one = running.addObject();
        one.put("job", present.name());
        one.put("state", present.state());
        ArrayNode paused = one.putArray("paused_checkpoints");
        present.paused().forEach(paused::add);
        present
            .progress()
            .ifPresent(
                progress -> {
                  one.put("model_time", progress.modelTime());
                  one.put("complete_model_time", progress.completeModelTime());
                  one.put("questions", progress.questions());
                  one.put("backlog", progress.backlog());
                  one.put("in_flight", progress.inFlight());
                  one.put("waiting", progress.waiting());
                });
      }
    }
    return all;
  }

  /** Tokens are left out where nothing is known of them. */
  private static void put(Cost cost, ObjectNode object) {
    object.put("requests", cost.requests());
    object.put("requests_with_tokens", cost.requestsWithTokens());
    if (cost.hasTokens()) {
      object.put("prompt_tokens", cost.promptTokens());
      object.put("generated_tokens", cost.generatedTokens());
    }
  }

  private static ObjectNode object(Map<?, Long> counts) {
    ObjectNode object = Json.object();
    counts.forEach((name, n) -> object.put(name.toString(), n));
    return object;
  }
}
