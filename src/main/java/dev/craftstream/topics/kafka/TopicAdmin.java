package dev.craftstream.topics.kafka;

import dev.craftstream.topics.records.TopicSchema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the job's topics where they are missing and checks them where they are there.
 *
 * <p>Waits until the leader of every partition has opened it. Of a producer that writes before, the
 * first batch can be refused and the second taken, and then the first never is any more
 * (KAFKA-15591). A topic that is there is never changed; what the job can't work with fails, what
 * it can work with is a warning in the log.
 */
public final class TopicAdmin {

  private static final Logger LOG = LoggerFactory.getLogger(TopicAdmin.class);

  /** The largest record that the topics take, those of dead letters aside. */
  public static final int RECORD_BYTES = 8 << 20;

  private static final int DEAD_LETTER_BYTES = 16 << 20;

  /** How long a consumer of a compacted topic may be away and still learn of what was removed. */
  private static final Duration TOMBSTONES_KEPT = Duration.ofDays(7);

  private final KafkaSettings settings;
  private final Duration timeout;

  public TopicAdmin(KafkaSettings settings) {
    this(settings, Duration.ofSeconds(30));
  }

  /**
   * @param timeout for each answer of the brokers
   */
  public TopicAdmin(KafkaSettings settings, Duration timeout) {
    this.settings = settings;
    this.timeout = timeout;
  }

  /**
   * Creates what is missing, waits for leaders and checks everything.
   *
   * @return the names of the topics that were created
   * @throws TopicSetupException with what is wrong and what to do
   */
  public List<String> prepare() {
    try (Brokers brokers = new Brokers(settings, timeout, permissionHint())) {
      checkTransactionTimeout(brokers);
      List<String> created = createMissing(brokers);
      Map<String, TopicDescription> topics = awaitLeaders(brokers);
      checkPartitions(topics);
      awaitOpen(brokers, topics.values());
      checkConfigs(brokers);
      if (settings.guarantee() == DeliveryGuarantee.AT_LEAST_ONCE) {
        LOG.warn(
            "kafka.delivery-guarantee is at-least-once: after a failure some records come twice, and a dataset that was being written may hold questions that its manifest does not count");
      }
      return created;
    }
  }

  /** What an administrator can do instead. */
  private String permissionHint() {
    return "or let an administrator create the topics "
        + wanted().stream()
            .map(topic -> topic.name() + " " + topic.configs())
            .collect(Collectors.joining(", "));
  }

  // Transactions.

