package dev.craftstream.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka broker (KRaft, one node that is broker and controller) in a JVM of its own, for
 * tests and for the embedded run. It listens on 127.0.0.1 only, has no security, and keeps one copy
 * of everything: nothing to keep data in.
 *
 * <p>Life cycle: {@link #start} gives a broker that answers. {@link #close} stops it, {@link #kill}
 * takes it away as a power failure would, and {@link #startAgain} brings it back with the same data
 * under the same address. The child ends with this JVM, however this JVM ends: it watches its
 * standard input, which breaks when its parent is gone.
 *
 * <p>The broker's class path is that of this process unless another is given; it needs {@code
 * org.apache.kafka:kafka_2.13} and this class. Its log goes to {@code broker.log} in the folder.
 */
public final class KafkaBroker implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(KafkaBroker.class);
  private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);
  private static final int SHOWN_LOG_LINES = 15;
  private static final int MAX_MESSAGE_BYTES = 16 << 20;
  private static final String HOST = "127.0.0.1";
  private static final Set<String> LISTS =
      Set.of("listeners", "advertised.listeners", "listener.security.protocol.map");

  private final Path folder;
  private final String classPath;
  private final int port;
  private final int controllerPort;
  private final Map<String, String> more;
  private final Thread shutdownHook = new Thread(this::destroyProcess, "kafka-broker-shutdown");
  private Process process;

  private KafkaBroker(
      Path folder, String classPath, int port, int controllerPort, Map<String, String> more) {
    this.folder = folder;
    this.classPath = classPath;
    this.port = port;
    this.controllerPort = controllerPort;
    this.more = Map.copyOf(more);
  }

  /**
   * Starts a broker with this process's class path on a free port.
   *
   * @param folder where its data and its log lie; may hold the data of a broker before it
   */
  public static KafkaBroker start(Path folder) {
    return start(folder, 0, System.getProperty("java.class.path"));
  }

  /**
   * Starts a broker and waits until it answers.
   *
   * @param folder where its data and its log lie; may hold the data of a broker before it
   * @param port where it listens; 0 for a free port
   * @param classPath the broker's class path
   * @throws IllegalStateException where it does not start, with the log's last lines
   */
  public static KafkaBroker start(Path folder, int port, String classPath) {
    return start(folder, port, classPath, Map.of());
  }

  /**
   * The same with more settings of Kafka's.
   *
   * @param more win over this class's own, but for lists of listeners, which are joined: the one
   *     without security stays
   */
  public static KafkaBroker start(
      Path folder, int port, String classPath, Map<String, String> more) {
    if (port != 0) {
      requireFree(port);
    }
    int[] ports = freePorts();
    KafkaBroker broker =
        new KafkaBroker(
            folder.toAbsolutePath(), classPath, port == 0 ? ports[0] : port, ports[1], more);
    Runtime.getRuntime().addShutdownHook(broker.shutdownHook);
    try {
      broker.startAgain();
    } catch (RuntimeException e) {
      broker.close();
      throw e;
    }
    return broker;
  }

  /** Host and port, for {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return HOST + ":" + port;
  }

  /** The broker's log. */
  public Path log() {
    return folder.resolve("broker.log");
  }

  /** The broker's process id. */
  public long pid() {
    return process.pid();
  }

  /** Whether the process is there. */
  public boolean isRunning() {
    return process != null && process.isAlive();
  }

  /** Starts the broker with the data that it left and waits until it answers. */
  public synchronized void startAgain() {
    if (isRunning()) {
      throw new IllegalStateException(
          "The Kafka broker at " + bootstrapServers() + " is running; stop or kill it first.");
    }
    try {
      Files.createDirectories(folder);
      Path properties = folder.resolve("server.properties");
      Files.writeString(properties, serverProperties(), StandardCharsets.ISO_8859_1);
      Path logging = folder.resolve("logging.properties");
      Files.writeString(logging, LOGGING, StandardCharsets.ISO_8859_1);
      List<String> command =
          List.of(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-Xms64m",
              "-Xmx512m",
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-Djava.awt.headless=true",
              "-Dlog4j2.configurationFile=" + logging.toUri(),
              Main.class.getName(),
              properties.toString());
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
      // Not as an argument: it may be long, and process lists show arguments.
      builder.environment().put("CLASSPATH", classPath);
      process = builder.start();
    } catch (IOException e) {
      throw new IllegalStateException(
          "The Kafka broker could not be started in " + folder + ": " + e.getMessage(), e);
    }
    awaitAnswer();
    LOG.info("Kafka broker at {} (process {}), log in {}", bootstrapServers(), pid(), log());
  }

  private void awaitAnswer() {
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    Map<String, Object> config =
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers(),
            AdminClientConfig.RECONNECT_BACKOFF_MS_CONFIG,
            50,
            AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
            200);
    awaitPort(deadline);
    try (Admin admin = Admin.create(config)) {
      while (true) {
        try {
          admin.describeCluster().nodes().get(2, TimeUnit.SECONDS);
          return;
        } catch (ExecutionException | TimeoutException e) {
          failIfOver(deadline, e);
        }
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Spares the admin client's log its lines about a port that is not open yet. */
  private void awaitPort(long deadline) {
    try {
      while (true) {
        try (var socket = new java.net.Socket()) {
          socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
          return;
        } catch (IOException e) {
          failIfOver(deadline, e);
          Thread.sleep(50);
        }
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException(
        "Waiting for the Kafka broker at " + bootstrapServers() + " was interrupted.", e);
  }

  private void failIfOver(long deadline, Exception cause) {
    if (!process.isAlive()) {
      throw new IllegalStateException(
          "The Kafka broker at %s ended with exit code %d before it answered. Its log (%s) ends with:%n%s"
              .formatted(bootstrapServers(), process.exitValue(), log(), lastLogLines()),
          cause);
    }
    if (System.nanoTime() > deadline) {
      destroyProcess();
      throw new IllegalStateException(
          "The Kafka broker at %s did not answer within %d seconds and was stopped. Its log (%s) ends with:%n%s"
              .formatted(bootstrapServers(), START_TIMEOUT.toSeconds(), log(), lastLogLines()),
          cause);
    }
  }

  private String lastLogLines() {
    try (RandomAccessFile file = new RandomAccessFile(log().toFile(), "r")) {
      byte[] tail = new byte[(int) Math.min(file.length(), 16 << 10)];
      file.seek(file.length() - tail.length);
      file.readFully(tail);
      List<String> lines = new String(tail, StandardCharsets.UTF_8).lines().toList();
      return lines.stream()
          .skip(Math.max(0, lines.size() - SHOWN_LOG_LINES))
          .map(line -> "  " + line)
          .collect(Collectors.joining(System.lineSeparator()));
    } catch (IOException e) {
      return "  (it cannot be read: " + e.getMessage() + ")";
    }
  }

  /** Takes the broker away at once, as a power failure would (SIGKILL). Its data stays. */
  public synchronized void kill() {
    destroyProcess();
  }

  private void destroyProcess() {
    Process child = process;
    if (child == null) {
      return;
    }
    child.destroyForcibly();
    if (!awaitEnd(child, STOP_TIMEOUT)) {
      LOG.warn("Kafka broker (process {}) is not gone yet, though it was killed", child.pid());
    }
  }

  private static boolean awaitEnd(Process child, Duration timeout) {
    boolean interrupted = Thread.interrupted();
    try {
      return child.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
      return false;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Stops the broker; its data stays. Does nothing where it is stopped. */
  @Override
  public synchronized void close() {
    if (isRunning()) {
      process.destroy();
      if (!awaitEnd(process, STOP_TIMEOUT)) {
        destroyProcess();
      }
    }
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      LOG.debug("This JVM ends; the hook runs anyway.", e);
    }
  }

  private static void requireFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      // A port whose last connections only wait to be forgotten is free enough for Kafka.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException e) {
      throw new IllegalStateException(
          "Port %d on %s is in use (%s); give the Kafka broker another one, or 0 for a free one."
              .formatted(port, HOST, e.getMessage()),
          e);
    }
  }

  private static int[] freePorts() {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      int[] ports = new int[2];
      for (int i = 0; i < ports.length; i++) {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        sockets.add(socket);
        ports[i] = socket.getLocalPort();
      }
      return ports;
    } catch (IOException e) {
      throw new IllegalStateException("There is no free port on " + HOST + ".", e);
    } finally {
      for (ServerSocket socket : sockets) {
        try {
          socket.close();
        } catch (IOException e) {
          LOG.debug("A probing socket could not be closed.", e);
        }
      }
    }
  }

  /** A killed broker may come back when its session is over: hence the short one. */
  private String serverProperties() {
    // A properties file takes a backslash as an escape.
    String data = folder.resolve("data").toString().replace('\\', '/');
    String own =
        """
        process.roles=broker,controller
        node.id=1
        controller.quorum.voters=1@%1$s:%2$d
        listeners=PLAINTEXT://%1$s:%3$d,CONTROLLER://%1$s:%2$d
        advertised.listeners=PLAINTEXT://%1$s:%3$d
        listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
        controller.listener.names=CONTROLLER
        inter.broker.listener.name=PLAINTEXT
        log.dirs=%4$s
        auto.create.topics.enable=false
        message.max.bytes=%5$d
        replica.fetch.max.bytes=%5$d
        default.replication.factor=1
        offsets.topic.replication.factor=1
        offsets.topic.num.partitions=4
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        transaction.state.log.num.partitions=4
        share.coordinator.state.topic.replication.factor=1
        share.coordinator.state.topic.min.isr=1
        share.coordinator.state.topic.num.partitions=1
        group.initial.rebalance.delay.ms=0
        broker.heartbeat.interval.ms=500
        broker.session.timeout.ms=3000
        log.cleaner.dedupe.buffer.size=16777216
        num.network.threads=2
        num.io.threads=4
        """
            .formatted(HOST, controllerPort, port, data, MAX_MESSAGE_BYTES);
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(own));
      more.forEach(
          (name, value) ->
              properties.merge(
                  name,
                  value,
                  (ours, theirs) -> LISTS.contains(name) ? ours + "," + theirs : theirs));
      StringWriter text = new StringWriter();
      properties.store(text, null);
      return text.toString();
    } catch (IOException e) {
      throw new IllegalStateException("Reading from memory failed.", e);
    }
  }

  private static final String LOGGING =
      """
      rootLogger.level=INFO
      rootLogger.appenderRef.console.ref=console
      appender.console.type=Console
      appender.console.name=console
      appender.console.layout.type=PatternLayout
      appender.console.layout.pattern=%d{ISO8601} %-5p [%t] %c{1} - %m%n
      """;

  /** The child's main class: formats its storage where there is none, then is Kafka. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) throws IOException {
      endWithParent();
      Path properties = Path.of(args[0]);
      if (!Files.exists(properties.resolveSibling("data").resolve("meta.properties"))) {
        int exitCode =
            kafka.tools.StorageTool.execute(
                new String[] {
                  "format",
                  "--cluster-id",
                  org.apache.kafka.common.Uuid.randomUuid().toString(),
                  "--config",
                  properties.toString()
                },
                System.out);
        if (exitCode != 0) {
          System.exit(exitCode);
        }
      }
      kafka.Kafka.main(args);
    }

    /** Nobody writes to the child's standard input; it ends when the parent does. */
    private static void endWithParent() {
      InputStream input = System.in;
      Thread watcher =
          new Thread(
              () -> {
                try {
                  while (input.read() >= 0) {}
                } catch (IOException e) {
                  // As good as the end.
                }
                Runtime.getRuntime().halt(1);
              },
              "parent-watcher");
      watcher.setDaemon(true);
      watcher.start();
    }
  }
}
