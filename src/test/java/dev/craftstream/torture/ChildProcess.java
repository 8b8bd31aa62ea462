package dev.craftstream.torture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process that can be killed and started again. It ends with this JVM. */
final class ChildProcess implements AutoCloseable {
  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Path log;
  private final Thread shutdownHook = new Thread(this::kill, "kill-child");
  private volatile Process process;

  /**
   * @param environment variables on top of this process's own
   * @param log gets what it prints, of all of its lives
   */
  ChildProcess(String name, List<String> command, Map<String, String> environment, Path log) {
    this.name = name;
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.log = log;
    Runtime.getRuntime().addShutdownHook(shutdownHook);
  }

  String name() {
    return name;
  }

  void start() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    process = builder.start();
  }

  /** Fails where it has ended by itself. */
  void requireRunning() {
    if (!process.isAlive()) {
      throw new IllegalStateException(
          "The %s ended with status %d; its log is %s.".formatted(name, process.exitValue(), log));
    }
  }

  long pid() {
    return process.pid();
  }

  /** SIGKILL; returns when it is gone. */
  void kill() {
    Process child = process;
    if (child != null) {
      child.destroyForcibly();
      child.onExit().join();
    }
  }

  /** SIGTERM, and SIGKILL where that takes too long. */
  @Override
  public void close() {
    Process child = process;
    if (child != null) {
      child.destroy();
      child.onExit().completeOnTimeout(child, 10, TimeUnit.SECONDS).join();
    }
    kill();
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      // The JVM is ending, and its hook runs.
    }
  }
}
