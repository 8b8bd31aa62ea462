package dev.craftstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What ./craft reads and writes is UTF-8, whatever the locale is. */
@Tag("integration")
class LocaleTest {
  @TempDir Path folder;

  @Test
  void whatIsPrintedIsUtf8() throws Exception {
    Path file =
        Files.writeString(folder.resolve("q.jsonl"), "{\"question_id\":\"q\",\"größe-日本\":1}\n");

    String printed =
        output(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-cp",
                System.getProperty("java.class.path"),
                Craft.class.getName(),
                "import",
                "jsonl",
                file.toString(),
                "--dry-run"),
            Map.of("LC_ALL", "C", "CRAFT_HOME", folder.toString()));

    assertThat(printed).contains("größe-日本");
  }

  @ParameterizedTest
  @CsvSource({"C, C.UTF-8", "POSIX, C.UTF-8", "C.UTF-8, C.UTF-8"})
  void theScriptGivesJavaALocaleThatReadsArgumentsAsUtf8(String locale, String given)
      throws Exception {
    Path project = projectThatIsBuilt();
    Path jdk = FakeJava.in(folder, "echo \"$LC_ALL\"");

    assertThat(
            output(
                List.of("sh", project.resolve("craft").toString(), "options"),
                Map.of("LC_ALL", locale, "JAVA_HOME", jdk.toString())))
        .isEqualTo(given + "\n");
  }

  private Path projectThatIsBuilt() throws IOException {
    Path project = Files.createDirectories(folder.resolve("project"));
    Files.copy(Path.of("craft"), project.resolve("craft"));
    for (String part : List.of("proto", "src/main", "target/lib", "target/embedder")) {
      Files.createDirectories(project.resolve(part));
    }
    Files.createFile(project.resolve("pom.xml"));
    Files.createFile(project.resolve("target/craft-stream.jar"));
    return project;
  }

  private static String output(List<String> command, Map<String, String> environment)
      throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.waitFor();
    return output;
  }
}
