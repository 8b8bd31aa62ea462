package dev.craftstream.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The project's folder on this machine, and what lies where in it.
 *
 * @param root the clone, or the folder of a release
 * @param built folder of what was built: {@code target} in a clone, {@code runtime} in a release
 * @param home what is set up once and used again
 */
public record Project(Path root, Path built, CraftHome home) {

  /** The one that {@code ./craft} names, else the current folder. */
  public static Project here() {
    Path root = Path.of(System.getProperty("craft.project", "")).toAbsolutePath().normalize();
    Path built = root.resolve(System.getProperty("craft.built", "target"));
    return new Project(root, built, CraftHome.of(System.getenv(), root));
  }

  /** Folder with Flink's own configuration, {@code config.yaml}. */
  public Path flinkConfiguration() {
    return root.resolve("flink-conf");
  }

  /** The job's options. */
  public Path options() {
    return flinkConfiguration().resolve("craft-stream.yaml");
  }

  /** The models that Triton serves. */
  public Path modelRepository() {
    return root.resolve("docker").resolve("triton");
  }

  /** What starts Triton. */
  public Path launcher() {
    return modelRepository().resolve("serve.py");
  }

  /** Triton's Python packages and those of its models. */
  public Path requirements() {
    return modelRepository().resolve("requirements.txt");
  }

  /** The reference trainer. */
  public Path trainer() {
    return root.resolve("docker").resolve("trainer");
  }

  /** Model and peers of the benchmark. */
  public Path bench() {
    return root.resolve("src").resolve("bench");
  }

  /** Jar with the sentence embedding model. */
  public Path embedder() {
    return built.resolve("embedder").resolve("all-minilm-l6-v2.jar");
  }

  /**
   * Checks that all of it is there.
   *
   * @throws IOException with a sentence that names what is missing
   */
  public void check() throws IOException {
    for (Path file :
        new Path[] {
          flinkConfiguration().resolve("config.yaml"),
          options(),
          launcher(),
          requirements(),
          embedder()
        }) {
      if (!Files.isRegularFile(file)) {
        throw new IOException(
            file
                + " is missing. Start ./craft in a complete clone of the project, where it builds what"
                + " lies in target, or unpack the release again.");
      }
    }
  }

  /** {@code path} as short as it can be said from the current folder. */
  public static String shown(Path path) {
    Path current = Path.of("").toAbsolutePath();
    Path absolute = path.toAbsolutePath().normalize();
    return absolute.startsWith(current) && !absolute.equals(current)
        ? current.relativize(absolute).toString()
        : absolute.toString();
  }
}
