package dev.craftstream.torture;

import dev.craftstream.config.ConfigurationFile;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.embedded.ChildProcess;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.embedded.TritonServer;
import dev.craftstream.testing.Standstill;
import dev.craftstream.testing.TritonServerExtension;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.torture.Schedule.Planned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.configuration.Configuration;

/**
 * All the processes of a run, with the job on them, and ways to hurt them. What is killed is
 * started again as a supervisor would; nothing else is done for the job.
 */
final class Cluster implements AutoCloseable {
  private static final Path JAR = Path.of("target/craft-stream.jar");

  private static final String REQUESTS_IN_FLIGHT = "tracker.requests-in-flight";
  private static final Duration STOP_TIMEOUT = Duration.ofMinutes(2);

  /** Longer than the job's main method waits for a broker's answer. */
  private static final Duration BROKER_COMES_LAST = Duration.ofSeconds(55);

  private final Path folder;
  private final KafkaBroker broker;
  private final TcpProxy proxy;
  private final FlinkCluster flink;
  private final KafkaSettings kafka;
  private TritonServer triton;

  private Cluster(
      Path folder,
      KafkaBroker broker,
      TritonServer triton,
      TcpProxy proxy,
      FlinkCluster flink,
      KafkaSettings kafka) {
    this.folder = folder;
    this.broker = broker;
    this.triton = triton;
    this.proxy = proxy;
    this.flink = flink;
    this.kafka = kafka;
  }

  /**
   * Starts everything, and returns when the job runs.
   *
   * @param folder for logs and data; empty
   * @param latency how long the model takes for an answer
   * @param options the job's, on top of {@code flink-conf/craft-stream.yaml}
   * @param flinkSettings Flink's, on top of {@code flink-conf/config.yaml}
   */
  static Cluster start(
      Path folder, Duration latency, Map<String, String> options, Map<String, String> flinkSettings)
      throws IOException, InterruptedException {
    if (!Files.isRegularFile(JAR)) {
      throw new IOException(JAR + " is not there; mvn -B -DskipTests package makes it.");
    }
    Path distribution = FlinkCluster.distribution();
    List<AutoCloseable> started = new ArrayList<>();
    try {
      TritonServer triton =
          TritonServer.start(
              TritonServerExtension.withModels(Path.of("src/test/triton"), Workload.MODEL)
                  .ownServer(folder.resolve("triton"), Workload.MODEL)
                  .withEnvironment(
                      Map.of(
                          "TORTURE_LOG",
                          requestLog(folder).toString(),
                          "TORTURE_LATENCY_MS",
                          String.valueOf(latency.toMillis()))));
      started.add(triton);
      TcpProxy proxy = TcpProxy.to(triton.ports().grpc());
      started.add(proxy);
      KafkaBroker broker = KafkaBroker.start(folder.resolve("kafka"));
      started.add(broker);
      Configuration all = ConfigurationFile.read(Path.of("flink-conf/craft-stream.yaml"));
      all.addAll(Configuration.fromMap(options));
      all.setString("kafka.bootstrap-servers", broker.bootstrapServers());
      all.setString("triton.endpoints", proxy.endpoint());
      Path file = optionsFile(folder);
      FlinkCluster.write(file, all.toMap());
      FlinkCluster flink =
          FlinkCluster.start(
              distribution, folder.resolve("flink"), flinkSettings, JAR.toAbsolutePath(), file);
      started.add(flink);
      KafkaSettings kafka = CurationSettings.of(all).kafka();
      return new Cluster(folder, broker, triton, proxy, flink, kafka);
    } catch (IOException | InterruptedException | RuntimeException e) {
      for (int i = started.size() - 1; i >= 0; i--) {
        closeQuietly(started.get(i), e);
      }
      throw e;
    }
  }

  private static void closeQuietly(AutoCloseable resource, Exception cause) {
    try {
      resource.close();
    } catch (Exception e) {
      cause.addSuppressed(e);
    }
  }

  private static Path optionsFile(Path folder) {
    return folder.toAbsolutePath().resolve("craft-stream.yaml");
  }

  private static Path requestLog(Path folder) {
    return folder.toAbsolutePath().resolve("requests.log");
  }

  /** A fault under way; {@link #end} brings back what it took. */
  interface Blow {
    String target();

    void end() throws IOException, InterruptedException;
  }

  private record Struck(String target, Ending ending) implements Blow {
    @Override
    public void end() throws IOException, InterruptedException {
      ending.end();
    }
  }

