package dev.craftstream.embedded.trainer;

import dev.craftstream.client.Terminal;
import dev.craftstream.embedded.Project;
import dev.craftstream.embedded.PythonInterpreter;
import dev.craftstream.embedded.PythonSetUp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The Python that the trainer runs in. */
public final class TrainerPython {
  /** Names an interpreter that has the trainer's packages, so that none is set up. */
  public static final String VARIABLE = "CRAFT_TRAINER_PYTHON";

  private TrainerPython() {}

  /**
   * The interpreter that the environment variable names; else that of an environment which is made
   * here, the first time only.
   *
   * @throws IOException with a sentence where there is no such interpreter, or it can't be set up
   */
  public static Path prepare(Project project, Map<String, String> variables, Terminal terminal)
      throws IOException, InterruptedException {
    Optional<Path> named = named(variables);
    if (named.isPresent()) {
      terminal.line("  %-20s %s, as %s says", "Trainer's Python", named.get(), VARIABLE);
      return named.get();
    }
    Path folder = project.home().virtualEnvironment("trainer");
    if (!Files.isDirectory(folder)) {
      terminal.line(
          "  The trainer needs PyTorch: about 3 GB to download and 5.9 GB on the disk, once. That took 12 minutes where this was written.");
    }
    return PythonSetUp.prepare(
            "Trainer's Python",
            folder,
            project.trainer().resolve("requirements.txt"),
            PythonInterpreter.OF_THE_TRAINER,
            terminal)
        .python();
  }

  private static Optional<Path> named(Map<String, String> variables) throws IOException {
    String name = variables.getOrDefault(VARIABLE, "");
    if (name.isBlank()) {
      return Optional.empty();
    }
    Path python = Path.of(name).toAbsolutePath();
    if (!Files.isExecutable(python)) {
      throw new IOException(
          "%s is %s, which is no program. Name a Python that has the packages of docker/trainer/requirements.txt, or unset it, and one is set up."
              .formatted(VARIABLE, name));
    }
    return Optional.of(python);
  }
}
