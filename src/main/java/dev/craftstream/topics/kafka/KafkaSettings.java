package dev.craftstream.topics.kafka;

import dev.craftstream.topics.records.Rejection;
import dev.craftstream.topics.records.TopicSchema;
import dev.craftstream.topics.records.WireFormat;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.flink.connector.base.DeliveryGuarantee;

/**
 * How the job meets Kafka.
 *
 * @param bootstrapServers host:port, several with commas between
 * @param clientProperties more properties for every client, such as those of TLS and SASL. Secrets
 *     are refused: what holds one names where it lies, such as {@code ${env:KAFKA_PASSWORD}}, and
 *     each client looks there when it starts. Values are not shown by {@link #toString}
 * @param topics the topics' names
 * @param format how messages lie in the topics
 * @param guarantee {@link DeliveryGuarantee#EXACTLY_ONCE} or {@link
 *     DeliveryGuarantee#AT_LEAST_ONCE} for what the job writes. Exactly-once output can be read
 *     when the next Flink checkpoint is complete, at-least-once output at once, and some of it
 *     twice after a failure
 * @param transactionalIdPrefix begins the names of the job's transactions, and names its consumer
 *     group, which serves to watch its lag. It has to be the job's own on its Kafka cluster, and
 *     the same from one start to the next: by it the job finds what a dead run left open
 * @param transactionTimeout after which the brokers abort a transaction. It has to exceed the
 *     longest time from one Flink checkpoint's start to the next one's end, failures and restarts
 *     in between included, or output is lost; the brokers' {@code transaction.max.timeout.ms} (15
 *     minutes unless set) bounds it. While a dead run's transactions are open, consumers that read
 *     committed records wait behind them
 * @param partitions partitions of the topics that the job creates; {@code model-checkpoints} has
 *     one
 * @param replicationFactor copies of each; -1 for the cluster's own choice
 * @param retention how long {@code knowledge} and {@code dead-letters} are kept
 * @param compression of what the job writes: none, gzip, snappy, lz4 or zstd
 * @param samples the topic of what measurements rest on, which has a retention and a compression of
 *     its own
 */
