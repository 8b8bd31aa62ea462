package dev.craftstream.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A process of this one's that can be stopped or killed, and started again. What it prints goes to
 * its log, of all of its lives.
 */
public final class ChildProcess implements AutoCloseable {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
  private static final int TAIL_BYTES = 16 << 10;

  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Path log;
  private final Thread shutdownHook;
  private volatile Process process;

  /**
   * Starts nothing yet.
   *
   * @param name for messages, as in {@code the job manager ended}
   * @param environment variables on top of this process's own
   */
  public ChildProcess(
      String name, List<String> command, Map<String, String> environment, Path log) {
    this.name = name;
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.log = log;
    this.shutdownHook = new Thread(this::kill, "kill " + name);
  }

  /** The same, killed where this JVM ends before it is closed. */
  public static ChildProcess endingWithJvm(
      String name, List<String> command, Map<String, String> environment, Path log) {
    ChildProcess child = new ChildProcess(name, command, environment, log);
    Runtime.getRuntime().addShutdownHook(child.shutdownHook);
    return child;
  }

  public String name() {
    return name;
  }

  public Path log() {
    return log;
  }

  public void start() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    process = builder.start();
  }

  public boolean isRunning() {
    Process child = process;
    return child != null && child.isAlive();
  }

  /** Its exit code, or that of the signal that ended it; only where it has ended. */
  public int exitValue() {
    return process.exitValue();
  }

  public long pid() {
    return process.pid();
  }

  public ProcessHandle handle() {
    return process.toHandle();
  }

  /** Fails where it has ended by itself. */
  public void requireRunning() {
    if (!isRunning()) {
      throw new IllegalStateException(
          "The %s ended with status %d; its log is %s.".formatted(name, exitValue(), log));
    }
  }

  /** Waits for its end, and says whether it came in time. */
  public boolean awaitEnd(Duration timeout) throws InterruptedException {
    return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The last lines of its log. */
  public List<String> logTail(int lines) {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      byte[] tail = new byte[(int) Math.min(file.length(), TAIL_BYTES)];
      file.seek(file.length() - tail.length);
      file.readFully(tail);
      List<String> all = new String(tail, UTF_8).lines().toList();
      return all.subList(Math.max(0, all.size() - lines), all.size());
    } catch (IOException e) {
      return List.of("(it cannot be read: " + e.getMessage() + ")");
    }
  }

  /** SIGKILL; returns when it is gone. */
  public void kill() {
    Process child = process;
    if (child != null) {
      child.destroyForcibly();
      child.onExit().join();
    }
  }

  /** SIGTERM, and SIGKILL where that takes longer than {@code timeout}; it can be started again. */
  public void stop(Duration timeout) {
    Process child = process;
    if (child != null) {
      child.destroy();
      child.onExit().completeOnTimeout(child, timeout.toMillis(), TimeUnit.MILLISECONDS).join();
    }
    kill();
  }

  /** Stops it for good. */
  @Override
  public void close() {
    close(STOP_TIMEOUT);
  }

  /** The same with another time-out. */
  public void close(Duration timeout) {
    stop(timeout);
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      // The JVM is ending, and its hook runs.
    }
  }
}
