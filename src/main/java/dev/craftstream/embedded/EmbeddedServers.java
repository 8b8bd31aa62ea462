package dev.craftstream.embedded;

import dev.craftstream.client.Terminal;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an embedded run starts around the job: broker, model server and Flink. {@link #close} stops
 * what was started, the last first.
 */
public final class EmbeddedServers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedServers.class);
  private static final int RESTARTS = 3;

  private final Project project;
  private final WorkFolder work;
  private final Terminal terminal;
  private final Phases phases;
  private final RunSetUp setUp;
  private KafkaBroker broker;
  private TritonServer triton;
  private EmbeddedFlink flink;
  private int restarts;
  private volatile boolean stopping;

  EmbeddedServers(
      Project project, WorkFolder work, Terminal terminal, Phases phases, RunSetUp setUp) {
    this.project = project;
    this.work = work;
    this.terminal = terminal;
    this.phases = phases;
    this.setUp = setUp;
  }

  public KafkaBroker broker() {
    return broker;
  }

  public TritonServer triton() {
    return triton;
  }

  public EmbeddedFlink flink() {
    return flink;
  }

  /** Makes the environment of the model server, or finds it made. */
  PythonEnvironment pythonEnvironment() throws Exception {
    return PythonSetUp.prepare(
        "Python environment",
        project.home().virtualEnvironment("triton"),
        project.requirements(),
        PythonInterpreter.OF_THE_SERVER,
        terminal);
  }

  void startBroker() {
    long start = phases.begin("Kafka broker");
    broker =
        KafkaBroker.start(
            work.kafka(),
            setUp.kafkaPort(),
            System.getProperty("java.class.path"),
            setUp.brokerSettings());
    phases.end("Kafka broker", start, broker.bootstrapServers());
  }

  void startTriton(PythonEnvironment python) throws Exception {
    long start = phases.begin("Triton");
    Map<String, String> environment = new HashMap<>(setUp.serverEnvironment());
    environment.putIfAbsent("CRAFT_EMBEDDER_JAR", project.embedder().toString());
    triton =
        TritonServer.start(
            TritonServer.Settings.of(
                    python,
                    project.launcher(),
                    setUp.modelRepository(),
                    List.of(RunSetUp.MODEL, RunSetUp.EMBEDDING_MODEL),
                    work.triton())
                .withEnvironment(environment));
    phases.end("Triton", start, triton.endpoint() + ", " + RunSetUp.MODEL + " and its adapters");
  }

  void startFlink() throws Exception {
    long start = phases.begin("Flink");
    flink = EmbeddedFlink.start(project.flinkConfiguration(), work.flink(), setUp.webPort());
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

  public static void close(AutoCloseable part) {
    if (part != null) {
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("Stopping failed", e);
      }
    }
  }
}
