package dev.craftstream.embedded;

import java.io.IOException;
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
  static final String HOST = "127.0.0.1";

  private final Path folder;
  private final int port;
  private final KafkaBrokerConfiguration configuration;
  private final ChildProcess process;

  private KafkaBroker(
      Path folder, String classPath, int port, int controllerPort, Map<String, String> more) {
    this.folder = folder;
    this.port = port;
    this.configuration = new KafkaBrokerConfiguration(folder, port, controllerPort, more);
    this.process =
        ChildProcess.endingWithJvm(
            "Kafka broker",
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms64m",
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.awt.headless=true",
                "-Dlog4j2.configurationFile=" + logging().toUri(),
                KafkaBrokerMain.class.getName(),
                properties().toString()),
            // Not as an argument: it may be long, and process lists show arguments.
            Map.of("CLASSPATH", classPath),
            folder.resolve("broker.log"));
  }

  private Path properties() {
    return folder.resolve("server.properties");
  }

  private Path logging() {
    return folder.resolve("logging.properties");
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
    return process.log();
  }

  /** The broker's process id. */
  public long pid() {
    return process.pid();
  }

  /** Whether the process is there. */
  public boolean isRunning() {
    return process.isRunning();
  }

  /** Starts the broker with the data that it left and waits until it answers. */
  public synchronized void startAgain() {
    if (isRunning()) {
      throw new IllegalStateException(
          "The Kafka broker at " + bootstrapServers() + " is running; stop or kill it first.");
    }
    try {
      Files.createDirectories(folder);
      Files.writeString(
          properties(), configuration.serverProperties(), StandardCharsets.ISO_8859_1);
      Files.writeString(logging(), KafkaBrokerConfiguration.LOGGING, StandardCharsets.ISO_8859_1);
      process.start();
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
    if (!process.isRunning()) {
      throw new IllegalStateException(
          "The Kafka broker at %s ended with exit code %d before it answered. Its log (%s) ends with:%n%s"
              .formatted(bootstrapServers(), process.exitValue(), log(), lastLogLines()),
          cause);
    }
    if (System.nanoTime() > deadline) {
      process.kill();
      throw new IllegalStateException(
          "The Kafka broker at %s did not answer within %d seconds and was stopped. Its log (%s) ends with:%n%s"
              .formatted(bootstrapServers(), START_TIMEOUT.toSeconds(), log(), lastLogLines()),
          cause);
    }
  }

  private String lastLogLines() {
    return process.logTail(SHOWN_LOG_LINES).stream()
        .map(line -> "  " + line)
        .collect(Collectors.joining(System.lineSeparator()));
  }

  /** Takes the broker away at once, as a power failure would (SIGKILL). Its data stays. */
  public synchronized void kill() {
    process.kill();
  }

  /** Stops the broker; its data stays. Does nothing where it is stopped. */
  @Override
  public synchronized void close() {
    process.close(STOP_TIMEOUT);
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
}
