package dev.craftstream.embedded;

import dev.craftstream.client.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an embedded run starts around the job: broker, model server and Flink. {@link #close} stops
 * what was started, the last first.
 */
final class DemoServers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DemoServers.class);
  private static final int RESTARTS = 3;

  static final String MODEL_NAME = "smollm2";
  private static final String EMBEDDING_MODEL = "minilm";

  private final Project project;
  private final WorkFolder work;
  private final Terminal terminal;
  private final DemoPhases phases;
  private final int webPort;
  private final int kafkaPort;
  private KafkaBroker broker;
  private TritonServer triton;
  private EmbeddedFlink flink;
  private int restarts;
  private volatile boolean stopping;

  DemoServers(
      Project project,
      WorkFolder work,
      Terminal terminal,
      DemoPhases phases,
      int webPort,
      int kafkaPort) {
    this.project = project;
    this.work = work;
    this.terminal = terminal;
    this.phases = phases;
    this.webPort = webPort;
    this.kafkaPort = kafkaPort;
  }

  KafkaBroker broker() {
    return broker;
  }

  TritonServer triton() {
    return triton;
  }

  EmbeddedFlink flink() {
    return flink;
  }

  /** Makes the environment of the model server, or finds it made. */
  PythonEnvironment pythonEnvironment() throws Exception {
    Path folder = project.home().virtualEnvironment("triton");
    long start = System.nanoTime();
    boolean[] made = {false};
    PythonEnvironment python =
        PythonEnvironment.prepare(
            folder,
            project.requirements(),
            List.of("--no-deps"),
            line -> {
              if (!made[0]) {
                terminal.line(
                    "  %-20s set up, this first time only, in %s ...",
                    "Python environment", Project.shown(folder));
                made[0] = true;
              }
              LOG.info("Set-up: {}", line);
            });
    String detail =
        made[0]
            ? String.format(Locale.ROOT, "%d MB in %s", megabytes(folder), Project.shown(folder))
            : Project.shown(folder);
    phases.ready("Python environment", start, detail);
    return python;
  }

  private static long megabytes(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum()
          / 1_000_000;
    }
  }

  void startBroker() {
    long start = phases.begin("Kafka broker");
    broker = KafkaBroker.start(work.kafka(), kafkaPort, System.getProperty("java.class.path"));
    phases.end("Kafka broker", start, broker.bootstrapServers());
  }

  void startTriton(PythonEnvironment python) throws Exception {
    long start = phases.begin("Triton");
    triton =
        TritonServer.start(
            TritonServer.Settings.of(
                    python,
                    project.launcher(),
                    project.modelRepository(),
                    List.of(MODEL_NAME, EMBEDDING_MODEL),
                    work.triton())
                .withEnvironment(Map.of("CRAFT_EMBEDDER_JAR", project.embedder().toString())));
    phases.end("Triton", start, triton.endpoint() + ", " + MODEL_NAME + " and its adapters");
  }

  void startFlink() throws Exception {
    long start = phases.begin("Flink");
    flink = EmbeddedFlink.start(project.flinkConfiguration(), work.flink(), webPort);
    phases.end("Flink", start, flink.webUi().toString());
  }

  /**
   * Starts a broker or model server that has ended again, with its data and address.
   *
   * @throws IOException with a sentence, where that was done too often
   */
  void restartWhatEnded() throws Exception {
    if (stopping) {
      return;
    }
    if (!broker.isRunning()) {
      mayRestart("The Kafka broker");
      broker.startAgain();
      terminal.line("  The Kafka broker is back; the job goes on.");
    }
    if (!triton.process().isAlive()) {
      mayRestart("Triton");
      TritonServer dead = triton;
      dead.close();
      triton = TritonServer.start(dead.settings().withPorts(dead.ports()));
      terminal.line("  Triton is back; the job goes on.");
    }
  }

  private void mayRestart(String what) throws IOException {
    restarts++;
    if (restarts > RESTARTS) {
      throw new IOException(
          what
              + " ended, after "
              + RESTARTS
              + " restarts. See the logs in "
              + Project.shown(work.path())
              + ".");
    }
    terminal.line("  %s ended; it is started again.", what);
  }

  /** From now on nothing is started again. */
  void stopRestarting() {
    stopping = true;
  }

  @Override
  public void close() {
    stopRestarting();
    close(flink);
    close(triton);
    close(broker);
  }

  static void close(AutoCloseable part) {
    if (part != null) {
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("Stopping failed", e);
      }
    }
  }
}
