package dev.craftstream.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.model.Sha256;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * A Python virtual environment with the packages of one requirements file.
 *
 * <p>It is set up once: a stamp that is written last names the requirements it was made from, so
 * that a later run finds it finished, and a changed file, another list of options or a set-up that
 * broke off makes it anew. Processes that want the same folder at the same time wait for each
 * other.
 */
public final class PythonEnvironment {
  private static final int TAIL_LINES = 20;
  private static final long LOCK_POLL_MILLIS = 100;

  private final Path folder;

  private PythonEnvironment(Path folder) {
    this.folder = folder;
  }

  /**
   * Makes the environment of the model server's Python, or finds it made.
   *
   * @param folder where it shall be; what else is there is deleted
   * @param requirements pip's requirements file
   * @param pipOptions options for {@code pip install}, such as {@code --no-deps}
   * @param progress gets a line for each step while the environment is made; nothing where it was
   *     there already
   * @throws IOException with a sentence that says what is missing and the last lines that the
   *     failing command printed
   */
  public static PythonEnvironment prepare(
      Path folder, Path requirements, List<String> pipOptions, Consumer<String> progress)
      throws IOException, InterruptedException {
    return prepare(folder, requirements, pipOptions, PythonInterpreter.OF_THE_SERVER, progress);
  }

  /** The same of another Python. */
  public static PythonEnvironment prepare(
      Path folder,
      Path requirements,
      List<String> pipOptions,
      PythonInterpreter interpreter,
      Consumer<String> progress)
      throws IOException, InterruptedException {
    Path home = folder.toAbsolutePath().normalize();
    var environment = new PythonEnvironment(home);
    String fingerprint = fingerprint(requirements, pipOptions);
    if (environment.isComplete(fingerprint)) {
      return environment;
    }
    Files.createDirectories(home.getParent());
    Path lockFile = home.resolveSibling(home.getFileName() + ".lock");
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = lock(channel, home, progress)) {
      if (lock.isValid() && !environment.isComplete(fingerprint)) {
        environment.make(fingerprint, requirements, pipOptions, interpreter.find(), progress);
      }
    }
    return environment;
  }

  /** The environment's folder. */
  public Path folder() {
    return folder;
  }

  /** Folder of its executables. */
  public Path bin() {
    return folder.resolve("bin");
  }

  /** Its Python interpreter. */
  public Path python() {
    return bin().resolve("python");
  }

  private void make(
      String fingerprint,
      Path requirements,
      List<String> pipOptions,
      String interpreter,
      Consumer<String> progress)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    progress.accept("Making a Python environment in " + folder);
    Folders.delete(folder);
    run(
        List.of(interpreter, "-m", "venv", folder.toString()),
        progress,
        interpreter
            + " could not make a virtual environment in "
            + folder
            + ". Check that the disk has space and that its venv and ensurepip modules are installed"
            + " (Debian and Ubuntu: apt-get install python3-venv, or that of its version, such as"
            + " python3.12-venv).");
    var install =
        new ArrayList<>(
            List.of(python().toString(), "-m", "pip", "--disable-pip-version-check", "install"));
    install.addAll(List.of("--no-input", "--progress-bar=off"));
    install.addAll(pipOptions);
    install.addAll(List.of("-r", requirements.toString()));
    run(
        install,
        progress,
        "pip could not install "
            + requirements
            + " into "
            + folder
            + ". Check that a package index can be reached and that the disk has space.");
    Files.writeString(stamp(), fingerprint);
    progress.accept(
        String.format(
            Locale.ROOT,
            "Python environment ready in %.1f s, %d MB: %s",
            Duration.ofNanos(System.nanoTime() - start).toMillis() / 1000.0,
            sizeInBytes(folder) / 1_000_000,
            folder));
  }

  private boolean isComplete(String fingerprint) throws InterruptedException {
    try {
      if (!Files.readString(stamp()).equals(fingerprint)) {
        return false;
      }
      // The interpreter that it was made from may be gone.
      Process python =
          new ProcessBuilder(python().toString(), "-c", "")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return python.waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private Path stamp() {
    return folder.resolve("requirements.sha256");
  }

  private static void run(List<String> command, Consumer<String> progress, String onFailure)
      throws IOException, InterruptedException {
    Process process = start(command);
    Deque<String> tail = new ArrayDeque<>();
    try (BufferedReader output = process.inputReader(UTF_8)) {
      String line;
      while ((line = output.readLine()) != null) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        progress.accept(line);
        tail.addLast(line);
        if (tail.size() > TAIL_LINES) {
          tail.removeFirst();
        }
      }
      if (process.waitFor() != 0) {
        throw new IOException(onFailure + " It said last:\n" + String.join("\n", tail));
      }
    } finally {
      process.destroy();
    }
  }

  static Process start(List<String> command) throws IOException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    // Another environment's variables would lead this one astray.
    builder.environment().keySet().removeAll(List.of("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"));
    return builder.start();
  }

  private static FileLock lock(FileChannel channel, Path home, Consumer<String> progress)
      throws IOException, InterruptedException {
    boolean told = false;
    while (true) {
      try {
        FileLock lock = channel.tryLock();
        if (lock != null) {
          return lock;
        }
      } catch (OverlappingFileLockException e) {
        // Another thread of this process has it.
      }
      if (!told) {
        progress.accept("Waiting for whoever else makes the Python environment " + home);
        told = true;
      }
      Thread.sleep(LOCK_POLL_MILLIS);
    }
  }

  /**
   * Changes with the text of the requirements, of the files that these include, and the options.
   */
  private static String fingerprint(Path requirements, List<String> pipOptions) throws IOException {
    MessageDigest digest = Sha256.digest();
    digest.update(String.join("\n", pipOptions).getBytes(UTF_8));
    addRequirements(requirements, digest, 0);
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void addRequirements(Path file, MessageDigest digest, int depth)
      throws IOException {
    if (depth > 10) {
      throw new IOException("The requirements include each other without end: " + file);
    }
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      throw new IOException("The requirements file " + file + " is not there.", e);
    }
    for (String line : lines) {
      String text = line.strip();
      digest.update((text + "\n").getBytes(UTF_8));
      if (text.startsWith("-r ") || text.startsWith("-c ")) {
        addRequirements(file.resolveSibling(text.substring(3).strip()), digest, depth + 1);
      }
    }
  }

  private static long sizeInBytes(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .mapToLong(
              file -> {
                try {
                  return Files.size(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              })
          .sum();
    }
  }
}
