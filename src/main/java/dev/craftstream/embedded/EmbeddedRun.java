package dev.craftstream.embedded;

import dev.craftstream.CurationJob;
import dev.craftstream.client.Terminal;
import dev.craftstream.client.report.Wording;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.topics.kafka.TopicAdmin;
import java.io.IOException;
import java.time.Duration;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Broker, model server, Flink and the curation job on this machine. A broker or model server that
 * dies on the way is brought back by {@link #watch}, and the job goes on. With a work folder that
 * was kept, all goes on from what lies there. Ctrl-C and {@link #close} stop everything, the last
 * first.
 */
public final class EmbeddedRun implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRun.class);
  private static final Duration JOB_START = Duration.ofSeconds(60);

  private final Project project;
  private final WorkFolder work;
  private final Terminal terminal;
  private final RunSetUp setUp;
  private final Phases phases;
  private final EmbeddedServers servers;
  private final Thread shutdownHook = new Thread(this::stopChildren, "stop-run");
  private EmbeddedJob job;
  private CurationSettings settings;
  private volatile boolean stopping;

  public EmbeddedRun(Project project, WorkFolder work, Terminal terminal, RunSetUp setUp) {
    this.project = project;
    this.work = work;
    this.terminal = terminal;
    this.setUp = setUp;
    this.phases = new Phases(terminal);
    this.servers = new EmbeddedServers(project, work, terminal, phases, setUp);
    Runtime.getRuntime().addShutdownHook(shutdownHook);
  }

  /** Makes the model server's Python environment, or finds it made. */
  public PythonEnvironment pythonEnvironment() throws Exception {
    return servers.pythonEnvironment();
  }

  /** Starts everything; returns when the job runs. */
  public void start(PythonEnvironment python) throws Exception {
    servers.startBroker();
    servers.startTriton(python);
    servers.startFlink();
    startJob();
  }

  private void startJob() throws Exception {
    long start = phases.begin("Job");
    Configuration all =
        EmbeddedOptions.of(
            project,
            setUp.resources(),
            setUp.options(),
            servers.broker().bootstrapServers(),
            servers.triton().endpoint());
    settings = CurationSettings.of(all);
    EmbeddedOptions.write(all, work.options());
    new TopicAdmin(settings.kafka()).prepare();
    StreamExecutionEnvironment environment = servers.flink().environment();
    CurationJob.define(environment, settings);
    job = new EmbeddedJob(servers.flink().submit(environment, "craft-stream"));
    long deadline = System.nanoTime() + JOB_START.toNanos();
    while (!job.allTasksRun()) {
      job.requireAlive();
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "The job does not run after "
                + Wording.of(JOB_START)
                + ". Its last failure: "
                + job.newestFailure());
      }
      Thread.sleep(100);
    }
    phases.end(
        "Job",
        start,
        "%d requests in flight, Flink checkpoints every %d s"
            .formatted(requestsInFlight(), servers.flink().checkpointInterval().toSeconds()));
  }

  /** The job's settings, with the addresses of its servers. */
  public CurationSettings settings() {
    return settings;
  }

  public EmbeddedServers servers() {
    return servers;
  }

  public EmbeddedJob job() {
    return job;
  }

  /** How long each part took. */
  public Phases phases() {
    return phases;
  }

  /** How many requests the job may have in flight. */
  public int requestsInFlight() {
    return settings.tracker().requestsInFlight() * servers.flink().parallelism();
  }

  /**
   * Brings back what has ended.
   *
   * @return why the job restarts, as one line; empty where it does not
   * @throws IOException with a sentence, where that was done too often, or the job has ended
   */
  public String watch() throws Exception {
    servers.restartWhatEnded();
    return job.requireAlive();
  }

  /** Whether the run is being ended. */
  public boolean isStopping() {
    return stopping;
  }

  /** On Ctrl-C. Broker and server have hooks of their own, pip and whatever else has not. */
  private void stopChildren() {
    stopping = true;
    servers.stopRestarting();
    terminal.line("");
    terminal.line("Stopping ...");
    ProcessHandle.current().children().forEach(ProcessHandle::destroy);
  }

  @Override
  public void close() {
    if (stopping) {
      return;
    }
    stopping = true;
    servers.close();
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      LOG.debug("The JVM ends; its hook runs.", e);
    }
  }
}
