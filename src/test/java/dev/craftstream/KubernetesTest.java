package dev.craftstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.config.ConfigurationFile;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.metrics.JobMetric;
import dev.craftstream.testing.Pom;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** {@code deploy/kubernetes} says the same as the rest of the project. */
class KubernetesTest {
  private static final Path FOLDER = Path.of("deploy/kubernetes");

  /** What Kubernetes, the operator or shared storage needs otherwise; all else is as shipped. */
  private static final Map<String, String> OTHERWISE =
      Map.of(
          "high-availability.type", "kubernetes",
          "high-availability.storageDir", "s3://craft-stream/ha",
          "execution.checkpointing.dir", "s3://craft-stream/checkpoints",
          "execution.checkpointing.savepoint-dir", "s3://craft-stream/savepoints",
          "kubernetes.entry.path", "/opt/craft-stream/entrypoint.sh",
          "user.artifacts.base-dir", "/tmp/artifacts",
          "job.autoscaler.enabled", "false");

  /** Flink on Kubernetes finds out by itself, or the operator forbids it. */
  private static final List<String> NOT_THERE =
      List.of(
          "jobmanager.rpc.address",
          "rest.address",
          "high-availability.cluster-id",
          "high-availability.zookeeper.quorum",
          "high-availability.zookeeper.client.session-timeout",
          "high-availability.zookeeper.client.tolerate-suspended-connections");

  @Test
  void theInlinedConfigurationIsTheShippedOne() throws IOException {
    Map<String, String> expected = flat(yaml(Path.of("flink-conf/config.yaml")).get(0));
    assertThat(expected).containsKeys(NOT_THERE.toArray(String[]::new));
    NOT_THERE.forEach(expected::remove);
    expected.putAll(OTHERWISE);
    assertThat(flat(at(cluster(), "spec", "flinkConfiguration")))
        .containsExactlyInAnyOrderEntriesOf(expected);
  }

  @Test
  void theProcessesHaveTheMemoryThatTheConfigurationShares() throws IOException {
    Map<?, ?> configuration = at(cluster(), "spec", "flinkConfiguration");
    assertThat(at(cluster(), "spec", "jobManager", "resource").get("memory"))
        .isEqualTo(at(configuration, "jobmanager", "memory", "process").get("size"));
    assertThat(at(cluster(), "spec", "taskManager", "resource").get("memory"))
        .isEqualTo(at(configuration, "taskmanager", "memory", "process").get("size"));
  }

  @Test
  void theVersionsAreThoseOfTheBuild() throws Exception {
    String flink = Pom.property("flink.version");
    assertThat(at(cluster(), "spec").get("flinkVersion"))
        .isEqualTo("v" + flink.substring(0, flink.lastIndexOf('.')).replace('.', '_'));
    assertThat(at(cluster(), "spec").get("image")).isEqualTo("craft-stream:" + Pom.version());
    assertThat(at(one("session/job.yaml"), "spec", "job").get("jarURI").toString())
        .endsWith("/craft-stream-" + Pom.version() + ".jar");
  }

  /** {@code --} is for the command line of a standalone cluster. */
  @Test
  void theJobIsStartedWithItsOptionsAndEndsWithASavepoint() throws IOException {
    for (String file : List.of("application/job.yaml", "session/job.yaml")) {
      Map<?, ?> job = at(one(file), "spec", "job");
      assertThat(job.get("entryClass")).isEqualTo(CurationJob.class.getName());
      assertThat(job.get("args"))
          .isEqualTo(List.of("--config", "/opt/craft-stream/options/craft-stream.yaml"));
      assertThat(job.get("upgradeMode")).isEqualTo("savepoint");
      assertThat(job.get("state")).isEqualTo("running");
    }
    assertThat(at(one("session/job.yaml"), "spec").get("deploymentName"))
        .isEqualTo(at(cluster(), "metadata").get("name"));
  }

  @Test
  void theOptionsAreTheShippedOnes() {
    Configuration options = ConfigurationFile.read(FOLDER.resolve("base/craft-stream.yaml"));
    assertThat(options.toMap())
        .isEqualTo(ConfigurationFile.read(Path.of("flink-conf/craft-stream.yaml")).toMap());
    assertThat(CurationSettings.of(options)).isNotNull();
  }

  @Test
  void theLogsAreThoseThatAreShipped() throws IOException {
    String shipped = Files.readString(Path.of("flink-conf/log4j.properties"));
    String text = logging(cluster());
    assertThat(text).endsWith(shipped);
    assertThat(logging(one("json-logs/flink-deployment.yaml")))
        .isEqualTo(text + "\n" + Files.readString(Path.of("flink-conf/log4j-json.properties")));
  }

