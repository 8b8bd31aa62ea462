package dev.craftstream.embedded;

import dev.craftstream.client.JobMonitor;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The job of an embedded run. What Flink's REST API does not answer is logged, and asked again. */
public final class EmbeddedJob {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedJob.class);

  private final JobMonitor job;

  EmbeddedJob(JobMonitor job) {
    this.job = job;
  }

  /** The REST API answers late on a busy machine; the next look will do. */
  public Optional<JobMonitor.Tracker> tracker() {
    try {
      return job.tracker();
    } catch (IOException e) {
      LOG.warn("Flink's REST API did not tell the tracker's metrics", e);
      return Optional.empty();
    }
  }

  /**
   * Why the job restarts, as one line; empty where it does not.
   *
   * @throws IOException with a sentence, where the job has ended
   */
  public String requireAlive() throws IOException {
    String state;
    try {
      state = job.state();
    } catch (IOException e) {
      LOG.warn("Flink's REST API did not tell the job's state", e);
      return "";
    }
    return switch (state) {
      case "FAILED", "CANCELED", "SUSPENDED", "FINISHED" ->
          throw new IOException(
              "The job ended (%s). Its last failure: %s".formatted(state, newestFailure()));
      case "RESTARTING", "FAILING" -> {
        String failure = "The job restarts: " + newestFailure();
        yield failure.length() > 100 ? failure.substring(0, 99) + "…" : failure;
      }
      default -> "";
    };
  }

  boolean allTasksRun() {
    try {
      return job.allTasksRun();
    } catch (IOException e) {
      LOG.warn("Flink's REST API did not tell the tasks' states", e);
      return false;
    }
  }

  String newestFailure() {
    try {
      return job.newestFailure();
    } catch (IOException e) {
      LOG.warn("Flink's REST API did not tell the job's newest failure", e);
      return "unknown, for Flink's REST API did not tell it";
    }
  }
}
