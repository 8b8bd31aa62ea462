package dev.craftstream.embedded.trainer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.embedded.ChildProcess;
import dev.craftstream.embedded.Project;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The reference trainer as a process: it waits for manifests, trains what its rules say, serves the
 * adapters and announces them, until it is closed. It goes on where one before it was, and ends
 * with this JVM, however that ends: it watches its standard input, which breaks when its parent is
 * gone.
 *
 * <p>Its log, {@code trainer.log}, lies in the work folder, and its file of options beside it.
 */
public final class TrainerProcess implements AutoCloseable {
  private static final int RESTARTS = 3;
  private static final String FAILED = "FAILED ";

  private final ChildProcess process;
  private long read;
  private int restarts;

  private TrainerProcess(ChildProcess process, long logged) {
    this.process = process;
    this.read = logged;
  }

  /**
   * Starts it.
   *
   * @param python an interpreter that has its packages
   */
  public static TrainerProcess start(Project project, Path python, TrainerOptions options)
      throws IOException {
    Path folder = options.workFolder();
    Path file = folder.resolve("options.yaml");
    options.write(file);
    List<String> command = new ArrayList<>();
    command.addAll(List.of(python.toString(), "-u", "-m", "craft_trainer", "run"));
    command.addAll(List.of("--end-with-stdin", "--config", file.toString()));
    options.more().forEach((key, value) -> command.addAll(List.of("-D", key + "=" + value)));
    Path log = folder.resolve("trainer.log");
    ChildProcess process =
        ChildProcess.endingWithJvm(
            "trainer",
            command,
            Map.of(
                "PYTHONPATH", project.trainer().toString(),
                "PYTHONDONTWRITEBYTECODE", "1",
                "PYTHONIOENCODING", "utf-8"),
            log);
    long logged = Files.exists(log) ? Files.size(log) : 0;
    process.start();
    return new TrainerProcess(process, logged);
  }

  /** The lines of the log that are new since this was asked last, the time of day cut off. */
  public List<String> news() throws IOException {
    if (!Files.exists(process.log())) {
      return List.of();
    }
    byte[] bytes;
    try (RandomAccessFile file = new RandomAccessFile(process.log().toFile(), "r")) {
      file.seek(read);
      bytes = new byte[(int) (file.length() - read)];
      file.readFully(bytes);
    }
    int whole = bytes.length;
    while (whole > 0 && bytes[whole - 1] != '\n') {
      whole--;
    }
    read += whole;
    return new String(bytes, 0, whole, UTF_8)
        .lines()
        .map(line -> line.replaceFirst("^\\d\\d:\\d\\d:\\d\\d  ", ""))
        .toList();
  }

  /**
   * Starts it again where it has ended.
   *
   * @return whether it had
   * @throws IOException with its last words, where that was done too often
   */
  public boolean restartWhereEnded() throws IOException {
    if (process.isRunning()) {
      return false;
    }
    restarts++;
    if (restarts > RESTARTS) {
      throw new IOException(
          "The trainer ended with status %d, after %d restarts. Its log (%s) ends with:%n%s"
              .formatted(
                  process.exitValue(),
                  RESTARTS,
                  process.log(),
                  String.join("\n", process.logTail(15))));
    }
    process.start();
    return true;
  }

  /** Why a model checkpoint can't be trained, of a line of {@link #news}; null for other lines. */
  public static String failure(String line) {
    return line.startsWith(FAILED) ? line.substring(FAILED.length()) : null;
  }

  /** Its log. */
  public Path log() {
    return process.log();
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.close();
  }
}
