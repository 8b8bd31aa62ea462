package dev.craftstream.config;

import static org.apache.flink.configuration.ConfigOptions.key;

import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.connector.base.DeliveryGuarantee;

/** Options of topics and of what may come in through them. */
public final class KafkaOptions {
  private KafkaOptions() {}

  // Kafka.

  public static final ConfigOption<String> KAFKA_BOOTSTRAP_SERVERS =
      key("kafka.bootstrap-servers")
          .stringType()
          .noDefaultValue()
          .withDescription("The brokers, as host:port, separated by commas. Required.");

  public static final ConfigOption<Map<String, String>> KAFKA_PROPERTIES =
      key("kafka.properties")
          .mapType()
          .defaultValue(Map.of())
          .withDescription(
              "Further settings of all Kafka clients, such as kafka.properties.security.protocol."
                  + " Secrets are not taken as they are but by where they lie: ${env:NAME},"
                  + " ${file:/path/of.properties:key} or ${directory:/path:file}, looked up in each"
                  + " process that connects. Setting config.providers replaces these three. A secret"
                  + " in the double quotes of sasl.jaas.config is put there as it lies: write a"
                  + " double quote in it as \\\" and a backslash as \\\\; in the file of ${file:..}, which"
                  + " takes backslashes for its own, with each of these backslashes doubled.");

  public static final ConfigOption<String> KAFKA_TOPIC_PREFIX =
      key("kafka.topic-prefix")
          .stringType()
          .defaultValue("")
          .withDescription(
              "Stands before the names of all topics, so that several jobs can share a cluster.");

  public static final ConfigOption<WireFormat> KAFKA_FORMAT =
      key("kafka.format")
          .enumType(WireFormat.class)
          .defaultValue(WireFormat.JSON)
          .withDescription(
              "How records are written in all topics: JSON (proto3 JSON, for people) or PROTOBUF.");

  public static final ConfigOption<DeliveryGuarantee> KAFKA_DELIVERY_GUARANTEE =
      key("kafka.delivery-guarantee")
          .enumType(DeliveryGuarantee.class)
          .defaultValue(DeliveryGuarantee.EXACTLY_ONCE)
          .withDescription(
              "exactly-once: consumers that read committed see each record once, as often as Flink"
                  + " checkpoints are taken. at-least-once: records are seen at once; after a failure"
                  + " some come twice, the second perhaps with other answers of the model, and a"
                  + " dataset that was being written may hold questions that its manifest does not"
                  + " count.");

  public static final ConfigOption<String> KAFKA_TRANSACTIONAL_ID_PREFIX =
      key("kafka.transactional-id-prefix")
          .stringType()
          .defaultValue("craft-stream")
          .withDescription(
              "Begins the names of the sinks' transactions, and names the consumer group. Two jobs"
                  + " with the same topics need two prefixes, else they end each other's"
                  + " transactions. A job that sees another at work with its prefix and topics does"
                  + " not start; where a killed run left transactions open, it looks for one Flink"
                  + " checkpoint interval and 2 s.");

  public static final ConfigOption<Duration> KAFKA_TRANSACTION_TIMEOUT =
      key("kafka.transaction-timeout")
          .durationType()
          .defaultValue(Duration.ofMinutes(15))
          .withDescription(
              "How long the broker keeps a transaction open. Must be at most the broker's"
                  + " transaction.max.timeout.ms, and longer than the longest time between two Flink"
                  + " checkpoints plus a restart: what is older than that at a restart is lost.");

  public static final ConfigOption<Integer> KAFKA_PARTITIONS =
      key("kafka.partitions")
          .intType()
          .defaultValue(4)
          .withDescription(
              "Partitions of the topics that the job creates, model-checkpoints and requests aside,"
                  + " which have one.");

  public static final ConfigOption<Integer> KAFKA_REPLICATION_FACTOR =
      key("kafka.replication-factor")
          .intType()
          .defaultValue(-1)
          .withDescription(
              "Replicas of the topics that the job creates; -1: the broker's default.");

  public static final ConfigOption<Duration> KAFKA_RETENTION =
      key("kafka.retention")
          .durationType()
          .defaultValue(Duration.ofDays(30))
          .withDescription(
              "How long the topics knowledge and dead-letters, where the job creates them, keep their"
                  + " records.");

  public static final ConfigOption<String> KAFKA_COMPRESSION =
      key("kafka.compression")
          .stringType()
          .defaultValue("lz4")
          .withDescription("Compression of what the job writes: none, gzip, snappy, lz4 or zstd.");

  // Limits on what comes in.

  public static final ConfigOption<MemorySize> LIMITS_RECORD =
      key("limits.record")
          .memoryType()
          .defaultValue(new MemorySize(RecordLimits.DEFAULT.recordBytes()))
          .withDescription("Largest record, key and value together. More becomes a dead letter.");

  public static final ConfigOption<Integer> LIMITS_TEXT =
      key("limits.text")
          .intType()
          .defaultValue(RecordLimits.DEFAULT.textCharacters())
          .withDescription("Longest question, in characters.");

  public static final ConfigOption<Integer> LIMITS_ANSWER =
      key("limits.answer")
          .intType()
          .defaultValue(RecordLimits.DEFAULT.answerCharacters())
          .withDescription("Longest gold answer, alias or option, in characters.");

  public static final ConfigOption<Integer> LIMITS_ALIASES =
      key("limits.aliases")
          .intType()
          .defaultValue(RecordLimits.DEFAULT.aliases())
          .withDescription("Most aliases of a question.");

  public static final ConfigOption<Integer> LIMITS_SUBJECT =
      key("limits.subject")
          .intType()
          .defaultValue(RecordLimits.DEFAULT.subjectCharacters())
          .withDescription("Longest subject, in characters.");

  public static final ConfigOption<Integer> LIMITS_TAGS =
      key("limits.tags")
          .intType()
          .defaultValue(RecordLimits.DEFAULT.tags())
          .withDescription("Most tags of a question.");

  public static final ConfigOption<Integer> LIMITS_TAG =
      key("limits.tag")
          .intType()
          .defaultValue(RecordLimits.DEFAULT.tagCharacters())
          .withDescription("Longest tag, in characters.");

  public static final ConfigOption<List<String>> LIMITS_FORBIDDEN_TEXTS =
      key("limits.forbidden-texts")
          .stringType()
          .asList()
          .defaultValues()
          .withDescription(
              "Texts that no question, answer, alias, option or subject may hold, such as"
                  + " [\"<|im_start|>\", \"<|im_end|>\"]: the control tokens of the chat template"
                  + " that is trained with, which many tokenizers do not take for text. A question"
                  + " that holds one becomes a dead letter.");

  public static final ConfigOption<ControlTokens> LIMITS_CONTROL_TOKENS =
      key("limits.control-tokens")
          .enumType(ControlTokens.class)
          .defaultValue(ControlTokens.REFUSE)
          .withDescription(
              "What is done with a question whose texts hold a control token of the chat template,"
                  + " such as <|im_start|>. REFUSE: it becomes a dead letter, since many tokenizers"
                  + " would take it for the end of a turn. ALLOW: it is asked and trained as it is."
                  + " Without query.chat-template and training.chat-template there are none.");
}