  @Test
  void noPodIsRootOrCanWriteWhatIsNotNamed() throws Exception {
    Map<?, ?> pod = at(cluster(), "spec", "podTemplate", "spec");
    String user =
        Files.readAllLines(Path.of("docker/job/Dockerfile")).stream()
            .filter(line -> line.startsWith("USER "))
            .findFirst()
            .orElseThrow()
            .substring("USER ".length());
    Map<?, ?> security = at(pod, "securityContext");
    assertThat(security.get("runAsUser") + ":" + security.get("runAsGroup")).isEqualTo(user);
    assertThat(security.get("runAsNonRoot")).isEqualTo(true);
    Map<?, ?> container = (Map<?, ?>) ((List<?>) pod.get("containers")).get(0);
    assertThat(at(container, "securityContext"))
        .isEqualTo(
            Map.of(
                "allowPrivilegeEscalation", false,
                "readOnlyRootFilesystem", true,
                "capabilities", Map.of("drop", List.of("ALL"))));
    List<Object> volumes = new ArrayList<>();
    ((List<?>) pod.get("volumes")).forEach(volume -> volumes.add(((Map<?, ?>) volume).get("name")));
    List<Object> mounted = new ArrayList<>();
    ((List<?>) container.get("volumeMounts"))
        .forEach(mount -> mounted.add(((Map<?, ?>) mount).get("name")));
    assertThat(mounted).isEqualTo(volumes);
  }

  /** Flink gives its pods the cluster's name as the label {@code app}. */
  @Test
  void whatSelectsPodsSelectsThoseOfTheCluster() throws IOException {
    String name = at(cluster(), "metadata").get("name").toString();
    assertThat(at(one("base/network-policy.yaml"), "spec", "podSelector", "matchLabels"))
        .isEqualTo(Map.of("app", name));
    assertThat(at(one("base/pod-monitor.yaml"), "spec", "selector", "matchLabels"))
        .isEqualTo(Map.of("app", name));
    assertThat(at(one("base/disruption-budget.yaml"), "spec", "selector", "matchLabels"))
        .isEqualTo(Map.of("app", name, "component", "taskmanager"));
  }

  /** With a single task manager no node could ever be drained. */
  @Test
  void theJobHasMoreTaskManagersThanTheBudgetKeeps() throws IOException {
    int slots =
        (int) at(cluster(), "spec", "flinkConfiguration", "taskmanager").get("numberOfTaskSlots");
    int kept = (int) at(one("base/disruption-budget.yaml"), "spec").get("minAvailable");
    for (String file : List.of("application/job.yaml", "session/job.yaml")) {
      int parallelism = (int) at(one(file), "spec", "job").get("parallelism");
      assertThat(-Math.floorDiv(-parallelism, slots)).isGreaterThan(kept);
    }
  }

  @Test
  void theModelServersAreScaledByMetricsThatThereAre() throws IOException {
    String query = Files.readString(FOLDER.resolve("model-server-scaling/scaled-object.yaml"));
    List<String> known =
        Stream.of(JobMetric.values())
            .map(metric -> "flink_taskmanager_job_task_operator_" + metric.metricName())
            .toList();
    Matcher named = Pattern.compile("flink_\\w+").matcher(query);
    assertThat(named.results().map(found -> found.group()).toList()).hasSize(2).isSubsetOf(known);
  }

  private static Map<?, ?> cluster() throws IOException {
    return one("base/flink-deployment.yaml");
  }

  private static String logging(Map<?, ?> deployment) {
    return at(deployment, "spec", "logConfiguration").get("log4j-console.properties").toString();
  }

  private static Map<?, ?> one(String file) throws IOException {
    List<Map<?, ?>> all = yaml(FOLDER.resolve(file));
    assertThat(all).as(file).hasSize(1);
    return all.get(0);
  }

  private static List<Map<?, ?>> yaml(Path file) throws IOException {
    List<Map<?, ?>> documents = new ArrayList<>();
    try (InputStream in = Files.newInputStream(file)) {
      new Load(LoadSettings.builder().setLabel(file.toString()).build())
          .loadAllFromInputStream(in)
          .forEach(document -> documents.add((Map<?, ?>) document));
    }
    return documents;
  }

  private static Map<?, ?> at(Map<?, ?> from, String... path) {
    Map<?, ?> at = from;
    for (String key : path) {
      at = (Map<?, ?>) at.get(key);
      assertThat(at).as(key).isNotNull();
    }
    return at;
  }

  private static Map<String, String> flat(Map<?, ?> nested) {
    Map<String, String> flat = new TreeMap<>();
    nested.forEach(
        (key, value) -> {
          if (value instanceof Map<?, ?> inner) {
            flat(inner).forEach((rest, leaf) -> flat.put(key + "." + rest, leaf));
          } else {
            flat.put(key.toString(), String.valueOf(value));
          }
        });
    return flat;
  }
}
