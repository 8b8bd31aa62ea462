package dev.craftstream.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Map;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class KafkaSettingsTest {

  private static KafkaSettings.Builder settings() {
    return KafkaSettings.builder("kafka-1:9092,kafka-2:9092");
  }

  @Test
  void givenSecrets_whenShown_thenOnlyTheirNamesAre() {
    KafkaSettings settings =
        settings()
            .clientProperties(Map.of("sasl.jaas.config", "password=hunter2;"))
            .topicPrefix("a-")
            .build();
    assertThat(settings.toString())
        .contains("sasl.jaas.config", "kafka-1:9092", "a-")
        .doesNotContain("hunter2");
    assertThat(settings.connection()).containsEntry("sasl.jaas.config", "password=hunter2;");
    assertThat(settings.topics().deadLetters()).isEqualTo("a-dead-letters");
  }

  @Test
  void givenSettings_whenSentToATaskManager_thenTheyAreTheSame() throws Exception {
    KafkaSettings settings = settings().clientProperties(Map.of("a", "b")).build();
    assertThat(InstantiationUtil.clone(settings)).isEqualTo(settings);
  }

  private static void refused(KafkaSettings.Builder settings, String... sentenceHas) {
    assertThatIllegalArgumentException()
        .isThrownBy(settings::build)
        .satisfies(e -> assertThat(e.getMessage()).contains(sentenceHas).endsWith("."));
  }

  @Test
  void givenSettingsThatCannotWork_whenBuilt_thenASentenceSaysWhatIsAllowed() {
    refused(KafkaSettings.builder(" "), "no Kafka bootstrap servers", "host:port");
    refused(KafkaSettings.builder("kafka-1:9092,kafka-2"), "\"kafka-2\"", "host:port");
    refused(
        settings().clientProperties(Map.of("isolation.level", "read_uncommitted")),
        "isolation.level is the job's own");
    refused(settings().guarantee(DeliveryGuarantee.NONE), "exactly-once and at-least-once");
    refused(settings().transactionalIdPrefix(" "), "transactional-id prefix is \" \"");
    refused(settings().transactionTimeout(Duration.ofMillis(10)), "PT0.01S", "1 second");
    refused(settings().partitions(0), "number of partitions is 0");
    refused(settings().replicationFactor(0), "replication factor is 0", "-1");
    refused(settings().retention(Duration.ZERO), "retention is PT0S");
    refused(settings().compression("zip"), "\"zip\"", "gzip, lz4, none, snappy, zstd");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings().topicPrefix("a/b"))
        .withMessageContaining("\"a/b\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings().topicPrefix("x".repeat(240)))
        .withMessageContaining("at most 232");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Limits(1, 1, 1, 0, 1, 1, 1))
        .withMessageContaining("aliases is 0");
  }
}
