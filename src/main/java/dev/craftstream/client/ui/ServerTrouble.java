package dev.craftstream.client.ui;

import dev.craftstream.client.JobMonitor;
import dev.craftstream.client.report.Wording;
import dev.craftstream.client.watch.FlinkWatch;
import dev.craftstream.client.watch.Sweep;
import dev.craftstream.client.watch.TopicFollower;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the topics and Flink say of the servers: Kafka, the job and the model servers. */
final class ServerTrouble {
  private static final Duration SILENCE = Duration.ofMinutes(2);

  private final View view;
  private final Times times;

  /**
   * Something that was found.
   *
   * @param style {@code good}, {@code bad} or {@code unknown}
   */
  public record Finding(String style, String what, String sentence) {}

  /**
   * How far the topics are read.
   *
   * @param style {@code good}, {@code bad} or {@code unknown}
   * @param share of what was there when it was looked, 0 to 1; below 0 where there is nothing to
   *     show
   */
  public record Reading(String style, String sentence, double share) {}

  ServerTrouble(View view, Times times) {
    this.view = view;
    this.times = times;
  }

  Reading reading() {
    TopicFollower.Position at = view.position().get();
    if (!at.trouble().isEmpty()) {
      return new Reading(
          "bad",
          "%s, since %s. The page shows what was read before."
              .formatted(at.trouble(), times.second(at.troubleSince())),
          -1);
    }
    String left =
        at.unreadable() == 0
            ? ""
            : " %s could not be read and are left out.".formatted(Wording.count(at.unreadable()));
    if (at.left() < 0) {
      return new Reading("unknown", "Reading the topics.", 0);
    }
    if (at.left() > Math.max(1_000, at.read() / 20)) {
      return new Reading(
          "unknown",
          "Reading what the topics hold: %s records read, %s left.%s"
              .formatted(Wording.count(at.read()), Wording.count(at.left()), left),
          at.read() / (double) (at.read() + at.left()));
    }
    return new Reading(
        at.unreadable() == 0 ? "good" : "bad",
        "%s records read.%s".formatted(Wording.count(at.read()), left),
        -1);
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    TopicFollower.Position at = view.position().get();
    findings.add(
        at.trouble().isEmpty()
            ? new Finding("good", "Kafka", "answers.")
            : new Finding(
                "bad", "Kafka", at.trouble() + ", since " + times.second(at.troubleSince()) + "."));
    if (view.flink() != null) {
      flink(view.flink().get(), findings);
    }
    silence(findings);
    return findings;
  }

  private static void flink(FlinkWatch.State flink, List<Finding> findings) {
    if (!flink.trouble().isEmpty()) {
      findings.add(new Finding("bad", "Flink", flink.trouble()));
      return;
    }
    if (flink.asked() == 0) {
      findings.add(new Finding("unknown", "Flink", "is being asked."));
      return;
    }
    if (flink.jobs().isEmpty()) {
      findings.add(new Finding("bad", "Flink", "has no curation job that runs."));
    }
    for (FlinkWatch.Job job : flink.jobs()) {
      boolean runs = job.state().equals("RUNNING");
      findings.add(
          new Finding(
              runs ? "good" : "bad",
              "Job " + job.name(),
              "is %s%s"
                  .formatted(
                      job.state(), job.progress().map(p -> "; " + progress(p)).orElse("."))));
      if (job.failing()) {
        findings.add(
            new Finding(
                "bad",
                "Model servers",
                "do not answer all requests: attempts failed since the job was asked before. They"
                    + " are made again."));
      }
      if (!runs && !job.newestFailure().isEmpty()) {
        findings.add(new Finding("bad", "Newest failure", job.newestFailure()));
      }
    }
  }

  private static String progress(JobMonitor.Progress progress) {
    return "%s of %s questions miss an answer, %s requests in flight, %s announcements wait for their server."
        .formatted(
            Wording.count(progress.backlog()),
            Wording.count(progress.questions()),
            Wording.count(progress.inFlight()),
            Wording.count(progress.waiting()));
  }

  /** A sweep in which nothing has come for long. */
  private void silence(List<Finding> findings) {
    for (Sweep sweep : view.watch().sweeps(times.now())) {
      long since = Math.max(sweep.announced(), sweep.newestAnswer());
      if (sweep.left() > 0 && times.now() - since > SILENCE.toMillis()) {
        findings.add(
            new Finding(
                "bad",
                sweep.checkpoint().id(),
                "has %s questions left, and no answer was committed for %s. Look at its server, %s, and at the job."
                    .formatted(
                        Wording.count(sweep.left()),
                        Times.roughly(Duration.ofMillis(times.now() - since)),
                        sweep.checkpoint().serving().shown())));
      }
    }
  }
}
