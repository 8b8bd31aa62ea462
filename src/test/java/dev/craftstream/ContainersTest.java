package dev.craftstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** docker/ gives no container more than it needs. */
class ContainersTest {

  @Test
  void everyServiceReadsOnlyAndMayBecomeNothingElse() throws IOException {
    Map<?, ?> compose =
        (Map<?, ?>)
            new Load(LoadSettings.builder().build())
                .loadFromString(Files.readString(Path.of("docker/compose.yaml")));
    Map<?, ?> services = (Map<?, ?>) compose.get("services");
    assertThat(services).hasSizeGreaterThanOrEqualTo(4);
    services.forEach(
        (name, service) ->
            assertThat(merged((Map<?, ?>) service))
                .as(name.toString())
                .containsEntry("read_only", true)
                .containsEntry("cap_drop", List.of("ALL"))
                .containsEntry("security_opt", List.of("no-new-privileges:true"))
                .doesNotContainKeys("privileged", "cap_add")
                .doesNotContainEntry("user", "root")
                .doesNotContainEntry("user", "0")
                .doesNotContainEntry("user", "0:0"));
  }

  @Test
  void ourImagesDoNotRunAsRoot() throws IOException {
    for (String image : List.of("docker/job/Dockerfile", "docker/triton/Dockerfile")) {
      assertThat(
              Files.readAllLines(Path.of(image)).stream()
                  .filter(line -> line.startsWith("USER "))
                  .reduce((before, after) -> after))
          .as(image)
          .hasValueSatisfying(user -> assertThat(user).isNotIn("USER root", "USER 0"));
    }
  }

  /** With what stands under {@code <<}, as Compose reads it. */
  private static Map<Object, Object> merged(Map<?, ?> mapping) {
    Map<Object, Object> merged = new HashMap<>();
    if (mapping.get("<<") instanceof Map<?, ?> base) {
      merged.putAll(merged(base));
    }
    mapping.forEach(merged::put);
    merged.remove("<<");
    return merged;
  }
}
