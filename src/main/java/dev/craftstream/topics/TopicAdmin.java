package dev.craftstream.topics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the job's topics where they are missing and checks them where they are there.
 *
 * <p>Waits until every partition has a leader: a producer that writes before can jam. A topic that
 * is there is never changed; what the job can't work with fails, what it can work with is a warning
 * in the log.
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
    try (Admin admin = open()) {
      checkTransactionTimeout(admin);
      List<String> created = createMissing(admin);
      checkPartitions(awaitLeaders(admin));
      checkConfigs(admin);
      if (settings.guarantee() == DeliveryGuarantee.AT_LEAST_ONCE) {
        LOG.warn(
            "kafka.delivery-guarantee is at-least-once: after a failure some records come twice, and a dataset that was being written may hold questions that its manifest does not count");
      }
      return created;
    }
  }

  /**
   * Makes sure that no other job is at work with the same transactional ids: two would end each
   * other's transactions for ever. Open transactions alone say nothing, for a run that was killed
   * leaves them too. One that begins while this looks on can only be of a job that runs.
   *
   * <p>Returns at once where no transaction is open. What it cannot see is a job that has nothing
   * to write meanwhile.
   *
   * @throws TopicSetupException where transactions still begin after the patience
   */
  public void requireNoOtherJob(Lookout lookout) {
    if (settings.guarantee() == DeliveryGuarantee.EXACTLY_ONCE) {
      requireNobodyAtWork(this::isOwn, lookout);
    }
  }

  /**
   * The same for the ids of one writer, which has not begun a transaction yet.
   *
   * @param subtask the writer's number among those to {@code topic}
   * @throws TopicSetupException where another job's writer is at work with them
   */
  void requireNoOtherWriter(String topic, int subtask, Lookout lookout) {
    String ids = settings.transactionalIds(topic) + "-" + subtask + "-";
    requireNobodyAtWork(id -> id.startsWith(ids), lookout);
  }

  private void requireNobodyAtWork(Predicate<String> ids, Lookout lookout) {
    try (Admin admin = open()) {
      Map<String, Long> before = openTransactions(admin, ids);
      if (before.isEmpty()) {
        return;
      }
      LOG.info(
          "{} transactions of kafka.transactional-id-prefix {} are open; looking for {} whether somebody is at work on them",
          before.size(),
          settings.transactionalIdPrefix(),
          lookout.window());
      long started = System.nanoTime();
      long quietSince = started;
      while (System.nanoTime() - quietSince < lookout.window().toNanos()) {
        pause("look for other jobs");
        Map<String, Long> now = openTransactions(admin, ids);
        Optional<String> begun = begun(before, now);
        if (begun.isPresent()) {
          quietSince = System.nanoTime();
          if (quietSince - started > lookout.patience().toNanos()) {
            throw new TopicSetupException(
                "Another job is at work with kafka.transactional-id-prefix %s: its transaction %s began while this job was starting. Each would end the other's transactions; stop that one, or give this one another prefix."
                    .formatted(settings.transactionalIdPrefix(), begun.get()));
          }
        }
        before = now;
      }
      LOG.info("Nobody is; the writers abort what a dead run left open");
    }
  }

  /** A transaction that was not there before, or another one with its id. */
  private static Optional<String> begun(Map<String, Long> before, Map<String, Long> now) {
    return now.entrySet().stream()
        .filter(transaction -> !transaction.getValue().equals(before.get(transaction.getKey())))
        .map(Map.Entry::getKey)
        .findAny();
  }

  /** When the open transactions began, by the brokers' clock, by their ids. */
  private Map<String, Long> openTransactions(Admin admin, Predicate<String> which) {
    ListTransactionsOptions ongoing =
        new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING));
    List<String> ids =
        get("list the transactions", admin.listTransactions(ongoing).all()).stream()
            .map(TransactionListing::transactionalId)
            .filter(which)
            .toList();
    Map<String, Long> open = new HashMap<>();
    get("look at the transactions", admin.describeTransactions(ids).all())
        .forEach(
            (id, found) -> {
              if (found.state() == TransactionState.ONGOING) {
                open.put(id, found.transactionStartTimeMs().orElse(0));
              }
            });
    return open;
  }

  private boolean isOwn(String transactionalId) {
    return settings.topics().all().stream()
        .anyMatch(topic -> transactionalId.startsWith(settings.transactionalIds(topic)));
  }

  private Admin open() {
    try {
      settings.requireVariables();
    } catch (IllegalArgumentException e) {
      throw new TopicSetupException(e.getMessage(), e);
    }
    Properties properties = settings.connection();
    properties.setProperty(
        AdminClientConfig.CLIENT_ID_CONFIG, settings.transactionalIdPrefix() + "-topics");
    int millis = Math.toIntExact(timeout.toMillis());
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.min(millis, 10_000));
    // Else it writes a line to the log every millisecond while no broker answers.
    properties.put(AdminClientConfig.METADATA_RECOVERY_STRATEGY_CONFIG, "none");
    try {
      return Admin.create(properties);
    } catch (KafkaException e) {
      throw new TopicSetupException(
          "No Kafka client could be made for %s (%s); check the bootstrap servers and the client properties."
              .formatted(settings.bootstrapServers(), reason(e)),
          e);
    }
  }

  // Transactions.

  private void checkTransactionTimeout(Admin admin) {
    if (settings.guarantee() != DeliveryGuarantee.EXACTLY_ONCE) {
      return;
    }
    Node node = get("ask for the brokers", admin.describeCluster().nodes()).iterator().next();
    ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, node.idString());
    String name = "transaction.max.timeout.ms";
    Optional<Long> most;
    try {
      Config config =
          get("read the brokers' settings", admin.describeConfigs(Set.of(broker)).all())
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
    Topics topics = settings.topics();
    int partitions = settings.partitions();
    return List.of(
        topic(topics.questions(), partitions, compacted(RECORD_BYTES)),
        // Its offsets are the model's time and its records the checkpoints' history: all are kept.
        topic(topics.modelCheckpoints(), 1, deleted(-1, RECORD_BYTES)),
        // Taken in their order, and by a job that starts anew all of them again.
        topic(topics.requests(), 1, deleted(-1, RECORD_BYTES)),
        topic(topics.instructions(), partitions, compacted(RECORD_BYTES)),
        // A model is trained on a dataset, and compared by an evaluation, long after it was made:
        // no retention may take them. Later records on a question must not replace those that its
        // dataset's manifest counts, so these are not compacted either.
        topic(topics.datasets(), partitions, deleted(-1, RECORD_BYTES)),
        topic(topics.rehearsalSets(), partitions, deleted(-1, RECORD_BYTES)),
        topic(topics.datasetManifests(), partitions, compacted(RECORD_BYTES)),
        topic(topics.evaluations(), partitions, compacted(RECORD_BYTES)),
        topic(
            topics.knowledge(), partitions, deleted(settings.retention().toMillis(), RECORD_BYTES)),
        topic(
            topics.deadLetters(),
            partitions,
            deleted(settings.retention().toMillis(), DEAD_LETTER_BYTES)));
  }

  private NewTopic topic(String name, int partitions, Map<String, String> configs) {
    Optional<Short> replication =
        settings.replicationFactor() < 0
            ? Optional.empty()
            : Optional.of(settings.replicationFactor());
    return new NewTopic(name, Optional.of(partitions), replication).configs(configs);
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

  private List<String> createMissing(Admin admin) {
    Set<String> present = describe(admin).keySet();
    List<NewTopic> missing = new ArrayList<>();
    for (NewTopic topic : wanted()) {
      if (!present.contains(topic.name())) {
        missing.add(topic);
      }
    }
    List<String> created = new ArrayList<>();
    admin
        .createTopics(missing)
        .values()
        .forEach(
            (name, future) -> {
              try {
                get("create the topic " + name, future);
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

  private Map<String, TopicDescription> describe(Admin admin) {
    Map<String, TopicDescription> present = new HashMap<>();
    admin
        .describeTopics(settings.topics().all())
        .topicNameValues()
        .forEach(
            (name, future) -> {
              try {
                present.put(name, get("look at the topic " + name, future));
              } catch (TopicSetupException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                  throw e;
                }
              }
            });
    return present;
  }

  private Map<String, TopicDescription> awaitLeaders(Admin admin) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      Map<String, TopicDescription> present = describe(admin);
      List<String> waiting = new ArrayList<>();
      for (String name : settings.topics().all()) {
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
      pause("wait for the topics' leaders");
    }
  }

  private static void pause(String what) {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      throw interrupted(what, e);
    }
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

  private void checkConfigs(Admin admin) {
    Map<String, ConfigResource> resources = new LinkedHashMap<>();
    for (String name : settings.topics().all()) {
      resources.put(name, new ConfigResource(ConfigResource.Type.TOPIC, name));
    }
    Map<ConfigResource, Config> configs;
    try {
      configs = get("read the topics' settings", admin.describeConfigs(resources.values()).all());
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
  private static List<String> warnings(NewTopic wanted, Config config) {
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
    long wantedBytes = Long.parseLong(wanted.configs().get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG));
    if (bytes < wantedBytes) {
      warnings.add(
          "The topic %s has max.message.bytes=%d; %d is meant, and the job fails on a larger record that it has to write."
              .formatted(wanted.name(), bytes, wantedBytes));
    }
    return warnings;
  }

  private static String value(Config config, String name) {
    ConfigEntry entry = config.get(name);
    return entry == null || entry.value() == null ? "" : entry.value();
  }

  // Asking.

  private <T> T get(String what, KafkaFuture<T> future) {
    try {
      return future.get(2 * timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof TimeoutException) {
        throw unreachable(what, cause);
      }
      if (cause instanceof AuthorizationException) {
        throw new TopicSetupException(
            "The brokers at %s do not allow to %s (%s); grant the permission, or let an administrator create the topics %s."
                .formatted(
                    settings.bootstrapServers(),
                    what,
                    reason(cause),
                    wanted().stream()
                        .map(topic -> topic.name() + " " + topic.configs())
                        .collect(Collectors.joining(", "))),
            cause);
      }
      if (cause instanceof InvalidReplicationFactorException) {
        throw new TopicSetupException(
            "It failed to %s at %s: %s; set a replication factor of at most the number of brokers."
                .formatted(what, settings.bootstrapServers(), reason(cause)),
            cause);
      }
      throw new TopicSetupException(
          "It failed to %s at %s: %s.".formatted(what, settings.bootstrapServers(), reason(cause)),
          cause);
    } catch (java.util.concurrent.TimeoutException e) {
      throw unreachable(what, e);
    } catch (InterruptedException e) {
      throw interrupted(what, e);
    }
  }

  private TopicSetupException unreachable(String what, Throwable cause) {
    return new TopicSetupException(
        "No Kafka broker at %s answered within %d seconds, to %s; check that the bootstrap servers are right and run, and, where they want TLS or SASL, the client properties."
            .formatted(settings.bootstrapServers(), timeout.toSeconds(), what),
        cause);
  }

  private static TopicSetupException interrupted(String what, InterruptedException e) {
    Thread.currentThread().interrupt();
    return new TopicSetupException("It was interrupted while it should " + what + ".", e);
  }

  private static String reason(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = Rejection.shortened(String.valueOf(root.getMessage()), 300).strip();
    return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
  }
}
