package dev.craftstream.monitoring;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.embedded.CraftHome;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/**
 * The programs {@code prometheus} and {@code promtool}. Those in the {@code PATH} are taken; else
 * they are unpacked from Debian's package, once. Nothing is installed, so that no service starts.
 */
public final class PrometheusTools {
  private static final String PACKAGE = "prometheus";

  private final Path folder;

  private PrometheusTools(Path folder) {
    this.folder = folder;
  }

  /** What a command printed, standard error included, and its exit code. */
  public record Ran(int exitCode, String output) {}

  /** Finds them, and skips the test where there are none and Debian's package cannot be had. */
  public static synchronized PrometheusTools orSkip() throws IOException, InterruptedException {
    Optional<Path> installed = inPath();
    if (installed.isPresent()) {
      return new PrometheusTools(installed.get());
    }
    Path home = CraftHome.of(System.getenv(), Path.of("").toAbsolutePath()).path().resolve(PACKAGE);
    Path programs = home.resolve("usr/bin");
    if (!Files.isExecutable(programs.resolve("promtool"))) {
      unpack(home);
    }
    return new PrometheusTools(programs);
  }

  private static Optional<Path> inPath() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(folder -> !folder.isBlank())
        .map(Path::of)
        .filter(
            folder ->
                Files.isExecutable(folder.resolve("promtool"))
                    && Files.isExecutable(folder.resolve("prometheus")))
        .findFirst();
  }

  private static void unpack(Path home) throws IOException, InterruptedException {
    Path download = Files.createTempDirectory(PACKAGE);
    Ran fetched = ran(download, List.of("apt-get", "-q", "download", PACKAGE));
    if (fetched.exitCode() != 0) {
      // Where no list of packages has been fetched yet.
      ran(download, List.of("apt-get", "-q", "update"));
      fetched = ran(download, List.of("apt-get", "-q", "download", PACKAGE));
    }
    try (Stream<Path> files = Files.list(download)) {
      Optional<Path> archive = files.filter(file -> file.toString().endsWith(".deb")).findFirst();
      if (archive.isEmpty()) {
        throw new TestAbortedException(
            "Neither prometheus and promtool in the PATH nor Debian's package: "
                + fetched.output().strip());
      }
      Files.createDirectories(home);
      Ran unpacked =
          ran(home, List.of("dpkg-deb", "-x", archive.get().toString(), home.toString()));
      if (unpacked.exitCode() != 0) {
        throw new IOException("Debian's package does not unpack: " + unpacked.output());
      }
      Files.delete(archive.get());
    }
    Files.delete(download);
  }

  /** Runs {@code promtool} in the project's folder. */
  public Ran promtool(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(folder.resolve("promtool").toString());
    Collections.addAll(command, arguments);
    return ran(Path.of("").toAbsolutePath(), command);
  }

  private static Ran ran(Path folder, List<String> command)
      throws IOException, InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    } catch (IOException e) {
      // No such program: on another system than Debian.
      return new Ran(127, e.getMessage());
    }
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Ran(process.waitFor(), output);
  }
}
