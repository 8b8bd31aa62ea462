package dev.craftstream.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.craftstream.config.ConfigurationFile;
import dev.craftstream.embedded.ChildProcess;
import dev.craftstream.embedded.CraftHome;
import dev.craftstream.embedded.PythonEnvironment;
import dev.craftstream.torture.FlinkCluster.Completed;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;

/**
 * A standalone cluster of the Flink distribution: ZooKeeper, a job manager and two task managers of
 * one slot each, every one a JVM of its own. Its configuration is {@code flink-conf/config.yaml}
 * with other addresses, folders and sizes. It runs the job as {@code docker/compose.yaml} does, in
 * application mode: a job manager that is started again runs the job's main method again.
 *
 * <p>ZooKeeper is the one that the distribution brings ({@code bin/zookeeper.sh}).
 */
final class FlinkCluster implements AutoCloseable {
  static final int TASK_MANAGERS = 2;

  private static final String ADDRESS = "127.0.0.1";
  private static final int MORE_STARTS = 3;
  private static final Duration START_TIMEOUT = Duration.ofMinutes(5);

  private final Path home;
  private final Path folder;
  private final FlinkRest rest;
  private final Map<String, String> environment;
  private final Path jar;
  private final Path options;
  private final ChildProcess zooKeeper;
  private ChildProcess jobManager;
  private final List<ChildProcess> taskManagers = new ArrayList<>();

  private FlinkCluster(Path home, Path folder, Map<String, String> settings, Path jar, Path options)
      throws IOException {
    this.home = home;
    this.folder = folder;
    Path configuration = Files.createDirectories(folder.resolve("conf"));
    Path logs = Files.createDirectories(folder.resolve("logs"));
    int restPort = freePort();
    int zooKeeperPort = freePort();
    this.rest = new FlinkRest(URI.create("http://" + ADDRESS + ":" + restPort));
    this.environment =
        Map.of(
            "JAVA_HOME",
            System.getProperty("java.home"),
            "FLINK_CONF_DIR",
            configuration.toString(),
            "FLINK_LOG_DIR",
            logs.toString(),
            "FLINK_PID_DIR",
            folder.toString());
    writeConfiguration(configuration, restPort, zooKeeperPort, settings);
    zooKeeper =
        ChildProcess.endingWithJvm(
            "ZooKeeper",
            zooKeeperCommand(configuration),
            environment,
            logs.resolve("zookeeper.out"));
    this.jar = jar;
    this.options = options;
    for (int i = 1; i <= TASK_MANAGERS; i++) {
      taskManagers.add(taskManagerOf(i));
    }
    jobManager = jobManager(List.of());
  }

  private ChildProcess taskManagerOf(int number) {
    return service(
        "task manager " + number,
        folder.resolve("logs/taskmanager-" + number + ".out"),
        "taskmanager.sh",
        "start-foreground");
  }

  private ChildProcess jobManager(List<String> ofFlink) {
    List<String> arguments = new ArrayList<>();
    arguments.add("start-foreground");
    arguments.addAll(List.of("--job-classname", "dev.craftstream.CurationJob"));
    arguments.addAll(List.of("--jars", jar.toUri().toString()));
    arguments.add("-Dparallelism.default=" + taskManagers.size());
    arguments.addAll(ofFlink);
    arguments.addAll(List.of("--", "--config", options.toString()));
    return service(
        "job manager",
        folder.resolve("logs/jobmanager.out"),
        "standalone-job.sh",
        arguments.toArray(String[]::new));
  }

  /** Folder of the Flink distribution of {@code src/test/flink}; installed on its first use. */
  static Path distribution() throws IOException, InterruptedException {
    CraftHome home = CraftHome.of(System.getenv(), Path.of("").toAbsolutePath());
    PythonEnvironment environment =
        PythonEnvironment.prepare(
            home.virtualEnvironment("flink"),
            Path.of("src/test/flink/requirements.txt"),
            List.of("--no-deps"),
            System.out::println);
    try (Stream<Path> libraries = Files.list(environment.folder().resolve("lib"))) {
      return libraries
          .map(python -> python.resolve("site-packages/pyflink"))
          .filter(candidate -> Files.isRegularFile(candidate.resolve("bin/jobmanager.sh")))
          .findFirst()
          .orElseThrow(
              () -> new IOException("There is no Flink distribution in " + environment.folder()));
    }
  }

