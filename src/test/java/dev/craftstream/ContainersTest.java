package dev.craftstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.craftstream.config.ConfigurationFile;
import dev.craftstream.config.TritonOptions;
import dev.craftstream.testing.Pom;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** docker/ gives no container more than it needs. */
class ContainersTest {

  @Test
  void everyServiceReadsOnlyAndMayBecomeNothingElse() throws IOException {
    Map<?, ?> services = (Map<?, ?>) compose().get("services");
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

  /** A service that has no limit takes the machine's memory, threads or disk with it. */
  @Test
  void everyServiceIsHeldToMemoryProcessesAndLogs() throws IOException {
    for (String name : services()) {
      Map<Object, Object> service = service(name);
      assertThat(service).as(name).containsKeys("mem_limit", "pids_limit", "restart");
      Map<?, ?> options = (Map<?, ?>) ((Map<?, ?>) service.get("logging")).get("options");
      assertThat(options.containsKey("max-size") && options.containsKey("max-file")).isTrue();
      for (Object tmpfs : (List<?>) service.getOrDefault("tmpfs", List.of())) {
        assertThat(tmpfs.toString()).as(name).contains("size=");
      }
    }
  }

  /** What is kept in a tmpfs counts as the container's memory. */
  @Test
  void theLimitsOfMemoryHoldFlinksProcessesAndTheirTmpfs() throws IOException {
    Configuration flink = ConfigurationFile.read(Path.of("flink-conf/config.yaml"));
    assertThat(memoryBesidesTmpfs("jobmanager"))
        .isGreaterThanOrEqualTo(flink.get(JobManagerOptions.TOTAL_PROCESS_MEMORY));
    assertThat(memoryBesidesTmpfs("taskmanager"))
        .isGreaterThanOrEqualTo(flink.get(TaskManagerOptions.TOTAL_PROCESS_MEMORY));
  }

  @Test
  void whatIsBuiltHereIsBuiltAndWhatIsNotHasAVersion() throws IOException {
    for (String name : services()) {
      Map<Object, Object> service = service(name);
      if (service.containsKey("build")) {
        assertThat(service).as(name).containsEntry("pull_policy", "build");
      } else {
        assertThat(service.get("image").toString())
            .as(name)
            .matches("[a-z/.-]+:v?\\d+\\.\\d+\\.\\d+[a-z0-9.-]*@sha256:[0-9a-f]{64}");
      }
    }
  }

  @Test
  void theVersionsOfTheImagesAreThoseThatTheJobIsBuiltWith() throws Exception {
    assertThat(service("kafka").get("image").toString())
        .startsWith("apache/kafka:" + Pom.property("kafka.version") + "@");
    String dockerfile = Files.readString(Path.of("docker/job/Dockerfile"));
    String flink = Pom.property("flink.version");
    assertThat(dockerfile)
        .contains("FROM flink:" + flink + "-java" + Pom.property("maven.compiler.release") + "\n")
        .contains("FROM maven:3.9-eclipse-temurin-" + Pom.property("maven.compiler.release"));
    assertThat(Pattern.compile("flink[- ]\\S*?(\\d+\\.\\d+\\.\\d+)").matcher(dockerfile).results())
        .isNotEmpty()
        .allSatisfy(found -> assertThat(found.group(1)).isEqualTo(flink));
  }

  /** Compose refuses a service whose dependency no profile of it starts. */
  @Test
  void aProfileStartsWhatItsServicesDependOn() throws IOException {
    for (String name : services()) {
      Object others = service(name).getOrDefault("depends_on", List.of());
      for (Object other : others instanceof Map<?, ?> map ? map.keySet() : (List<?>) others) {
        Object profiles = service(other.toString()).get("profiles");
        if (profiles != null) {
          assertThat(((List<?>) profiles).containsAll((List<?>) service(name).get("profiles")))
              .as("%s of %s", other, name)
              .isTrue();
        }
      }
    }
  }

  /** A model server that is down is an outage that the job waits out. */
  @Test
  void theJobStartsWithoutAModelServer() throws IOException {
    for (String name : List.of("jobmanager", "taskmanager")) {
      Object others = service(name).get("depends_on");
      assertThat(others instanceof Map<?, ?> map ? map.keySet() : (List<?>) others)
          .as(name)
          .noneMatch(other -> Set.of("triton", "vllm").contains(other));
    }
  }

  @Test
  void everyServerHasAHealthCheckThatStartsNoJavaProcess() throws IOException {
    for (String name : services()) {
      if (name.equals("trainer")) {
        assertThat(service(name)).as("it serves nobody").doesNotContainKeys("ports", "expose");
        continue;
      }
      assertThat(service(name)).as(name).containsKey("healthcheck");
      assertThat(((Map<?, ?>) service(name).get("healthcheck")).get("test").toString())
          .as(name)
          .doesNotContain("java", "/bin/", "zkServer", "kafka-");
    }
  }

  @Test
  void whatTheBrokerKeepsLiesOnItsVolume() throws IOException {
    Map<Object, Object> kafka = service("kafka");
    Object folder = ((Map<?, ?>) kafka.get("environment")).get("KAFKA_LOG_DIRS");
    assertThat(kafka).containsEntry("volumes", List.of("kafka:" + folder));
  }

  @Test
  void aMistypedTopicIsNotMade() throws IOException {
    assertThat(merged((Map<?, ?>) service("kafka").get("environment")))
        .containsEntry("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false");
  }

  /** Without the image's logback.xml, which lies in /conf, everything is logged. */
  @Test
  void nothingHidesZooKeepersConfigurationOfLogs() throws IOException {
    Map<Object, Object> zookeeper = service("zookeeper");
    assertThat(mounted(zookeeper)).doesNotContain("/conf", "/conf/logback.xml");

    Properties options = new Properties();
    try (Reader file = Files.newBufferedReader(Path.of("docker/zookeeper/zoo.cfg"))) {
      options.load(file);
    }
    assertThat(mounted(zookeeper))
        .as("the image would write one itself")
        .contains("/conf/zoo.cfg")
        .contains(options.getProperty("dataDir"), options.getProperty("dataLogDir"));
  }

  @Test
  void whatIsMountedFromHereIsThere() throws IOException {
    Map<?, ?> volumes = (Map<?, ?>) compose().get("volumes");
    for (Object name : ((Map<?, ?>) compose().get("services")).keySet()) {
      for (Object volume : (List<?>) service(name.toString()).getOrDefault("volumes", List.of())) {
        String source = withDefaults(volume.toString()).split(":", 2)[0];
        if (source.startsWith(".")) {
          assertThat(Path.of("docker").resolve(source)).exists();
          assertThat(volume.toString()).endsWith(":ro");
        } else if (!source.startsWith("/")) {
          assertThat(volumes.containsKey(source)).as(source).isTrue();
        }
      }
    }
  }

  @Test
  void ourImagesDoNotRunAsRoot() throws IOException {
    for (String image :
        List.of(
            "docker/job/Dockerfile",
            "docker/trainer/Dockerfile",
            "docker/triton/Dockerfile",
            "docker/vllm/Dockerfile")) {
      assertThat(
              Files.readAllLines(Path.of(image)).stream()
                  .filter(line -> line.startsWith("USER "))
                  .reduce((before, after) -> after))
          .as("%s: Kubernetes cannot tell of a name whether it is root", image)
          .hasValueSatisfying(user -> assertThat(user).matches("USER [1-9]\\d*(:[1-9]\\d*)?"));
    }
  }

  @Test
  void prometheusAndGrafanaReadWhatIsInDeployMonitoring() throws IOException {
    assertThat(service("prometheus")).containsEntry("profiles", List.of("monitoring"));
    assertThat(service("grafana")).containsEntry("profiles", List.of("monitoring"));
    assertThat(mounted(service("prometheus")))
        .contains("/etc/prometheus/prometheus.yaml", "/etc/prometheus/alerts");
    assertThat(mounted(service("grafana")))
        .contains("/etc/grafana/provisioning", "/etc/grafana/dashboards");
  }

  /** The job is told of the GPU's server by a variable; without it nothing changes. */
  @Test
  void theSmallModelIsServedUnlessAProfileSaysOtherwise() throws IOException {
    Properties defaults = new Properties();
    try (Reader file = Files.newBufferedReader(Path.of("docker/.env"))) {
      defaults.load(file);
    }
    assertThat(defaults).isEqualTo(Map.of("COMPOSE_PROFILES", "cpu"));
    assertThat(service("triton")).containsEntry("profiles", List.of("cpu", "trainer"));
    Map<Object, Object> vllm = service("vllm");
    assertThat(vllm).containsEntry("profiles", List.of("gpu"));
    assertThat(service("trainer")).containsEntry("profiles", List.of("trainer"));
    for (String name : List.of("kafka", "zookeeper", "jobmanager", "taskmanager")) {
      assertThat(service(name)).as(name).doesNotContainKey("profiles");
    }
    assertThat((List<?>) service("jobmanager").get("command"))
        .map(argument -> withDefaults(argument.toString()))
        .contains("-Dtriton.endpoints=triton:8001");
    assertThat(mounted(vllm)).contains("/weights", "/tmp");
  }

  @Test
  void theModelOnAGpuGivesTheContractWhatItNeeds() throws IOException {
    Path models = Path.of("docker/vllm/models");
    JsonObject model = json(models.resolve("llama/1/model.json"));
    assertThat(model.get("max_logprobs").getAsInt()).isEqualTo(20);
    assertThat(model.get("max_num_seqs").getAsInt())
        .as("one task fills it")
        .isEqualTo(TritonOptions.TRITON_STREAMS_IN_FLIGHT.defaultValue());
    assertThat(model.get("enable_lora").getAsBoolean()).isTrue();
    assertThat(model.get("model").getAsString()).startsWith("/weights/");
    json(models.resolve("llama/1/multi_lora.json"))
        .asMap()
        .values()
        .forEach(adapter -> assertThat(adapter.getAsString()).startsWith("/weights/"));
    assertThat(Files.readString(models.resolve("llama/config.pbtxt")))
        .contains("backend: \"vllm\"");
    assertThat(Files.readString(models.resolve("minilm/config.pbtxt")))
        .startsWith(Files.readString(Path.of("docker/triton/minilm/config.pbtxt")).strip())
        .contains("/opt/minilm");
    assertThat(Files.readString(Path.of("docker/vllm/Dockerfile")))
        .contains("venv /opt/minilm", "--load-model=llama", "--load-model=minilm");
  }

  private static JsonObject json(Path file) throws IOException {
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }

  /** As Compose reads <code>${VARIABLE:-default}</code> where the variable is not set. */
  private static String withDefaults(String text) {
    return text.replaceAll("\\$\\{\\w+:-([^}]*)}", "$1");
  }

  private static Map<?, ?> compose() throws IOException {
    return (Map<?, ?>)
        new Load(LoadSettings.builder().build())
            .loadFromString(Files.readString(Path.of("docker/compose.yaml")));
  }

  private static List<String> services() throws IOException {
    return ((Map<?, ?>) compose().get("services")).keySet().stream().map(Object::toString).toList();
  }

  private static MemorySize memoryBesidesTmpfs(String name) throws IOException {
    Map<Object, Object> service = service(name);
    MemorySize left = MemorySize.parse(service.get("mem_limit").toString());
    for (Object tmpfs : (List<?>) service.get("tmpfs")) {
      Matcher size = Pattern.compile("size=(\\w+)").matcher(tmpfs.toString());
      assertThat(size.find()).isTrue();
      left = left.subtract(MemorySize.parse(size.group(1)));
    }
    return left;
  }

  private static Map<Object, Object> service(String name) throws IOException {
    return merged((Map<?, ?>) ((Map<?, ?>) compose().get("services")).get(name));
  }

  /** The folders and files of the container that tmpfs and volumes stand in the place of. */
  private static List<String> mounted(Map<?, ?> service) {
    List<String> targets = new ArrayList<>();
    for (Object tmpfs : (List<?>) service.get("tmpfs")) {
      targets.add(tmpfs.toString().split(":", 2)[0]);
    }
    for (Object volume : (List<?>) service.get("volumes")) {
      String[] parts = withDefaults(volume.toString()).split(":", 3);
      targets.add(parts[Math.min(1, parts.length - 1)]);
    }
    return targets;
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
