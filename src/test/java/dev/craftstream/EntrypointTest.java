package dev.craftstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code docker/job/entrypoint.sh}, with Flink's own replaced by one that says what it was given.
 */
class EntrypointTest {
  @TempDir private Path folder;
  private Path conf;
  private Path script;

  @BeforeEach
  void lay() throws IOException {
    Path image = Files.createDirectories(folder.resolve("image/conf")).getParent();
    Files.writeString(image.resolve("conf/config.yaml"), "shipped: true\n");
    Files.writeString(image.resolve("conf/log4j-console.properties"), "rootLogger.level = INFO\n");
    Files.copy(Path.of("flink-conf/log4j-json.properties"), image.resolve("log4j-json.properties"));
    Path flinks = Files.writeString(folder.resolve("flinks.sh"), "echo started \"$@\"\n");
    script =
        Files.writeString(
            image.resolve("entrypoint.sh"),
            Files.readString(Path.of("docker/job/entrypoint.sh"))
                .replace("exec /docker-entrypoint.sh", "exec sh " + flinks));
    conf = folder.resolve("flink/conf");
    Files.createDirectories(conf.getParent());
  }

  @Test
  void givenAnEmptyConf_whenStarted_thenTheImagesConfigurationIsThere() throws Exception {
    Files.createDirectory(conf);
    assertThat(start(Map.of())).isEqualTo("0: started taskmanager -Dx=a b\n");
    assertThat(conf.resolve("config.yaml")).hasContent("shipped: true");
    assertThat(conf.resolve("log4j-console.properties")).hasContent("rootLogger.level = INFO");
    assertThat(conf.resolve(".writable")).doesNotExist();
  }

  @Test
  void givenJsonIsAskedFor_whenStarted_thenTheLogsAreJson() throws Exception {
    Files.createDirectory(conf);
    assertThat(start(Map.of("CRAFT_LOG_FORMAT", "json"))).startsWith("0: started");
    assertThat(Files.readString(conf.resolve("log4j-console.properties")))
        .startsWith("rootLogger.level = INFO")
        .endsWith(Files.readString(Path.of("flink-conf/log4j-json.properties")));
  }

  @Test
  void givenAnotherFormat_whenStarted_thenItSaysWhichThereAre() throws Exception {
    Files.createDirectory(conf);
    assertThat(start(Map.of("CRAFT_LOG_FORMAT", "xml")))
        .isEqualTo("1: entrypoint: CRAFT_LOG_FORMAT is text or json, not xml.\n");
  }

  /** {@code /proc/self} is a folder in which nobody, not even root, can make a file. */
  @Test
  void givenAConfThatCannotBeWrittenAndIsEmpty_whenStarted_thenItSaysWhatToMount()
      throws Exception {
    Files.createSymbolicLink(conf, Path.of("/proc/self"));
    assertThat(start(Map.of())).startsWith("1: ").contains("has no config.yaml: mount it with one");
  }

  /** Its status stands for the mounted configuration. */
  @Test
  void givenAMountedConf_whenStarted_thenItIsUsedAsItIs() throws Exception {
    Files.createSymbolicLink(conf, Path.of("/proc/self"));
    Files.writeString(
        script, Files.readString(script).replace("$conf/config.yaml", "$conf/status"));
    assertThat(start(Map.of("JOB_MANAGER_RPC_ADDRESS", "jobmanager")))
        .startsWith("0: ")
        .contains("its configuration is used as it is")
        .contains("JOB_MANAGER_RPC_ADDRESS is set and changes nothing")
        .endsWith("started taskmanager -Dx=a b\n");
  }

  private String start(Map<String, String> environment) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("sh", script.toString(), "taskmanager", "-Dx=a b")
            .redirectErrorStream(true);
    builder.environment().put("FLINK_HOME", conf.getParent().toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return process.exitValue() + ": " + output;
  }
}