public record KafkaSettings(
    String bootstrapServers,
    Map<String, String> clientProperties,
    Topics topics,
    WireFormat format,
    DeliveryGuarantee guarantee,
    String transactionalIdPrefix,
    Duration transactionTimeout,
    int partitions,
    short replicationFactor,
    Duration retention,
    String compression,
    SamplesTopic samples)
    implements Serializable {

  /** Properties that the job's correctness rests on, or that have a setting of their own. */
  private static final Set<String> OWN_PROPERTIES =
      new TreeSet<>(
          List.of(
              "acks",
              "auto.offset.reset",
              "bootstrap.servers",
              "client.id",
              "commit.offsets.on.checkpoint",
              "compression.type",
              "enable.auto.commit",
              "enable.idempotence",
              "group.id",
              "isolation.level",
              "key.deserializer",
              "key.serializer",
              "transaction.timeout.ms",
              "transactional.id",
              "value.deserializer",
              "value.serializer"));

  private static final Set<String> COMPRESSIONS = Set.of("none", "gzip", "snappy", "lz4", "zstd");

  public KafkaSettings {
    if (bootstrapServers.isBlank()) {
      throw new IllegalArgumentException(
          "There are no Kafka bootstrap servers; give host:port, several with commas between.");
    }
    for (String server : bootstrapServers.split(",", -1)) {
      if (!server.strip().matches("(?:[A-Z_]+://)?.+:[0-9]{1,5}")) {
        throw new IllegalArgumentException(
            "Among the Kafka bootstrap servers is %s; host:port is allowed, several with commas between."
                .formatted(Rejection.shown(server)));
      }
    }
    ClientSecrets.requireReferences(clientProperties);
    clientProperties = ClientSecrets.resolvable(clientProperties);
    for (String name : new TreeSet<>(clientProperties.keySet())) {
      if (OWN_PROPERTIES.contains(name)) {
        throw new IllegalArgumentException(
            "The Kafka client property %s is the job's own; leave it out. These are: %s."
                .formatted(name, String.join(", ", OWN_PROPERTIES)));
      }
    }
    if (guarantee == DeliveryGuarantee.NONE) {
      throw new IllegalArgumentException(
          "The delivery guarantee is none; exactly-once and at-least-once are allowed.");
    }
    if (!transactionalIdPrefix.matches("[a-zA-Z0-9._-]{1,200}")) {
      throw new IllegalArgumentException(
          "The transactional-id prefix is %s; give a name that only this job has on its Kafka cluster, of 1 to 200 letters, digits, '.', '_' and '-'."
              .formatted(Rejection.shown(transactionalIdPrefix)));
    }
    if (transactionTimeout.toMillis() < 1_000
        || transactionTimeout.toMillis() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "The transaction time-out is %s; 1 second to 24 days are allowed."
              .formatted(transactionTimeout));
    }
    if (partitions < 1) {
      throw new IllegalArgumentException(
          "The number of partitions is " + partitions + "; give at least 1.");
    }
    if (replicationFactor < 1 && replicationFactor != -1) {
      throw new IllegalArgumentException(
          "The replication factor is %d; give at least 1, or -1 for the cluster's own choice."
              .formatted(replicationFactor));
    }
    if (retention.toMillis() < 1) {
      throw new IllegalArgumentException(
          "The retention is " + retention + "; give a positive time.");
    }
    requireCompression(compression);
  }

  static void requireCompression(String compression) {
    if (!COMPRESSIONS.contains(compression)) {
      throw new IllegalArgumentException(
          "The compression is %s; allowed are %s."
              .formatted(
                  Rejection.shown(compression), String.join(", ", new TreeSet<>(COMPRESSIONS))));
    }
  }

  /** The topics that the job reads or writes. */
  List<TopicSchema> topicsInUse() {
    return Stream.of(TopicSchema.values())
        .filter(schema -> schema != TopicSchema.SAMPLES || samples.enabled())
        .toList();
  }

  /**
   * Begins the transactional ids of the sink to {@code topic}, and no others: neither a prefix nor
   * a topic's name can hold a slash. With hyphens there, the prefix {@code craft} and the topic
   * {@code eu-datasets} would share their ids with {@code craft-eu} and {@code datasets}.
   */
  String transactionalIds(String topic) {
    return transactionalIdPrefix + "/" + topic + "/";
  }

  /**
   * For a process that is about to connect: Kafka would take the name of a variable that is not set
   * for the secret itself, and say that it is wrong.
   *
   * @throws IllegalArgumentException where the client properties name environment variables that
   *     are not set here, or a login some that can't stand in its double quotes as they are
   */
  public void requireVariables() {
    requireVariables(System.getenv());
  }

  void requireVariables(Map<String, String> environment) {
    List<String> missing = ClientSecrets.missingVariables(clientProperties, environment);
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          "The Kafka client properties name the environment variables %s, which are not set here; set them wherever the job and its commands run."
              .formatted(String.join(", ", missing)));
    }
    List<String> unquotable = ClientSecrets.unquotableVariables(clientProperties, environment);
    if (!unquotable.isEmpty()) {
      throw new IllegalArgumentException(
          "The environment variables %s hold a double quote, a backslash or a line break, which Kafka would read as a part of sasl.jaas.config; write \\\" and \\\\ in them, and no line break."
              .formatted(String.join(", ", unquotable)));
    }
  }

  /** Starts from the defaults. */
  public static Builder builder(String bootstrapServers) {
    return new Builder(bootstrapServers);
  }

  /** What every client needs to reach the brokers. */
  Properties connection() {
    Properties properties = new Properties();
    clientProperties.forEach(properties::setProperty);
    properties.setProperty("bootstrap.servers", bootstrapServers);
    return properties;
  }

  /** Without the values of the client properties, some of which are secrets. */
  @Override
  public String toString() {
    Map<String, String> hidden = new TreeMap<>();
    clientProperties.keySet().forEach(name -> hidden.put(name, "***"));
    return "KafkaSettings[bootstrapServers=%s, clientProperties=%s, topics=%s, format=%s, guarantee=%s, transactionalIdPrefix=%s, transactionTimeout=%s, partitions=%d, replicationFactor=%d, retention=%s, compression=%s, samples=%s]"
        .formatted(
            bootstrapServers,
            hidden,
            topics,
            format,
            guarantee,
            transactionalIdPrefix,
            transactionTimeout,
            partitions,
            replicationFactor,
            retention,
            compression,
            samples);
  }

  /** Builds {@link KafkaSettings}; what is not set keeps its default. */
  public static final class Builder {
    private final String bootstrapServers;
    private Map<String, String> clientProperties = Map.of();
    private Topics topics = new Topics("");
    private WireFormat format = WireFormat.JSON;
    private DeliveryGuarantee guarantee = DeliveryGuarantee.EXACTLY_ONCE;
    private String transactionalIdPrefix = "craft-stream";
    private Duration transactionTimeout = Duration.ofMinutes(15);
    private int partitions = 4;
    private short replicationFactor = -1;
    private Duration retention = Duration.ofDays(30);
    private String compression = "lz4";
    private SamplesTopic samples = SamplesTopic.NONE;

    private Builder(String bootstrapServers) {
      this.bootstrapServers = bootstrapServers;
    }

    public Builder clientProperties(Map<String, String> properties) {
      this.clientProperties = properties;
      return this;
    }

    public Builder topicPrefix(String prefix) {
      this.topics = new Topics(prefix);
      return this;
    }

    public Builder format(WireFormat format) {
      this.format = format;
      return this;
    }

    public Builder guarantee(DeliveryGuarantee guarantee) {
      this.guarantee = guarantee;
      return this;
    }

    public Builder transactionalIdPrefix(String prefix) {
      this.transactionalIdPrefix = prefix;
      return this;
    }

    public Builder transactionTimeout(Duration timeout) {
      this.transactionTimeout = timeout;
      return this;
    }

    public Builder partitions(int partitions) {
      this.partitions = partitions;
      return this;
    }

    public Builder replicationFactor(int replicationFactor) {
      this.replicationFactor = (short) replicationFactor;
      return this;
    }

    public Builder retention(Duration retention) {
      this.retention = retention;
      return this;
    }

    public Builder compression(String compression) {
      this.compression = compression;
      return this;
    }

    public Builder samples(SamplesTopic samples) {
      this.samples = samples;
      return this;
    }

    public KafkaSettings build() {
      return new KafkaSettings(
          bootstrapServers,
          clientProperties,
          topics,
          format,
          guarantee,
          transactionalIdPrefix,
          transactionTimeout,
          partitions,
          replicationFactor,
          retention,
          compression,
          samples);
    }
  }
}