  private interface Ending {
    void end() throws IOException, InterruptedException;
  }

  /** Lets a fault begin. */
  Blow strike(Planned fault) throws IOException, InterruptedException {
    return switch (fault.kind()) {
      case TASK_MANAGER_KILLED -> killed(flink.taskManager(fault.pick()));
      case JOB_MANAGER_KILLED -> killed(flink.jobManager());
      case ZOOKEEPER_KILLED -> killed(flink.zooKeeper());
      case BROKER_KILLED -> {
        broker.kill();
        yield new Struck("Kafka broker", broker::startAgain);
      }
      case SERVER_KILLED -> {
        triton.kill();
        yield new Struck("tritonserver", this::startTritonAgain);
      }
      case SERVER_STOPPED -> {
        Standstill.begin(triton.process().pid());
        yield new Struck("tritonserver", () -> Standstill.end(triton.process().pid()));
      }
      case ALL_KILLED -> {
        flink.processes().forEach(ChildProcess::kill);
        broker.kill();
        triton.kill();
        yield new Struck(
            "all processes",
            () -> {
              // In the least favourable order: the job is there long before what it needs.
              for (ChildProcess process : flink.processes()) {
                process.start();
              }
              startTritonAgain();
              Thread.sleep(BROKER_COMES_LAST.toMillis());
              broker.startAgain();
            });
      }
      case CONNECTION_SLOW -> proxied(TcpProxy.Mode.SLOW);
      case CONNECTION_CUT -> proxied(TcpProxy.Mode.CUT);
      case CONNECTION_MUTE -> proxied(TcpProxy.Mode.MUTE);
      case RESTORED -> stopped(() -> {});
      case RESCALED -> stopped(flink::rescale);
      case OPTION_CHANGED -> stopped(() -> setOption(REQUESTS_IN_FLIGHT, "%d".formatted(fewer())));
    };
  }

  private void startTritonAgain() throws IOException, InterruptedException {
    triton = TritonServer.start(triton.settings().withPorts(triton.ports()));
  }

  private static Blow killed(ChildProcess process) {
    process.kill();
    return new Struck(process.name(), process::start);
  }

  /** As an operator does it: stop with a savepoint, change something, start with the savepoint. */
  private Blow stopped(Ending change) throws IOException, InterruptedException {
    String savepoint = flink.rest().stopWithSavepoint();
    if (!flink.jobManager().awaitEnd(STOP_TIMEOUT)) {
      throw new IOException("The job manager did not end with its job.");
    }
    return new Struck(
        "job",
        () -> {
          change.end();
          flink.startJobManager("--fromSavepoint", savepoint);
        });
  }

  private int fewer() throws IOException {
    return Math.max(1, requestsInFlight() * 3 / 4);
  }

  private int requestsInFlight() throws IOException {
    String given = ConfigurationFile.read(optionsFile(folder)).toMap().get(REQUESTS_IN_FLIGHT);
    return Integer.parseInt(given);
  }

  /** How many requests the job can have in flight, as it was started last. */
  int slots() throws IOException {
    return flink.parallelism() * requestsInFlight();
  }

  private Blow proxied(TcpProxy.Mode mode) {
    proxy.set(mode);
    return new Struck("connection to tritonserver", () -> proxy.set(TcpProxy.Mode.WHOLE));
  }

  /** The processes that run at this time, by name. */
  Map<String, Long> pids() {
    Map<String, Long> pids = new LinkedHashMap<>();
    pids.put("Kafka broker", broker.pid());
    pids.put("tritonserver", triton.process().pid());
    flink.processes().forEach(process -> pids.put(process.name(), process.pid()));
    return pids;
  }

  Optional<FlinkCluster.Completed> newestCheckpoint() {
    return flink.newestCheckpoint();
  }

  /** Changes an option of the job's in the file that a job manager reads at its start. */
  void setOption(String key, String value) throws IOException {
    Path file = optionsFile(folder);
    Map<String, String> options = ConfigurationFile.read(file).toMap();
    options.put(key, value);
    FlinkCluster.write(file, options);
  }

  FlinkCluster flink() {
    return flink;
  }

  KafkaSettings kafka() {
    return kafka;
  }

  Path requestLog() {
    return requestLog(folder);
  }

  /** Flink's state, outside of its processes. */
  Path flinkCheckpoints() {
    return flink.flinkCheckpoints();
  }

  @Override
  public void close() throws IOException {
    flink.close();
    broker.close();
    proxy.close();
    triton.close();
  }
}
