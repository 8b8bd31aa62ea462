package dev.craftstream.topics.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.craftstream.topics.records.RecordLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.util.InstantiationUtil;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaSettingsTest {

  private static KafkaSettings.Builder settings() {
    return KafkaSettings.builder("kafka-1:9092,kafka-2:9092");
  }

  @Test
  void givenClientProperties_whenShown_thenOnlyTheirNamesAre() {
    KafkaSettings settings =
        settings()
            .clientProperties(Map.of("ssl.truststore.location", "/run/trust"))
            .topicPrefix("a-")
            .build();
    assertThat(settings.toString())
        .contains("ssl.truststore.location", "kafka-1:9092", "a-")
        .doesNotContain("/run/trust");
    assertThat(settings.connection()).containsEntry("ssl.truststore.location", "/run/trust");
    assertThat(settings.topics().deadLetters()).isEqualTo("a-dead-letters");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "sasl.jaas.config | o.a.Scram required username=\"u\" password=\"hunter2\";",
        "sasl.jaas.config | o.a.Scram required username=\"${env:U}\" password=hunter2;",
        "sasl.jaas.config | o.a.OAuth required clientId=\"u\" clientSecret = \"hunter2\";",
        "listener.name.x.sasl.jaas.config | o.a.Scram required password=\"hunter2\";",
        "sasl.jaas.config | o.a.Scram required password=\"${env:P}hunter2\";",
        "sasl.jaas.config | o.a.Scram required password=\"hunter2${env:P}\";",
        "sasl.jaas.config | o.a.Scram required password=${env:P}hunter2;",
        "sasl.jaas.config | o.a.Scram required username=\"u\" password=\"hunter2",
        "sasl.jaas.config | o.a.Own required keyPassphrase=\"hunter2\";",
        "sasl.jaas.config | o.a.Scram required password=\"${env:P}\"; o.b.Own required token=hunter2;",
        "ssl.keystore.password | hunter2",
        "ssl.keystore.password | ${env:P}hunter2",
        "ssl.keystore.password | ${hunter2}",
        "ssl.key.password | hunter2",
        "ssl.truststore.password | hunter2",
        "ssl.keystore.key | -----BEGIN PRIVATE KEY----- hunter2",
        "sasl.oauthbearer.client.credentials.client.secret | hunter2",
        "listener.name.x.ssl.key.password | hunter2",
        "config.providers.vault.param.token | hunter2",
        "config.providers.vault.param.secret_id | hunter2",
        "own.interceptor.apiToken | hunter2",
        "own.interceptor.CLIENT_SECRET | hunter2",
        "own.key.passphrase | hunter2",
        "own.credentials | hunter2",
      })
  void givenASecretAsItIs_whenBuilt_thenItIsRefusedUnshown(String property, String value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings().clientProperties(Map.of(property, value)).build())
        .withMessageContaining("The Kafka client property " + property + " holds a secret")
        .withMessageContaining("${env:NAME}")
        .satisfies(e -> assertThat(e.toString()).doesNotContain("hunter2"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "sasl.jaas.config | o.a.Scram required username=\"u\" password=\"${env:KAFKA_PASSWORD}\";",
        "sasl.jaas.config | o.a.Scram required username=${env:U} password=${file:/run/kafka.properties:password};",
        "sasl.jaas.config | com.sun.Krb5LoginModule required useKeyTab=true keyTab=\"/k\" principal=\"craft\";",
        "ssl.keystore.password | ${directory:/run/secrets:keystore}",
        "sasl.jaas.config | o.a.Scram required password=${file:/run/my kafka.properties:password};",
        "sasl.jaas.config | o.a.Scram required password=\"\" username=\"u\";",
        "ssl.truststore.certificates | -----BEGIN CERTIFICATE-----",
        "sasl.oauthbearer.token.endpoint.url | https://sso/token",
        "sasl.login.callback.handler.class | org.example.TokenLogin",
        "own.token.refresh.ms | 1000",
        "own.token.location | /run/secrets/token",
        "own.interceptor.token | ${env:TOKEN}",
      })
  void givenAReference_whenBuilt_thenKafkasProvidersAreThere(String property, String value) {
    KafkaSettings settings = settings().clientProperties(Map.of(property, value)).build();
    assertThat(settings.clientProperties()).containsEntry(property, value);
    if (value.contains("${")) {
      assertThat(settings.clientProperties())
          .containsEntry("config.providers", "directory,env,file")
          .containsKey("config.providers.env.class");
    } else {
      assertThat(settings.clientProperties()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"hunter\"2", "hunter\\2", "hunter2\\", "hunter2\n"})
  void givenAVariableThatBreaksItsQuotes_whenConnecting_thenItIsNamedUnshown(String secret) {
    KafkaSettings settings = withPassword();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings.requireVariables(Map.of("PASSWORD", secret)))
        .withMessageContaining("The environment variables PASSWORD hold a double quote")
        .withMessageContaining("write \\\" and \\\\ in them")
        .satisfies(e -> assertThat(e.toString()).doesNotContain("hunter"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {"hunter2; '#=$ | hunter2; '#=$", "hu\\\"nt\\\\er2 | hu\"nt\\er2"})
  void givenAVariableThatMayStandInQuotes_whenConnecting_thenKafkaReadsWhatIsMeant(
      String value, String meant) {
    KafkaSettings settings = withPassword();
    settings.requireVariables(Map.of("PASSWORD", value));

    String login = settings.clientProperties().get("sasl.jaas.config");
    assertThat(
            JaasContext.loadClientContext(
                    Map.of(
                        "sasl.jaas.config", new Password(login.replace("${env:PASSWORD}", value))))
                .configurationEntries()
                .get(0)
                .getOptions()
                .get("password"))
        .isEqualTo(meant);
  }

  private static KafkaSettings withPassword() {
    return settings()
        .clientProperties(
            Map.of(
                "sasl.jaas.config", "o.a.Scram required password=\"${env:PASSWORD}\";",
                "own.password", "${env:PASSWORD}"))
        .build();
  }

  @Test
  void givenASecretThatIsNoLogins_whenConnecting_thenItMayHoldAnything() {
    settings()
        .clientProperties(Map.of("ssl.key.password", "${env:PASSWORD}"))
        .build()
        .requireVariables(Map.of("PASSWORD", "\"\\"));
  }

  @Test
  void givenProvidersOfTheUsers_whenBuilt_thenTheyStay() {
    Map<String, String> own =
        Map.of(
            "config.providers", "secrets",
            "config.providers.secrets.class", "org.example.Vault",
            "config.providers.secrets.param.region", "north",
            "ssl.key.password", "${secrets:kafka:key}");
    assertThat(settings().clientProperties(own).build().clientProperties()).isEqualTo(own);
  }

  @Test
  void givenTwoJobs_whenAnythingOfTheirTwoNamesDiffers_thenNoTransactionalIdOfOneBeginsAnothers() {
    List<String> names = List.of("a", "a-b", "a-b-instructions", "b", "a.b_c");
    List<String> ids = new ArrayList<>();
    for (String prefix : names) {
      for (String topicPrefix : List.of("", "b-", "a-b-", "instructions-")) {
        KafkaSettings settings =
            settings().transactionalIdPrefix(prefix).topicPrefix(topicPrefix).build();
        settings.topics().all().forEach(topic -> ids.add(settings.transactionalIds(topic)));
      }
    }
    assertThat(ids).doesNotHaveDuplicates();
    for (String id : ids) {
      assertThat(ids).filteredOn(other -> (other + "-0-1").startsWith(id)).containsExactly(id);
    }
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
    refused(settings().transactionalIdPrefix("a/b"), "transactional-id prefix is \"a/b\"");
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
        .isThrownBy(() -> new RecordLimits(1, 1, 1, 0, 1, 1, 1, List.of(), List.of()))
        .withMessageContaining("aliases is 0");
  }
}
