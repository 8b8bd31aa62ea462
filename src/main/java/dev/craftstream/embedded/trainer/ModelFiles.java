package dev.craftstream.embedded.trainer;

import dev.craftstream.embedded.Project;
import dev.craftstream.embedded.RunSetUp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A run's own copy of the project's model repository, which the trainer adds adapters to. The
 * project's own stays as it is.
 *
 * @param repository the folder of the copy
 */
public record ModelFiles(Path repository) {
  private static final String VERSION = "1";
  private static final String ADAPTERS = "adapters";
  private static final List<String> PARTS = List.of(RunSetUp.MODEL, "minilm", "craft_serving");
  private static final Set<String> LEFT_OUT = Set.of(ADAPTERS, "__pycache__");

  /** Copies the models without their adapters; adapters that the copy has stay. */
  public static ModelFiles copy(Project project, Path repository) throws IOException {
    for (String part : PARTS) {
      Path from = project.modelRepository().resolve(part);
      try (Stream<Path> files = Files.walk(from)) {
        for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
          if (Stream.iterate(file, f -> !f.equals(from), Path::getParent)
              .noneMatch(f -> LEFT_OUT.contains(f.getFileName().toString()))) {
            Path to = repository.resolve(part).resolve(from.relativize(file).toString());
            Files.createDirectories(to.getParent());
            Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
          }
        }
      }
    }
    return new ModelFiles(repository.toAbsolutePath());
  }

  /** The adapters that there are, by name. */
  public List<String> adapters() throws IOException {
    Path folder = adapterFolder();
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".gguf") && !name.startsWith("."))
          .map(name -> name.substring(0, name.length() - ".gguf".length()))
          .sorted()
          .toList();
    }
  }

  /**
   * Deletes an adapter; the server lets it go when it loads the model the next time. What was
   * trained stays in the trainer's work folder.
   */
  public void remove(String adapter) throws IOException {
    Files.deleteIfExists(adapterFolder().resolve(adapter + ".gguf"));
    Files.deleteIfExists(adapterFolder().resolve(adapter + ".json"));
  }

  private Path adapterFolder() {
    return repository.resolve(RunSetUp.MODEL).resolve(VERSION).resolve(ADAPTERS);
  }
}
