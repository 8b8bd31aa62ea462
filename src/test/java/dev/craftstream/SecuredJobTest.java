package dev.craftstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.craftstream.config.CurationSettings;
import dev.craftstream.embedded.TritonServer;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.testing.LogSearch;
import dev.craftstream.testing.RunningJob;
import dev.craftstream.testing.SecuredBroker;
import dev.craftstream.testing.ShippedFlink;
import dev.craftstream.testing.TestCertificates;
import dev.craftstream.testing.TritonServerExtension;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.TopicAdmin;
import dev.craftstream.topics.kafka.TopicSetupException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.InstantiationUtil;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole job with a broker that wants TLS and SASL and gives its user no more than
 * docs/deploy/security.md says, and a Triton that wants a client certificate and a token. Nothing
 * that it says or writes holds a secret.
 */
@Tag("integration")
class SecuredJobTest {
  private static final String KAFKA_PASSWORD = "kafka-Pa55word-zX81";
  private static final String TOKEN = "triton-T0ken-qB37";
  private static final String PREFIX = "secured-";
  private static final String SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule";
  private static final String PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule";

  @RegisterExtension static final MiniClusterExtension FLINK = ShippedFlink.cluster(2);

  @RegisterExtension
  static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();

  @TempDir static Path folder;

  private static SecuredBroker broker;
  private static TritonServer triton;
  private static TestCertificates tritonCertificates;
  private static TestCertificates clientCertificates;

  @BeforeAll
  static void start() throws Exception {
    Files.writeString(folder.resolve("kafka.properties"), "password=" + KAFKA_PASSWORD + "\n");
    Files.writeString(folder.resolve("wrong"), KAFKA_PASSWORD + "-not");
    Files.writeString(folder.resolve("token"), TOKEN + "\n");
    // The one variable that surely is there stands in for one that holds a password.
    broker = SecuredBroker.start(folder, "plain", System.getenv("PATH"));
    broker.addScramUser("job", KAFKA_PASSWORD);
    broker.allowJob("job", PREFIX);
    broker.allowJob("plain", "plain-");
    tritonCertificates = TestCertificates.make(folder, "triton");
    clientCertificates = TestCertificates.make(folder, "client");
    triton =
        TritonServer.start(
            TRITON
                .ownServer(folder, "craft_echo")
                .withArguments(
                    "--grpc-use-ssl-mutual=1",
                    "--grpc-server-cert=" + tritonCertificates.certificate(),
                    "--grpc-server-key=" + tritonCertificates.key(),
                    "--grpc-root-cert=" + clientCertificates.certificate(),
                    "--grpc-restricted-protocol=inference:craft-token=" + TOKEN));
  }

  @AfterAll
  static void stop() {
    triton.close();
    broker.close();
  }

  @Test
  void theWholeJobRunsAndNothingItSaysHoldsASecret(@InjectMiniCluster MiniCluster flink)
      throws Exception {
    Map<String, Level> levels =
        Map.of(
            "dev.craftstream", Level.ALL,
            "org.apache.kafka", Level.ALL,
            "org.apache.flink", Level.DEBUG,
            "io.grpc", Level.ALL);
    try (LogSearch logs = LogSearch.open(levels, KAFKA_PASSWORD, TOKEN);
        RunningJob job =
            RunningJob.start(broker.bootstrapServers(), triton.endpoint(), options())) {
      job.announce("initial", Role.INITIAL, "", "craft_echo", "1");
      job.ask(question());
      job.sendQuestion("bad".getBytes(UTF_8), "bad".getBytes(UTF_8));
      await().atMost(Duration.ofMinutes(2)).until(() -> job.instruction("q").isPresent());
      await().atMost(Duration.ofMinutes(2)).until(() -> !job.deadLetters().isEmpty());

      for (String said : restApi(flink, job)) {
        assertThat(said).doesNotContain(KAFKA_PASSWORD, TOKEN);
      }
      assertThat(job.deadLetters().toString() + job.instructions() + job.knowledge())
          .doesNotContain(KAFKA_PASSWORD, TOKEN);
      assertThat(logs.searched()).isGreaterThan(1_000);
      assertThat(logs.found()).isEmpty();
    }
    assertThat(Files.readString(Path.of("/proc/self/cmdline"), ISO_8859_1))
        .doesNotContain(KAFKA_PASSWORD, TOKEN);
  }