  private void checkTransactionTimeout(Brokers brokers) {
    if (settings.guarantee() != DeliveryGuarantee.EXACTLY_ONCE) {
      return;
    }
    Node node =
        brokers
            .get("ask for the brokers", brokers.admin().describeCluster().nodes())
            .iterator()
            .next();
    ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, node.idString());
    String name = "transaction.max.timeout.ms";
    Optional<Long> most;
    try {
      Config config =
          brokers
              .get(
                  "read the brokers' settings",
                  brokers.admin().describeConfigs(Set.of(broker)).all())
              .get(broker);
      most = Optional.ofNullable(config.get(name)).map(ConfigEntry::value).map(Long::valueOf);
    } catch (TopicSetupException e) {
      if (!(e.getCause() instanceof AuthorizationException)) {
        throw e;
      }
      most = Optional.empty();
    }
    if (most.isEmpty()) {
      LOG.warn(
          "The brokers' {} can't be read; writing fails if it is under {}",
          name,
          settings.transactionTimeout());
    } else if (settings.transactionTimeout().toMillis() > most.get()) {
      throw new TopicSetupException(
          "The transaction time-out is %s, but the brokers allow at most %s (%s); set a shorter one, or raise it on the brokers."
              .formatted(settings.transactionTimeout(), Duration.ofMillis(most.get()), name));
    }
  }

  // Creating.

  /** The topics as the job creates them. */
  private List<NewTopic> wanted() {
    return settings.topicsInUse().stream().map(this::topic).toList();
  }

  private List<String> names() {
    return settings.topicsInUse().stream().map(settings.topics()::name).toList();
  }

  private NewTopic topic(TopicSchema schema) {
    Optional<Short> replication =
        settings.replicationFactor() < 0
            ? Optional.empty()
            : Optional.of(settings.replicationFactor());
    return new NewTopic(
            settings.topics().name(schema), Optional.of(partitions(schema)), replication)
        .configs(
            schema.isCompacted()
                ? compacted(recordBytes(schema))
                : deleted(retentionMillis(schema), recordBytes(schema)));
  }

  private static int recordBytes(TopicSchema schema) {
    return schema == TopicSchema.DEAD_LETTERS ? DEAD_LETTER_BYTES : RECORD_BYTES;
  }

  private int partitions(TopicSchema schema) {
    return switch (schema) {
      // Offsets are the model's time; requests are taken in their order.
      case MODEL_CHECKPOINTS, REQUESTS -> 1;
      default -> settings.partitions();
    };
  }

  /** How long a topic that is not compacted keeps its records; -1 for ever. */
  private long retentionMillis(TopicSchema schema) {
    return switch (schema) {
      case KNOWLEDGE, DEAD_LETTERS -> settings.retention().toMillis();
      case SAMPLES -> settings.samples().retention().toMillis();
      // Model checkpoints have their history here, and a job that starts anew takes all requests
      // again. A model is trained on a dataset, and compared by an evaluation, long after it was
      // made: no retention may take them. Later records on a question must not replace those that
      // its dataset's manifest counts, so these are not compacted either.
      default -> -1;
    };
  }

  private static Map<String, String> compacted(int maxMessageBytes) {
    return Map.of(
        TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT,
        TopicConfig.DELETE_RETENTION_MS_CONFIG, String.valueOf(TOMBSTONES_KEPT.toMillis()),
        TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(maxMessageBytes));
  }

  private static Map<String, String> deleted(long retentionMillis, int maxMessageBytes) {
    return Map.of(
        TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE,
        TopicConfig.RETENTION_MS_CONFIG, String.valueOf(retentionMillis),
        TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(maxMessageBytes));
  }

  private List<String> createMissing(Brokers brokers) {
    Set<String> present = describe(brokers).keySet();
    List<NewTopic> missing = new ArrayList<>();
    for (NewTopic topic : wanted()) {
      if (!present.contains(topic.name())) {
        missing.add(topic);
      }
    }
    List<String> created = new ArrayList<>();
    brokers
        .admin()
        .createTopics(missing)
        .values()
        .forEach(
            (name, future) -> {
              try {
                brokers.get("create the topic " + name, future);
                created.add(name);
                LOG.info("Created the topic {}", name);
              } catch (TopicSetupException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                  throw e;
                }
                LOG.info("The topic {} was created by somebody else meanwhile", name);
              }
            });
    return List.copyOf(created);
  }

  private Map<String, TopicDescription> describe(Brokers brokers) {
    Map<String, TopicDescription> present = new HashMap<>();
    brokers
        .admin()
        .describeTopics(names())
        .topicNameValues()
        .forEach(
            (name, future) -> {
              try {
                present.put(name, brokers.get("look at the topic " + name, future));
              } catch (TopicSetupException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                  throw e;
                }
              }
            });
    return present;
  }

  private Map<String, TopicDescription> awaitLeaders(Brokers brokers) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      Map<String, TopicDescription> present = describe(brokers);
      List<String> waiting = new ArrayList<>();
      for (String name : names()) {
        TopicDescription topic = present.get(name);
        if (topic == null || !topic.partitions().stream().allMatch(TopicAdmin::hasLeader)) {
          waiting.add(name);
        }
      }
      if (waiting.isEmpty()) {
        return present;
      }
      if (System.nanoTime() > deadline) {
        throw new TopicSetupException(
            "After %s some partitions of %s still have no leader; check that all of the cluster's brokers run."
                .formatted(timeout, String.join(", ", waiting)));
      }
      Brokers.pause("wait for the topics' leaders");
    }
  }

  /**
   * Waits until the leaders say where their partitions end. Brokers name a partition's leader a
   * little before it has opened the partition.
   */
  private static void awaitOpen(Brokers brokers, Collection<TopicDescription> topics) {
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    for (TopicDescription topic : topics) {
      for (TopicPartitionInfo partition : topic.partitions()) {
        ends.put(new TopicPartition(topic.name(), partition.partition()), OffsetSpec.latest());
      }
    }
    brokers.get("ask where the topics end", brokers.admin().listOffsets(ends).all());
  }

  private static boolean hasLeader(TopicPartitionInfo partition) {
    return partition.leader() != null && !partition.leader().isEmpty();
  }

  // Checking.

  private void checkPartitions(Map<String, TopicDescription> present) {
    Topics topics = settings.topics();
    requireOnePartition(
        present.get(topics.modelCheckpoints()), "its offsets are the model's time, which needs");
    requireOnePartition(
        present.get(topics.requests()), "requests are taken in their order, which needs");
  }

  private static void requireOnePartition(TopicDescription topic, String because) {
    int partitions = topic.partitions().size();
    if (partitions != 1) {
      throw new TopicSetupException(
          "The topic %s has %d partitions, but %s exactly one; create it anew with one partition, or set another topic prefix."
              .formatted(topic.name(), partitions, because));
    }
  }

  private void checkConfigs(Brokers brokers) {
    Map<String, ConfigResource> resources = new LinkedHashMap<>();
    for (String name : names()) {
      resources.put(name, new ConfigResource(ConfigResource.Type.TOPIC, name));
    }
    Map<ConfigResource, Config> configs;
    try {
      configs =
          brokers.get(
              "read the topics' settings",
              brokers.admin().describeConfigs(resources.values()).all());
    } catch (TopicSetupException e) {
      if (!(e.getCause() instanceof AuthorizationException)) {
        throw e;
      }
      LOG.warn("The topics' settings can't be read and were not checked: {}", e.getMessage());
      return;
    }
    Function<String, Config> config = name -> configs.get(resources.get(name));
    for (NewTopic wanted : wanted()) {
      warnings(wanted, config.apply(wanted.name())).forEach(LOG::warn);
    }
  }

  /** What is different on a topic so that the job works, but not as it was meant. */
  private List<String> warnings(NewTopic wanted, Config config) {
    List<String> warnings = new ArrayList<>();
    String policy = value(config, TopicConfig.CLEANUP_POLICY_CONFIG);
    String wantedPolicy = wanted.configs().get(TopicConfig.CLEANUP_POLICY_CONFIG);
    if (!policy.equals(wantedPolicy)) {
      warnings.add(
          "The topic %s has cleanup.policy=%s; %s is meant."
              .formatted(wanted.name(), policy, wantedPolicy));
    }
    String retention = value(config, TopicConfig.RETENTION_MS_CONFIG);
    if ("-1".equals(wanted.configs().get(TopicConfig.RETENTION_MS_CONFIG))
        && !"-1".equals(retention)) {
      warnings.add(
          "The topic %s has retention.ms=%s; -1 is meant, for whoever reads it later needs all of it."
              .formatted(wanted.name(), retention));
    }
    long bytes = Long.parseLong(value(config, TopicConfig.MAX_MESSAGE_BYTES_CONFIG));
    long wantedBytes =
        wanted.name().equals(settings.topics().samples())
            ? settings.samples().recordBytes() + SamplesTopic.OVERHEAD_BYTES
            : Long.parseLong(wanted.configs().get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG));
    if (bytes < wantedBytes) {
      warnings.add(
          "The topic %s has max.message.bytes=%d; %d is meant, and %s."
              .formatted(wanted.name(), bytes, wantedBytes, tooLarge(wanted.name())));
    }
    return warnings;
  }

  /** Who writes to the topic, and so is refused. */
  private String tooLarge(String topic) {
    Topics topics = settings.topics();
    if (topic.equals(topics.samples())) {
      return "the job fails on a larger record that it has to write; raise it, or set samples.max-record lower";
    }
    return topics.inputs().contains(topic)
        ? "the broker refuses a larger record of whoever writes there, such as ./craft import, although the job would take it"
        : "the job fails on a larger record that it has to write";
  }

  private static String value(Config config, String name) {
    ConfigEntry entry = config.get(name);
    return entry == null || entry.value() == null ? "" : entry.value();
  }
}