  /**
   * Starts a cluster and waits until its job runs.
   *
   * @param home the Flink distribution
   * @param folder for configuration, logs and state
   * @param settings of Flink's, on top of {@code flink-conf/config.yaml}
   * @param jar the job
   * @param options the job's
   */
  static FlinkCluster start(
      Path home, Path folder, Map<String, String> settings, Path jar, Path options)
      throws IOException, InterruptedException {
    FlinkCluster cluster = new FlinkCluster(home, folder, settings, jar, options);
    try {
      cluster.zooKeeper.start();
      cluster.jobManager.start();
      for (ChildProcess taskManager : cluster.taskManagers) {
        taskManager.start();
      }
      cluster.awaitJob();
      return cluster;
    } catch (IOException | InterruptedException | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private static void writeConfiguration(
      Path folder, int restPort, int zooKeeperPort, Map<String, String> settings)
      throws IOException {
    Path state = folder.resolveSibling("state");
    Configuration shipped = ConfigurationFile.read(Path.of("flink-conf/config.yaml"));
    Map<String, String> all = new TreeMap<>(shipped.toMap());
    all.put("jobmanager.bind-host", ADDRESS);
    all.put("jobmanager.rpc.address", ADDRESS);
    all.put("jobmanager.memory.process.size", "1000m");
    all.put("taskmanager.bind-host", ADDRESS);
    all.put("taskmanager.host", ADDRESS);
    all.put("taskmanager.numberOfTaskSlots", "1");
    all.put("taskmanager.memory.process.size", "1400m");
    all.put("taskmanager.memory.task.off-heap.size", "64m");
    // These processes live for minutes: what C2 and G1's threads cost is not earned back.
    all.merge("env.java.opts.all", " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC", String::concat);
    all.put("rest.address", ADDRESS);
    all.put("rest.bind-address", ADDRESS);
    all.put("rest.port", String.valueOf(restPort));
    // Where the job manager copies the jar to, and looks for it first.
    all.put("user.artifacts.base-dir", folder.resolveSibling("artifacts").toString());
    all.put("io.tmp.dirs", folder.resolveSibling("tmp").toString());
    all.put("execution.checkpointing.dir", state.resolve("checkpoints").toUri().toString());
    all.put(
        "execution.checkpointing.savepoint-dir", state.resolve("savepoints").toUri().toString());
    all.put("high-availability.storageDir", state.resolve("ha").toUri().toString());
    all.put("high-availability.zookeeper.quorum", ADDRESS + ":" + zooKeeperPort);
    all.putAll(settings);
    write(folder.resolve("config.yaml"), all);
    Files.createDirectories(folder.resolveSibling("tmp"));
    Files.writeString(
        folder.resolve("zoo.cfg"),
        """
        tickTime=2000
        clientPort=%d
        clientPortAddress=%s
        dataDir=%s
        admin.enableServer=false
        """
            .formatted(zooKeeperPort, ADDRESS, folder.resolveSibling("zookeeper")));
    String logging =
        """
        rootLogger.level = INFO
        rootLogger.appenderRef.console.ref = console
        appender.console.type = Console
        appender.console.name = console
        appender.console.layout.type = PatternLayout
        appender.console.layout.pattern = %d{ISO8601} %-5p [%t] %c{1.} - %m%n
        """
            + Files.readString(Path.of("flink-conf/log4j.properties"));
    Files.writeString(folder.resolve("log4j-console.properties"), logging);
    Files.writeString(folder.resolve("log4j-cli.properties"), logging);
  }

  /** Writes a YAML file of options. */
  static void write(Path file, Map<String, String> options) throws IOException {
    // JSON's texts are YAML's, too.
    Files.writeString(
        file,
        options.entrySet().stream()
            .map(entry -> entry.getKey() + ": " + TextNode.valueOf(entry.getValue()) + "\n")
            .collect(Collectors.joining()));
  }

  private List<String> zooKeeperCommand(Path configuration) throws IOException {
    try (Stream<Path> jars = Files.list(home.resolve("lib"))) {
      String classPath =
          jars.map(Path::toString)
              .filter(jar -> jar.contains("flink-dist") || jar.contains("log4j"))
              .collect(Collectors.joining(File.pathSeparator));
      return List.of(
          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
          "-Xmx64m",
          "-XX:+UseSerialGC",
          "-Dlog4j.configurationFile=" + configuration.resolve("log4j-console.properties"),
          "-cp",
          classPath,
          "org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer",
          "--zkConfigFile",
          configuration.resolve("zoo.cfg").toString(),
          "--peerId",
          "1");
    }
  }

  /** The scripts become the JVM, so that a signal meets it and not them. */
  private ChildProcess service(String name, Path log, String script, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add("bash");
    command.add(home.resolve("bin").resolve(script).toString());
    command.addAll(List.of(arguments));
    return ChildProcess.endingWithJvm(name, command, environment, log);
  }

  /**
   * Waits until the job runs. What ends meanwhile is started again, as by a supervisor: on a busy
   * machine a process of Flink's that starts gives its own parts up after 10 s.
   */
  void awaitJob() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    int starts = 0;
    while (rest.job().filter(FlinkCluster::allTasksRun).isEmpty()) {
      for (ChildProcess process : processes()) {
        if (!process.isRunning() && starts++ < MORE_STARTS) {
          process.start();
        }
        process.requireRunning();
      }
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "The job did not run within %d s; Flink's logs are in %s."
                .formatted(START_TIMEOUT.toSeconds(), folder.resolve("logs")));
      }
      Thread.sleep(200);
    }
  }

  private static boolean allTasksRun(JsonNode job) {
    for (JsonNode stage : job.get("vertices")) {
      if (!stage.get("status").textValue().equals("RUNNING")) {
        return false;
      }
    }
    return true;
  }

  /**
   * A Flink checkpoint that is complete: what a restored job goes back to.
   *
   * @param triggered when it began: what happened later is not in it
   * @param completed when it was complete
   */
  record Completed(long id, Instant triggered, Instant completed) {}

  /** The newest; empty where there is none or the job manager does not answer. */
  Optional<Completed> newestCheckpoint() {
    return rest.checkpoints()
        .map(all -> all.get("latest").get("completed"))
        .filter(JsonNode::isObject)
        .map(
            newest ->
                new Completed(
                    newest.get("id").longValue(),
                    Instant.ofEpochMilli(newest.get("trigger_timestamp").longValue()),
                    Instant.ofEpochMilli(newest.get("latest_ack_timestamp").longValue())));
  }

  /**
   * Starts a job manager, where the one before has ended.
   *
   * @param ofFlink more arguments of Flink's, such as {@code --fromSavepoint}
   */
  void startJobManager(String... ofFlink) throws IOException {
    jobManager.close();
    jobManager = jobManager(List.of(ofFlink));
    jobManager.start();
  }

  /** Adds a task manager, or takes the one that was added away; a job manager has to be started. */
  void rescale() throws IOException {
    if (taskManagers.size() == TASK_MANAGERS) {
      ChildProcess another = taskManagerOf(TASK_MANAGERS + 1);
      another.start();
      taskManagers.add(another);
    } else {
      taskManagers.remove(TASK_MANAGERS).close();
    }
  }

  /** How many tasks a stage has: each task manager has one slot. */
  int parallelism() {
    return taskManagers.size();
  }

  /** Starts what was killed, as after the machine was started again. */
  void startAll() throws IOException {
    for (ChildProcess process : processes()) {
      process.start();
    }
  }

  FlinkRest rest() {
    return rest;
  }

  ChildProcess jobManager() {
    return jobManager;
  }

  /** {@code pick} chooses one of them. */
  ChildProcess taskManager(int pick) {
    return taskManagers.get(pick % taskManagers.size());
  }

  ChildProcess zooKeeper() {
    return zooKeeper;
  }

  List<ChildProcess> processes() {
    return Stream.concat(Stream.of(zooKeeper, jobManager), taskManagers.stream()).toList();
  }

  /** Where Flink checkpoints lie, without savepoints, which whoever takes them removes. */
  Path flinkCheckpoints() {
    return folder.resolve("state/checkpoints");
  }

  @Override
  public void close() {
    // The job is not cancelled: it is over when its processes are.
    for (ChildProcess taskManager : taskManagers) {
      taskManager.kill();
      taskManager.close();
    }
    jobManager.kill();
    jobManager.close();
    zooKeeper.close();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
