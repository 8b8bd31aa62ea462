package dev.craftstream.embedded;

import dev.craftstream.client.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Setting up a Python environment before the eyes of a user. */
public final class PythonSetUp {
  private static final Logger LOG = LoggerFactory.getLogger(PythonSetUp.class);

  private PythonSetUp() {}

  /**
   * Makes an environment, or finds it made, and says so.
   *
   * @param what its name, for people
   */
  public static PythonEnvironment prepare(
      String what, Path folder, Path requirements, PythonInterpreter interpreter, Terminal terminal)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    boolean[] made = {false};
    PythonEnvironment python =
        PythonEnvironment.prepare(
            folder,
            requirements,
            // A model's package is there for its file, and what it depends on would be compiled.
            List.of("--no-deps"),
            interpreter,
            line -> {
              if (!made[0]) {
                terminal.line(
                    "  %-20s set up, this first time only, in %s ...", what, Project.shown(folder));
                made[0] = true;
              }
              LOG.info("Set-up: {}", line);
            });
    String detail =
        made[0]
            ? String.format(Locale.ROOT, "%d MB in %s", megabytes(folder), Project.shown(folder))
            : Project.shown(folder);
    terminal.line("%s", Phases.readyLine(what, start, detail));
    return python;
  }

  private static long megabytes(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum()
          / 1_000_000;
    }
  }
}
