package dev.craftstream.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder of one embedded run: logs, the broker's data, Flink checkpoints, exported datasets,
 * the report. It belongs to one run at a time, and stays after the run to be looked at, or for the
 * run to go on.
 */
public final class WorkFolder implements AutoCloseable {
  private static final String MARK = ".craft-run";
  private static final List<String> PARTS =
      List.of("kafka", "triton", "flink", "logs", "export", "models", "trainer");

  private final Path path;
  private final FileChannel channel;

  private WorkFolder(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Takes a folder and deletes what a run before left in it.
   *
   * @throws IOException with a sentence where another run has it, or where it holds what is not a
   *     run's
   */
  public static WorkFolder take(Path path) throws IOException {
    WorkFolder folder = keep(path);
    for (String part : PARTS) {
      Folders.delete(path.resolve(part));
    }
    return folder;
  }

  /**
   * Takes a folder with what a run before left in it.
   *
   * @throws IOException with a sentence where another run has it, or where it holds what is not a
   *     run's
   */
  public static WorkFolder keep(Path path) throws IOException {
    Path mark = path.resolve(MARK);
    if (Files.exists(path) && !Files.exists(mark) && !isEmptyFolder(path)) {
      throw new IOException(
          path + " is not empty and no earlier run's. Give the run a folder of its own.");
    }
    Files.createDirectories(path);
    FileChannel channel =
        FileChannel.open(mark, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!lock(channel)) {
      channel.close();
      throw new IOException(
          "Another run is under way in "
              + path
              + ". Stop it, or give this one another folder with --work-dir.");
    }
    WorkFolder folder = new WorkFolder(path, channel);
    // Until the run writes its own, these would lead to where an earlier one was.
    Files.deleteIfExists(folder.options());
    return folder;
  }

  /** Whether a run is under way in a folder. */
  public static boolean isTaken(Path path) {
    // Shared, so that reading is all that it needs: the run may be another user's.
    try (FileChannel channel = FileChannel.open(path.resolve(MARK), StandardOpenOption.READ);
        FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
      return lock == null;
    } catch (OverlappingFileLockException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isEmptyFolder(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return false;
    }
    try (Stream<Path> content = Files.list(path)) {
      return content.findAny().isEmpty();
    }
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  public Path path() {
    return path;
  }

  public Path kafka() {
    return path.resolve("kafka");
  }

  public Path triton() {
    return path.resolve("triton");
  }

  public Path flink() {
    return path.resolve("flink");
  }

  public Path logs() {
    return path.resolve("logs");
  }

  /** Datasets for trainers, a folder each. */
  public Path export() {
    return path.resolve("export");
  }

  /** The model repository of a run that adds to it. */
  public Path models() {
    return path.resolve("models");
  }

  /** Journals, datasets and logs of the trainer. */
  public Path trainer() {
    return path.resolve("trainer");
  }

  /** The job's options as this run has them, for commands that want to reach it. */
  public Path options() {
    return path.resolve("craft-stream.yaml");
  }

  public Path report() {
    return path.resolve("report.html");
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