  @Test
  void theJobGraphThatFlinkStoresHoldsReferencesAlone() throws Exception {
    Configuration options = ShippedFlink.configuration();
    options.setString("kafka.bootstrap-servers", broker.bootstrapServers());
    options.setString("triton.endpoints", triton.endpoint());
    options().forEach(options::setString);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(options);
    CurationJob.define(env, CurationSettings.of(options));
    String graph =
        new String(
            InstantiationUtil.serializeObject(env.getStreamGraph().getJobGraph()), ISO_8859_1);
    assertThat(graph).contains("kafka.properties:password}", folder.resolve("token").toString());
    assertThat(graph).doesNotContain(KAFKA_PASSWORD, TOKEN);
  }

  @Test
  void plainPasswordsFromTheEnvironmentWorkToo() {
    assertThat(new TopicAdmin(kafka("plain-", "PLAIN", PLAIN, "plain", "${env:PATH}")).prepare())
        .hasSize(10);
  }

  @Test
  void whatIsNotAllowedIsASentenceWithoutTheSecret() {
    String wrong = "${directory:" + folder + ":wrong}";
    assertThatThrownBy(
            () -> new TopicAdmin(kafka(PREFIX, "SCRAM-SHA-512", SCRAM, "job", wrong)).prepare())
        .isInstanceOf(TopicSetupException.class)
        .hasMessageContaining("Authentication failed")
        .hasMessageContaining(broker.bootstrapServers())
        .hasMessageNotContaining(KAFKA_PASSWORD);
    assertThatThrownBy(
            () -> new TopicAdmin(kafka("other-", "PLAIN", PLAIN, "plain", "${env:PATH}")).prepare())
        .isInstanceOf(TopicSetupException.class)
        .hasMessageContaining("do not allow to")
        .hasMessageContaining("grant the permission");
    String absent = "${env:CRAFT_NO_SUCH_VARIABLE}";
    assertThatThrownBy(
            () -> new TopicAdmin(kafka("plain-", "PLAIN", PLAIN, "plain", absent)).prepare())
        .isInstanceOf(TopicSetupException.class)
        .hasMessageContaining("CRAFT_NO_SUCH_VARIABLE, which are not set here");
  }

  private static Map<String, String> clientProperties(
      String mechanism, String module, String user, String password) {
    return Map.of(
        "security.protocol",
        "SASL_SSL",
        "sasl.mechanism",
        mechanism,
        "sasl.jaas.config",
        "%s required username=\"%s\" password=\"%s\";".formatted(module, user, password),
        "ssl.truststore.type",
        "PEM",
        "ssl.truststore.location",
        broker.authority().toString());
  }

  private static KafkaSettings kafka(
      String prefix, String mechanism, String module, String user, String password) {
    return KafkaSettings.builder(broker.bootstrapServers())
        .clientProperties(clientProperties(mechanism, module, user, password))
        .topicPrefix(prefix)
        .transactionalIdPrefix(prefix + "job")
        .partitions(1)
        .build();
  }

  private static Map<String, String> options() {
    Map<String, String> options = new LinkedHashMap<>();
    clientProperties(
            "SCRAM-SHA-512",
            SCRAM,
            "job",
            "${file:" + folder.resolve("kafka.properties") + ":password}")
        .forEach((name, value) -> options.put("kafka.properties." + name, value));
    options.put("kafka.topic-prefix", PREFIX);
    options.put("kafka.transactional-id-prefix", PREFIX + "job");
    options.put("triton.tls.enabled", "true");
    options.put("triton.tls.trust-file", tritonCertificates.certificate().toString());
    options.put("triton.tls.certificate-file", clientCertificates.certificate().toString());
    options.put("triton.tls.key-file", clientCertificates.key().toString());
    options.put("triton.token.header", "triton-grpc-protocol-craft-token");
    options.put("triton.token.file", folder.resolve("token").toString());
    return options;
  }

  private static Question question() {
    return new Question(
        "q", Task.OPEN_ENDED, Purpose.TRAIN, "Who?", "0", List.of(), List.of(), "", List.of());
  }

  /** What the web UI shows. */
  private static List<String> restApi(MiniCluster flink, RunningJob job) throws Exception {
    URI rest = flink.getRestAddress().get();
    String id = "/jobs/" + job.job().getJobID();
    List<String> said = new ArrayList<>();
    for (String path :
        List.of(
            "/config",
            "/jobs/overview",
            "/jobmanager/config",
            "/jobmanager/environment",
            "/jobmanager/metrics",
            "/taskmanagers",
            id,
            id + "/config",
            id + "/plan",
            id + "/exceptions",
            id + "/checkpoints",
            id + "/checkpoints/config",
            id + "/metrics")) {
      var response =
          HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(rest.resolve(path)).build(), BodyHandlers.ofString());
      assertThat(response.statusCode()).as(path).isEqualTo(200);
      said.add(response.body());
    }
    return said;
  }
}
