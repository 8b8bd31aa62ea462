package dev.craftstream.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.model.Sha256;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
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
  /** Where all that the requirements pin has wheels: NumPy below 2 ends with 3.12. */
  private static final List<Integer> MINORS = List.of(12, 11, 10);

  /** The library lies where serve.py and the loader look. */
  private static final String PROBE =
      """
      import ctypes, os, sys, sysconfig

      def loads(library):
          try:
              return bool(ctypes.CDLL(library))
          except OSError:
              return False

      major, minor = sys.version_info[:2]
      library = f"libpython{major}.{minor}.so.1.0"
      folder = sysconfig.get_config_var("LIBDIR") or ""
      shared = loads(library) or loads(os.path.join(folder, library))
      print(major, minor, "shared" if shared else "static", sys.executable)
      """;

  private static final int TAIL_LINES = 20;
  private static final long LOCK_POLL_MILLIS = 100;

  private final Path folder;

  private PythonEnvironment(Path folder) {
    this.folder = folder;
  }

  /**
   * Makes the environment, or finds it made.
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
        environment.make(fingerprint, requirements, pipOptions, progress);
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
      String fingerprint, Path requirements, List<String> pipOptions, Consumer<String> progress)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    String interpreter = interpreter(names());
    progress.accept("Making a Python environment in " + folder);
    deleteRecursively(folder);
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

  private static List<String> names() {
    List<String> names = new ArrayList<>(List.of("python3"));
    MINORS.forEach(minor -> names.add("python3." + minor));
    return names;
  }

  /**
   * The first of these commands that is a Python the packages are there for, with the shared
   * library that Triton's Python backend loads.
   *
   * @throws IOException with a sentence that says what is there instead and what to install
   */
  static String interpreter(List<String> commands) throws IOException, InterruptedException {
    List<String> unfit = new ArrayList<>();
    for (String command : commands) {
      String[] words = describe(command);
      if (words.length != 4 || !words[0].equals("3")) {
        continue;
      }
      int minor = Integer.parseInt(words[1]);
      if (!MINORS.contains(minor)) {
        unfit.add("%s is Python 3.%d at %s.".formatted(command, minor, words[3]));
      } else if (words[2].equals("shared")) {
        return words[3];
      } else {
        unfit.add(
            "%s at %s lacks its shared library (Debian, Ubuntu: apt-get install libpython3.%d)."
                .formatted(command, words[3], minor));
      }
    }
    throw new IOException(
        (unfit.isEmpty()
                ? "There is no " + commands.get(0) + " that works."
                : String.join(" ", unfit))
            + " The model server runs with Python 3.10, 3.11 and 3.12: have one of them, with its venv"
            + " module and shared library, as "
            + String.join(", ", commands.subList(0, commands.size() - 1))
            + " or "
            + commands.get(commands.size() - 1)
            + " on the PATH (Ubuntu 24.04: apt-get install python3.12-venv libpython3.12; where the"
            + " distribution has newer ones only: uv python install 3.12).");
  }

  /**
   * Major and minor version, whether a shared library is there, and the executable; anything else
   * where it does not work.
   */
  private static String[] describe(String command) throws IOException, InterruptedException {
    Process process;
    try {
      process = start(List.of(command, "-c", PROBE));
    } catch (IOException e) {
      return new String[0];
    }
    String answer;
    try (BufferedReader output = process.inputReader(UTF_8)) {
      answer = output.readLine();
    }
    return process.waitFor() != 0 || answer == null ? new String[0] : answer.split(" ", 4);
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

  private static Process start(List<String> command) throws IOException {
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

  static void deleteRecursively(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, IOException e)
              throws IOException {
            if (e != null) {
              throw e;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
