package dev.craftstream.embedded;

import java.nio.file.Path;
import java.util.Map;

/**
 * The folder for what is set up once and used again: Python environments, and what runs in them
 * leaves behind. {@code CRAFT_HOME} names it; else it is {@code .craft} in the project's folder.
 */
public record CraftHome(Path path) {

  /** The one that the environment names. */
  public static CraftHome of(Map<String, String> environment, Path project) {
    String home = environment.getOrDefault("CRAFT_HOME", "");
    return new CraftHome(
        home.isBlank() ? project.resolve(".craft") : Path.of(home).toAbsolutePath().normalize());
  }

  /** Folder of the Python environment {@code name}. */
  public Path virtualEnvironment(String name) {
    return path.resolve("venv-" + name);
  }
}
