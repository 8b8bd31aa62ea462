package dev.craftstream.torture;

import dev.craftstream.ConfigurationFile;
import dev.craftstream.CurationSettings;
import dev.craftstream.local.KafkaBroker;
import dev.craftstream.local.TritonServer;
import dev.craftstream.testing.TritonServerExtension;
import dev.craftstream.topics.KafkaSettings;
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
  private static final Path OPTIONS = Path.of("flink-conf/craft-stream.yaml");

  private final Path folder;
  private final KafkaBroker broker;
  private final TcpProxy proxy;
  private final FlinkCluster flink;
  private final String job;
  private final KafkaSettings kafka;
  private TritonServer triton;

  private Cluster(
      Path folder,
      KafkaBroker broker,
      TritonServer triton,
      TcpProxy proxy,
      FlinkCluster flink,
      String job,
      KafkaSettings kafka) {
    this.folder = folder;
    this.broker = broker;
    this.triton = triton;
    this.proxy = proxy;
    this.flink = flink;
    this.job = job;
    this.kafka = kafka;
  }

  /**
   * Starts everything and submits the job.
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
      FlinkCluster flink = FlinkCluster.start(distribution, folder.resolve("flink"), flinkSettings);
      started.add(flink);
      Map<String, String> all = new LinkedHashMap<>(options);
      all.put("kafka.bootstrap-servers", broker.bootstrapServers());
      all.put("triton.endpoints", proxy.endpoint());
      List<String> arguments = new ArrayList<>(List.of("--config", OPTIONS.toString()));
      all.forEach((key, value) -> arguments.add("-D" + key + "=" + value));
      String job = flink.run(JAR, arguments);
      Configuration configuration = ConfigurationFile.read(OPTIONS);
      configuration.addAll(Configuration.fromMap(all));
      KafkaSettings kafka = CurationSettings.of(configuration).kafka();
      return new Cluster(folder, broker, triton, proxy, flink, job, kafka);
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
      case BROKER_KILLED -> {
        broker.kill();
        yield new Struck("Kafka broker", broker::startAgain);
      }
      case SERVER_KILLED -> {
        triton.kill();
        yield new Struck("tritonserver", this::startTritonAgain);
      }
      case SERVER_STOPPED -> {
        signal("STOP");
        yield new Struck("tritonserver", () -> signal("CONT"));
      }
      case ALL_KILLED -> {
        List<ChildProcess> flinks = flink.struck();
        flinks.forEach(ChildProcess::kill);
        broker.kill();
        triton.kill();
        yield new Struck(
            "all but ZooKeeper",
            () -> {
              // In the least favourable order.
              for (ChildProcess process : flinks) {
                process.start();
              }
              startTritonAgain();
              broker.startAgain();
            });
      }
      case CONNECTION_SLOW -> proxied(TcpProxy.Mode.SLOW);
      case CONNECTION_CUT -> proxied(TcpProxy.Mode.CUT);
      case CONNECTION_MUTE -> proxied(TcpProxy.Mode.MUTE);
    };
  }

  private void startTritonAgain() throws IOException, InterruptedException {
    triton = TritonServer.start(triton.settings().withPorts(triton.ports()));
  }

  private static Blow killed(ChildProcess process) {
    process.kill();
    return new Struck(process.name(), process::start);
  }

  private Blow proxied(TcpProxy.Mode mode) {
    proxy.set(mode);
    return new Struck("connection to tritonserver", () -> proxy.set(TcpProxy.Mode.WHOLE));
  }

  private void signal(String signal) throws IOException, InterruptedException {
    long pid = triton.process().pid();
    int status = new ProcessBuilder("kill", "-" + signal, String.valueOf(pid)).start().waitFor();
    if (status != 0) {
      throw new IOException("SIG" + signal + " did not reach tritonserver.");
    }
  }

  /** The processes that run at this time, by name. */
  Map<String, Long> pids() {
    Map<String, Long> pids = new LinkedHashMap<>();
    pids.put("Kafka broker", broker.pid());
    pids.put("tritonserver", triton.process().pid());
    flink.processes().forEach(process -> pids.put(process.name(), process.pid()));
    return pids;
  }

  Optional<FlinkCluster.Completed> newestCheckpoint() throws InterruptedException {
    return flink.newestCheckpoint(job);
  }

  KafkaSettings kafka() {
    return kafka;
  }

  Path requestLog() {
    return requestLog(folder);
  }

  /** Flink's state, outside of its processes. */
  Path state() {
    return flink.state();
  }

  @Override
  public void close() throws IOException {
    flink.close();
    broker.close();
    proxy.close();
    triton.close();
  }
}
