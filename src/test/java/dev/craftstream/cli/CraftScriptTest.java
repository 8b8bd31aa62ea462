package dev.craftstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code craft} in the folder of a release, where there is nothing to build with. */
@Tag("integration")
class CraftScriptTest {
  @TempDir Path folder;
  private Path release;
  private Path jdk;

  private record Ended(int status, String output) {}

  @BeforeEach
  void release() throws IOException {
    release = Files.createDirectories(folder.resolve("craft-stream-1.2.3")).toRealPath();
    Files.copy(Path.of("craft"), release.resolve("craft"));
    jdk = FakeJava.in(folder, "for argument; do echo \"$argument\"; done");
  }

  @Test
  void itRunsWhatLiesInTheFolderRuntime() throws Exception {
    Path runtime = release.resolve("runtime");
    Files.createDirectories(runtime.resolve("lib"));
    Files.createDirectories(runtime.resolve("embedder"));
    Files.createFile(runtime.resolve("craft-stream.jar"));

    Ended ended = craft();

    assertThat(ended.output.lines())
        .containsSubsequence(
            "-Dcraft.project=" + release,
            "-Dcraft.built=" + runtime,
            "-cp",
            runtime.resolve("craft-stream.jar") + ":" + runtime.resolve("lib") + "/*",
            Craft.class.getName(),
            "options");
    assertThat(ended.status).isZero();
  }

  @Test
  void whereAPartIsMissingItSaysSo_andBuildsNothing() throws Exception {
    Files.createDirectories(release.resolve("runtime/lib"));

    assertThat(craft())
        .isEqualTo(
            new Ended(
                1,
                "craft: "
                    + release.resolve("runtime")
                    + " is not complete. Unpack the release again.\n"));
  }

  private Ended craft() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("sh", release.resolve("craft").toString(), "options");
    builder.environment().put("JAVA_HOME", jdk.toString());
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Ended(process.waitFor(), output);
  }
}
