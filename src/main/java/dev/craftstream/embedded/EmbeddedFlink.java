package dev.craftstream.embedded;

import dev.craftstream.client.JobMonitor;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.ExceptionUtils;

/**
 * A Flink cluster within this JVM: one job manager with its web UI and one task manager. It runs
 * with the configuration that a real cluster would have, changed in nothing but addresses, folders
 * and how often Flink checkpoints are taken.
 */
public final class EmbeddedFlink implements AutoCloseable {
  private static final String ADDRESS = "127.0.0.1";
  private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(2);

  private final Configuration configuration;
  private final MiniCluster cluster;
  private final URI webUi;

  private EmbeddedFlink(Configuration configuration, MiniCluster cluster, URI webUi) {
    this.configuration = configuration;
    this.cluster = cluster;
    this.webUi = webUi;
  }

  /**
   * Starts a cluster and waits until it takes jobs.
   *
   * @param flinkConfiguration folder with {@code config.yaml}
   * @param folder for Flink checkpoints and working files
   * @param port of the web UI
   */
  public static EmbeddedFlink start(Path flinkConfiguration, Path folder, int port)
      throws IOException {
    return start(flinkConfiguration, folder, port, Map.of());
  }

  /**
   * The same with options of Flink's.
   *
   * @param options win over those of the folder and of this class
   */
  public static EmbeddedFlink start(
      Path flinkConfiguration, Path folder, int port, Map<String, String> options)
      throws IOException {
    Configuration configuration =
        GlobalConfiguration.loadConfiguration(flinkConfiguration.toString());
    embed(configuration, folder.toAbsolutePath(), port);
    configuration.addAll(Configuration.fromMap(options));
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(configuration.get(TaskManagerOptions.NUM_TASK_SLOTS))
                .build());
    try {
      cluster.start();
      URI rest = cluster.getRestAddress().get();
      return new EmbeddedFlink(
          configuration, cluster, URI.create("http://localhost:" + rest.getPort()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Starting Flink was interrupted.", e);
    } catch (Exception e) {
      var unused = cluster.closeAsync();
      throw new IOException("Flink could not be started: " + reason(e), e);
    }
  }

  private static void embed(Configuration configuration, Path folder, int port) {
    configuration.set(JobManagerOptions.ADDRESS, ADDRESS);
    configuration.set(JobManagerOptions.BIND_HOST, ADDRESS);
    configuration.set(TaskManagerOptions.BIND_HOST, ADDRESS);
    configuration.set(RestOptions.ADDRESS, ADDRESS);
    configuration.set(RestOptions.BIND_ADDRESS, ADDRESS);
    configuration.set(RestOptions.PORT, port);
    configuration.set(RestOptions.BIND_PORT, Integer.toString(port));
    // One process has no other to hand the job over to.
    configuration.set(HighAvailabilityOptions.HA_MODE, "NONE");
    // The reporter's jar and its port belong to a cluster.
    configuration.removeConfig(MetricOptions.REPORTERS_LIST);
    configuration.set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Duration.ofSeconds(1));
    configuration.set(CoreOptions.TMP_DIRS, folder.resolve("tmp").toString());
    configuration.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        folder.resolve("checkpoints").toUri().toString());
    configuration.set(
        CheckpointingOptions.SAVEPOINT_DIRECTORY, folder.resolve("savepoints").toUri().toString());
    configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, CHECKPOINT_INTERVAL);
    configuration.set(CheckpointingOptions.MIN_PAUSE_BETWEEN_CHECKPOINTS, Duration.ofSeconds(1));
  }

  /**
   * An environment to define a job in, of this cluster's configuration. The job goes on from the
   * newest Flink checkpoint that lies in the cluster's folder; without one it begins.
   */
  public StreamExecutionEnvironment environment() throws IOException {
    Configuration all = new Configuration(configuration);
    Optional<Path> newest = newestFlinkCheckpoint();
    if (newest.isPresent()) {
      all.set(StateRecoveryOptions.SAVEPOINT_PATH, newest.get().toUri().toString());
      all.set(StateRecoveryOptions.RESTORE_MODE, RecoveryClaimMode.CLAIM);
    }
    return StreamExecutionEnvironment.getExecutionEnvironment(all);
  }

  /**
   * An environment to define a job in that begins without state.
   *
   * @param options win over the cluster's
   */
  public StreamExecutionEnvironment emptyEnvironment(Map<String, String> options) {
    Configuration all = new Configuration(configuration);
    all.addAll(Configuration.fromMap(options));
    return StreamExecutionEnvironment.getExecutionEnvironment(all);
  }

  /** The folder of the newest one that is whole: its metadata is written last. */
  private Optional<Path> newestFlinkCheckpoint() throws IOException {
    Path all = Path.of(URI.create(configuration.get(CheckpointingOptions.CHECKPOINTS_DIRECTORY)));
    if (!Files.isDirectory(all)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.find(all, 3, (file, any) -> file.endsWith("_metadata"))) {
      return files
          .max(Comparator.comparingLong(file -> file.toFile().lastModified()))
          .map(Path::getParent);
    }
  }

  /** How many parallel tasks a stage has. */
  public int parallelism() {
    return configuration.get(CoreOptions.DEFAULT_PARALLELISM);
  }

  /** How often Flink checkpoints are taken, and with them output committed. */
  public Duration checkpointInterval() {
    return CHECKPOINT_INTERVAL;
  }

  /** Starts the job that was defined in {@link #environment}. */
  public JobMonitor submit(StreamExecutionEnvironment environment, String name) throws IOException {
    StreamGraph graph = environment.getStreamGraph();
    graph.setJobName(name);
    try {
      JobID job = cluster.submitJob(graph.getJobGraph()).get().getJobID();
      return new JobMonitor(webUi, job.toHexString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Starting the job was interrupted.", e);
    } catch (ExecutionException e) {
      throw new IOException("The job could not be started: " + reason(e), e);
    }
  }

  /** Ends all jobs; returns when they have ended. */
  public void cancelAll() throws IOException {
    try {
      for (JobStatusMessage job : cluster.listJobs().get()) {
        if (!job.getJobState().isGloballyTerminalState()) {
          cluster.cancelJob(job.getJobId()).get();
          cluster.requestJobResult(job.getJobId()).get();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Ending the jobs was interrupted.", e);
    } catch (ExecutionException e) {
      throw new IOException("The jobs could not be ended: " + reason(e), e);
    }
  }

  /** Address of the web UI and the REST API. */
  public URI webUi() {
    return webUi;
  }

  @Override
  public void close() throws IOException {
    try {
      cluster.close();
    } catch (Exception e) {
      throw new IOException("Flink could not be stopped: " + reason(e), e);
    }
  }

  private static String reason(Throwable failure) {
    Throwable root = ExceptionUtils.stripExecutionException(failure);
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }
}
