package dev.craftstream.topics.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.model.evidence.EmbeddingPrecision;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.topics.records.TopicSchema;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class TopicAdminTest {

  private static KafkaSettings.Builder settings(KafkaBroker broker) {
    return KafkaSettings.builder(broker.bootstrapServers())
        .topicPrefix(KafkaBrokerExtension.freshPrefix())
        .partitions(3);
  }

  private static Config config(Admin admin, String topic) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return admin.describeConfigs(Set.of(resource)).all().get(20, TimeUnit.SECONDS).get(resource);
  }

  private static void assertConfig(Admin admin, String topic, Map<String, String> expected)
      throws Exception {
    Config config = config(admin, topic);
    expected.forEach(
        (name, value) ->
            assertThat(config.get(name).value()).as("%s of %s", name, topic).isEqualTo(value));
  }

  @Test
  void givenNoTopics_whenPrepared_thenTheyAreThereWithTheirSettings(KafkaBroker broker)
      throws Exception {
    KafkaSettings settings = settings(broker).retention(Duration.ofDays(2)).build();
    Topics topics = settings.topics();

    assertThat(new TopicAdmin(settings).prepare())
        .containsExactlyInAnyOrderElementsOf(
            settings.topicsInUse().stream().map(topics::name).toList())
        .doesNotContain(topics.samples());

    try (Admin admin = Admin.create(settings.connection())) {
      Map<String, TopicDescription> described =
          admin
              .describeTopics(settings.topicsInUse().stream().map(topics::name).toList())
              .allTopicNames()
              .get(20, TimeUnit.SECONDS);
      assertThat(described.get(topics.modelCheckpoints()).partitions()).hasSize(1);
      assertThat(described.get(topics.requests()).partitions()).hasSize(1);
      assertThat(described.get(topics.questions()).partitions()).hasSize(3);
      assertThat(described.get(topics.datasets()).partitions()).hasSize(3);
      assertThat(described.get(topics.deadLetters()).partitions()).hasSize(3);
      assertConfig(
          admin,
          topics.questions(),
          Map.of("cleanup.policy", "compact", "max.message.bytes", "8388608"));
      assertConfig(
          admin,
          topics.modelCheckpoints(),
          Map.of("cleanup.policy", "delete", "retention.ms", "-1"));
      assertConfig(
          admin, topics.requests(), Map.of("cleanup.policy", "delete", "retention.ms", "-1"));
      for (String outlivesRetention :
          List.of(topics.instructions(), topics.datasetManifests(), topics.evaluations())) {
        assertConfig(admin, outlivesRetention, Map.of("cleanup.policy", "compact"));
      }
      for (String keptWhole : List.of(topics.datasets(), topics.rehearsalSets())) {
        assertConfig(admin, keptWhole, Map.of("cleanup.policy", "delete", "retention.ms", "-1"));
      }
      assertConfig(
          admin,
          topics.knowledge(),
          Map.of("cleanup.policy", "delete", "retention.ms", "172800000"));
      assertConfig(
          admin,
          topics.deadLetters(),
          Map.of("retention.ms", "172800000", "max.message.bytes", "16777216"));
    }
    assertThat(new TopicAdmin(settings).prepare()).isEmpty();
  }

  @Test
  void givenSamplesAreWanted_whenPrepared_thenTheirTopicHasItsOwnRetention(KafkaBroker broker)
      throws Exception {
    SamplesTopic samples =
        new SamplesTopic(true, EmbeddingPrecision.FP16, Duration.ofDays(90), "zstd", 1 << 20);
    KafkaSettings settings = settings(broker).samples(samples).build();

    assertThat(new TopicAdmin(settings).prepare()).contains(settings.topics().samples());

    try (Admin admin = Admin.create(settings.connection())) {
      assertConfig(
          admin,
          settings.topics().samples(),
          Map.of(
              "cleanup.policy", "delete",
              "retention.ms", "7776000000",
              "max.message.bytes", "8388608"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"model-checkpoints", "requests"})
  void givenTwoPartitionsWhereOneIsNeeded_whenPrepared_thenASentenceSaysSo(
      String name, KafkaBroker broker) throws Exception {
    KafkaSettings settings = settings(broker).build();
    String topic = settings.topics().prefix() + name;
    try (Admin admin = Admin.create(settings.connection())) {
      admin
          .createTopics(List.of(new NewTopic(topic, 2, (short) 1)))
          .all()
          .get(20, TimeUnit.SECONDS);
    }
    assertThatExceptionOfType(TopicSetupException.class)
        .isThrownBy(() -> new TopicAdmin(settings).prepare())
        .withMessageContaining("The topic " + topic + " has 2 partitions")
        .withMessageContaining("exactly one");
  }

  @Test
  void givenManyPartitions_whenPrepared_thenARecordIsTakenByEachAtTheFirstTry(KafkaBroker broker) {
    KafkaSettings settings = settings(broker).partitions(60).build();

    new TopicAdmin(settings).prepare();

    Properties properties = settings.connection();
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false);
    properties.put(ProducerConfig.RETRIES_CONFIG, 0);
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (TopicSchema topic : settings.topicsInUse()) {
        String name = settings.topics().name(topic);
        for (PartitionInfo partition : producer.partitionsFor(name)) {
          sent.add(
              producer.send(
                  new ProducerRecord<>(name, partition.partition(), new byte[1], new byte[1])));
        }
      }
      assertThat(sent)
          .hasSize(8 * 60 + 2)
          .allSatisfy(record -> assertThat(record).succeedsWithin(Duration.ofSeconds(30)));
    }
  }

  @Test
  void givenATransactionTimeoutOverTheBrokers_whenPrepared_thenASentenceSaysSo(KafkaBroker broker) {
    KafkaSettings.Builder tooLong = settings(broker).transactionTimeout(Duration.ofHours(1));
    assertThatExceptionOfType(TopicSetupException.class)
        .isThrownBy(() -> new TopicAdmin(tooLong.build()).prepare())
        .withMessageContaining("PT1H")
        .withMessageContaining("PT15M")
        .withMessageContaining("transaction.max.timeout.ms");
    KafkaSettings noTransactions = tooLong.guarantee(DeliveryGuarantee.AT_LEAST_ONCE).build();
    assertThat(new TopicAdmin(noTransactions).prepare()).hasSize(10);
  }

  @Test
  void givenAReplicationThatTheClusterCannotGive_whenPrepared_thenASentenceSaysSo(
      KafkaBroker broker) {
    KafkaSettings settings = settings(broker).replicationFactor(3).build();
    assertThatExceptionOfType(TopicSetupException.class)
        .isThrownBy(() -> new TopicAdmin(settings).prepare())
        .withMessageContaining("create the topic " + settings.topics().prefix())
        .withMessageContaining("replication factor of 3")
        .withMessageEndingWith("set a replication factor of at most the number of brokers.");
  }

  @Test
  void givenABrokerThatComesLater_whenPreparedAgain_thenItSucceeds(@TempDir Path folder)
      throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(folder)) {
      broker.kill();
      TopicAdmin admin = new TopicAdmin(settings(broker).build(), Duration.ofSeconds(1));
      assertThatExceptionOfType(TopicSetupException.class).isThrownBy(admin::prepare);
      broker.startAgain();
      assertThat(admin.prepare()).hasSize(10);
    }
  }

  @Test
  void givenAnInterrupt_whenPrepared_thenItEnds() throws Exception {
    KafkaSettings nobody = KafkaSettings.builder("127.0.0.1:1").build();
    TopicAdmin admin = new TopicAdmin(nobody, Duration.ofSeconds(1));
    CompletableFuture<Throwable> ended = new CompletableFuture<>();
    Thread waiting =
        new Thread(
            () -> {
              try {
                admin.prepare();
              } catch (TopicSetupException e) {
                ended.complete(e);
              }
            });
    waiting.start();
    waiting.interrupt();
    assertThat(ended.get(1, TimeUnit.MINUTES)).hasMessageContaining("interrupted");
  }

  @Test
  void givenNobodyAtTheAddress_whenPrepared_thenTheAddressIsNamed() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    KafkaSettings settings = KafkaSettings.builder("127.0.0.1:" + port).build();
    assertThatExceptionOfType(TopicSetupException.class)
        .isThrownBy(() -> new TopicAdmin(settings, Duration.ofSeconds(2)).prepare())
        .withMessageContaining("No Kafka broker at 127.0.0.1:" + port + " answered")
        .withMessageContaining("bootstrap servers");
  }

  @Test
  void givenANameThatDoesNotResolve_whenPrepared_thenItIsNamed() {
    KafkaSettings settings = KafkaSettings.builder("no-such-host.invalid:9092").build();
    assertThatExceptionOfType(TopicSetupException.class)
        .isThrownBy(() -> new TopicAdmin(settings, Duration.ofSeconds(2)).prepare())
        .withMessageContaining("no-such-host.invalid:9092");
  }
}
