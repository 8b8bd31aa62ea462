package dev.craftstream.client.watch;

import dev.craftstream.client.JobMonitor;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks Flink's REST API every few seconds how its curation jobs are. */
public final class FlinkWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FlinkWatch.class);
  private static final int SECONDS = 5;

  private final URI rest;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "flink-watch");
            thread.setDaemon(true);
            return thread;
          });
  private volatile State state = new State(0, List.of(), "");
  private volatile long failedBefore = -1;

  /**
   * A job that has not ended.
   *
   * @param state Flink's word for it, such as RUNNING
   * @param progress empty until it has reported its metrics
   * @param failing whether attempts at the model servers have failed since it was asked before
   * @param newestFailure as one line; empty where there was none
   */
  public record Job(
      String name,
      String state,
      Optional<JobMonitor.Progress> progress,
      boolean failing,
      String newestFailure) {}

  /**
   * How they are.
   *
   * @param asked how often Flink was asked
   * @param trouble why nothing is known of them, as a sentence; empty where it is
   */
  public record State(long asked, List<Job> jobs, String trouble) {}

  public FlinkWatch(URI rest) {
    this.rest = rest;
  }

  public void start() {
    timer.scheduleWithFixedDelay(this::ask, 0, SECONDS, TimeUnit.SECONDS);
  }

  public State state() {
    return state;
  }

  private void ask() {
    long asked = state.asked + 1;
    try {
      List<Job> jobs = new ArrayList<>();
      for (JobMonitor monitor : JobMonitor.present(rest)) {
        jobs.add(job(monitor));
      }
      state = new State(asked, List.copyOf(jobs), "");
    } catch (IOException e) {
      state = new State(asked, List.of(), e.getMessage());
    } catch (RuntimeException e) {
      LOG.warn("Asking Flink failed", e);
      state = new State(asked, List.of(), "Asking Flink at " + rest + " failed: " + e.getMessage());
    }
  }

  private Job job(JobMonitor monitor) throws IOException {
    Optional<JobMonitor.Tracker> tracker = monitor.tracker();
    long failed = tracker.map(JobMonitor.Tracker::failed).orElse(-1L);
    boolean failing = failedBefore >= 0 && failed > failedBefore;
    failedBefore = failed;
    return new Job(
        monitor.name(), monitor.state(), monitor.progress(), failing, monitor.newestFailure());
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
