package dev.craftstream.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Triton Inference Server that runs as a child of this process, on this machine's loopback
 * address, with the Python environment's server and packages.
 *
 * <p>{@link #start} returns when the server and all of its models are ready. {@link #close} or the
 * end of this JVM stops it, whichever comes first; only a JVM that is killed leaves it running.
 */
public final class TritonServer implements AutoCloseable {
  private static final String ADDRESS = "127.0.0.1";
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
  private static final int STARTS = 3;
  private static final int TAIL_LINES = 30;

  private final Settings settings;
  private final Ports ports;
  private final ChildProcess process;
  private final String sharedMemoryPrefix;
  private final Thread shutdownHook;

  private TritonServer(Settings settings, Ports ports) throws IOException {
    this.settings = settings;
    this.ports = ports;
    this.sharedMemoryPrefix = "craft-" + UUID.randomUUID();
    this.process = launch();
    process.start();
    this.shutdownHook = new Thread(this::stop, "stop-triton");
    Runtime.getRuntime().addShutdownHook(shutdownHook);
  }

  /**
   * What to start.
   *
   * @param python the environment that holds the server and what its models import
   * @param launcher {@code docker/triton/serve.py}
   * @param repository the model repository
   * @param models which of its models to load; more can be loaded later
   * @param folder for the server's log and working files
   * @param ports where it listens
   * @param environment variables that the server and its models get on top of this process's own
   * @param arguments more arguments for tritonserver
   * @param startTimeout how long the server and its models may take until they are ready
   */
  public record Settings(
      PythonEnvironment python,
      Path launcher,
      Path repository,
      List<String> models,
      Path folder,
      Ports ports,
      Map<String, String> environment,
      List<String> arguments,
      Duration startTimeout) {

    public Settings {
      models = List.copyOf(models);
      environment = Map.copyOf(environment);
      arguments = List.copyOf(arguments);
      if (models.isEmpty()) {
        throw new IllegalArgumentException("Name at least one model for Triton to load.");
      }
    }

    /** These models on free ports, ready within a minute. */
    public static Settings of(
        PythonEnvironment python,
        Path launcher,
        Path repository,
        List<String> models,
        Path folder) {
      return new Settings(
          python,
          launcher,
          repository,
          models,
          folder,
          Ports.FREE,
          Map.of(),
          List.of(),
          Duration.ofMinutes(1));
    }

    public Settings withModels(String... names) {
      return new Settings(
          python,
          launcher,
          repository,
          List.of(names),
          folder,
          ports,
          environment,
          arguments,
          startTimeout);
    }

    public Settings withFolder(Path value) {
      return new Settings(
          python, launcher, repository, models, value, ports, environment, arguments, startTimeout);
    }

    public Settings withPorts(Ports value) {
      return new Settings(
          python,
          launcher,
          repository,
          models,
          folder,
          value,
          environment,
          arguments,
          startTimeout);
    }

    public Settings withEnvironment(Map<String, String> variables) {
      return new Settings(
          python, launcher, repository, models, folder, ports, variables, arguments, startTimeout);
    }

    public Settings withArguments(String... values) {
      return new Settings(
          python,
          launcher,
          repository,
          models,
          folder,
          ports,
          environment,
          List.of(values),
          startTimeout);
    }

    public Settings withStartTimeout(Duration value) {
      return new Settings(
          python, launcher, repository, models, folder, ports, environment, arguments, value);
    }
  }

  /** Ports of the three protocols; 0 for any free one. */
  public record Ports(int grpc, int http, int metrics) {
    public static final Ports FREE = new Ports(0, 0, 0);

    private Ports chosen() throws IOException {
      // All are held at once, so that no two are the same.
      try (ServerSocket first = hold(grpc);
          ServerSocket second = hold(http);
          ServerSocket third = hold(metrics)) {
        return new Ports(first.getLocalPort(), second.getLocalPort(), third.getLocalPort());
      }
    }

    private boolean anyFree() {
      return grpc == 0 || http == 0 || metrics == 0;
    }

    private static ServerSocket hold(int port) throws IOException {
      try {
        var socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
      } catch (IOException e) {
        throw new IOException(
            "Port "
                + port
                + " of "
                + ADDRESS
                + " is taken. Stop what listens there, or choose"
                + " another port for Triton.",
            e);
      }
    }
  }

  /**
   * Starts the server and waits for its models.
   *
   * @throws IOException with a sentence and the log's last lines where it does not get ready
   */
  public static TritonServer start(Settings settings) throws IOException, InterruptedException {
    Files.createDirectories(settings.folder());
    for (int start = 1; ; start++) {
      var server = new TritonServer(settings, settings.ports().chosen());
      boolean ready = false;
      try {
        server.awaitReady();
        ready = true;
        return server;
      } catch (IOException e) {
        // Between the choice of a free port and its use someone else may have taken it.
        boolean portTaken = e.getMessage().contains("in use") && settings.ports().anyFree();
        if (!portTaken || start == STARTS) {
          throw e;
        }
      } finally {
        if (!ready) {
          server.close();
        }
      }
    }
  }

  /** Host and port for gRPC. */
  public String endpoint() {
    return ADDRESS + ":" + ports.grpc();
  }

  /** The ports in use. */
  public Ports ports() {
    return ports;
  }

  /** What it was started with. */
  public Settings settings() {
    return settings;
  }

  /** Base of the HTTP protocol's addresses. */
  public URI http() {
    return URI.create("http://" + ADDRESS + ":" + ports.http());
  }

  /** Where its metrics are read. */
  public URI metrics() {
    return URI.create("http://" + ADDRESS + ":" + ports.metrics() + "/metrics");
  }

  /** Its standard output and error. */
  public Path logFile() {
    return settings.folder().resolve("triton-" + ports.grpc() + ".log");
  }

  /** The server's process, for tests that stop and continue it. */
  public ProcessHandle process() {
    return process.handle();
  }

  /** Ends the server as a crash would, without a word to its clients; returns when it is gone. */
  public void kill() {
    process.kill();
    close();
  }

  /**
   * Stops the server and its models' processes; returns when they are gone. That takes Triton about
   * 3 s, and up to 10 s where requests are in flight.
   */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      // The JVM is ending, and its hook runs.
    }
    stop();
  }

  private ChildProcess launch() {
    var command = new ArrayList<String>();
    command.add(settings.python().python().toString());
    command.add(settings.launcher().toAbsolutePath().toString());
    command.add("--repository=" + settings.repository().toAbsolutePath());
    settings.models().forEach(model -> command.add("--load=" + model));
    command.add("--work=" + settings.folder().resolve("backend-" + ports.grpc()).toAbsolutePath());
    command.add("--address=" + ADDRESS);
    command.add("--grpc-port=" + ports.grpc());
    command.add("--http-port=" + ports.http());
    command.add("--metrics-port=" + ports.metrics());
    // So that what a killed server leaves behind can be told from other servers' memory.
    command.add("--backend-config=python,shm-region-prefix-name=" + sharedMemoryPrefix);
    // A client may ping a busy server as often as it likes.
    command.add("--grpc-http2-max-ping-strikes=0");
    command.addAll(settings.arguments());

    return new ChildProcess("Triton", command, settings.environment(), logFile());
  }

  private void awaitReady() throws IOException, InterruptedException {
    // By HTTP, which is up after gRPC and needs no certificate where gRPC does.
    HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    HttpRequest request =
        HttpRequest.newBuilder(http().resolve("/v2/health/ready"))
            .timeout(Duration.ofSeconds(5))
            .build();
    long deadline = System.nanoTime() + settings.startTimeout().toNanos();
    while (System.nanoTime() < deadline) {
      if (process.awaitEnd(POLL)) {
        throw new IOException(
            "Triton ended with status %d before it was ready. The end of %s:%n%s"
                .formatted(process.exitValue(), logFile(), logTail()));
      }
      try {
        if (client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // It does not listen yet.
      }
    }
    throw new IOException(
        "Triton was not ready within %d s. The end of %s:%n%s"
            .formatted(settings.startTimeout().toSeconds(), logFile(), logTail()));
  }

  private String logTail() {
    return String.join("\n", process.logTail(TAIL_LINES));
  }

  private synchronized void stop() {
    process.stop(STOP_TIMEOUT);
    List<ProcessHandle> models = models();
    models.forEach(ProcessHandle::destroyForcibly);
    models.forEach(model -> model.onExit().completeOnTimeout(model, 5, TimeUnit.SECONDS).join());
    try {
      for (Path region : sharedMemory()) {
        Files.deleteIfExists(region);
      }
    } catch (IOException e) {
      // It is not ours to delete.
    }
  }

  /**
   * The models' processes. They bear the name of their shared memory, and no kinship once the
   * server is gone: a model that hangs outlives a server that crashed.
   */
  List<ProcessHandle> models() {
    return ProcessHandle.allProcesses()
        .filter(other -> other.info().commandLine().orElse("").contains(sharedMemoryPrefix))
        .filter(other -> other.pid() != process.pid())
        .toList();
  }

  /** The memory that the server shares with its models. */
  List<Path> sharedMemory() throws IOException {
    if (!Files.isDirectory(SHARED_MEMORY)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(SHARED_MEMORY)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(sharedMemoryPrefix))
          .toList();
    }
  }
}
