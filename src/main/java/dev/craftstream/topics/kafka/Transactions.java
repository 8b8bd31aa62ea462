package dev.craftstream.topics.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The job's transactions as the brokers know them. */
public final class Transactions {
  private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);
  private static final Duration ANSWERS = Duration.ofSeconds(30);

  private static final Set<TransactionState> COMMITS =
      Set.of(TransactionState.PREPARE_COMMIT, TransactionState.COMPLETE_COMMIT);

  private static final Set<TransactionState> OPEN =
      Set.of(
          TransactionState.ONGOING,
          TransactionState.PREPARE_COMMIT,
          TransactionState.PREPARE_ABORT);

  private static final Set<TransactionState> ENDS =
      Set.of(TransactionState.PREPARE_ABORT, TransactionState.COMPLETE_ABORT);

  private final KafkaSettings settings;

  public Transactions(KafkaSettings settings) {
    this.settings = settings;
  }

  /**
   * Makes sure that no other job is at work with the same transactional ids: two would end each
   * other's transactions for ever.
   *
   * <p>What tells is a transaction that is committed while this looks on. Open ones say nothing,
   * for a run that was killed leaves them too, and the other writers of a job that is just starting
   * begin theirs; but a job commits none before all of its writers have started. No open one says
   * nothing either, for a job has none between a commit and its next record.
   *
   * <p>Returns at once where the brokers know none of the ids; they forget those that were not used
   * for a week. What it cannot see is a job that has nothing to write meanwhile.
   *
   * @throws TopicSetupException where transactions are still committed after the old tasks must
   *     have ended
   */
  public void requireNoOtherJob(ConflictCheck conflictCheck) {
    if (settings.guarantee() != DeliveryGuarantee.EXACTLY_ONCE) {
      return;
    }
    try (Brokers brokers = new Brokers(settings, ANSWERS, "")) {
      int known = ids(brokers, new ListTransactionsOptions()).size();
      if (known == 0) {
        return;
      }
      LOG.info(
          "The brokers know {} transactional ids of kafka.transactional-id-prefix {}; looking for {} whether somebody is at work with them",
          known,
          settings.transactionalIdPrefix(),
          conflictCheck.window());
      Map<String, Commit> before = commits(brokers);
      long started = System.nanoTime();
      long quietSince = started;
      while (System.nanoTime() - quietSince < conflictCheck.window().toNanos()) {
        Brokers.pause("look for other jobs");
        Map<String, Commit> now = commits(brokers);
        Optional<String> committed = added(before, now);
        if (committed.isPresent()) {
          quietSince = System.nanoTime();
          if (quietSince - started > conflictCheck.oldTasksEnd().toNanos()) {
            throw new TopicSetupException(
                "Another job is at work with kafka.transactional-id-prefix %s: its transaction %s was committed while this job was starting. Each would end the other's transactions; stop that one, or give this one another prefix."
                    .formatted(settings.transactionalIdPrefix(), committed.get()));
          }
        }
        before = now;
      }
      LOG.info("Nobody is; the writers abort what a dead run left open");
    }
  }

  /** A transaction that was not committed before, or another one with its id. */
  private static Optional<String> added(Map<String, Commit> before, Map<String, Commit> now) {
    return now.entrySet().stream()
        .filter(commit -> !commit.getValue().equals(before.get(commit.getKey())))
        .map(Map.Entry::getKey)
        .findAny();
  }

  /**
   * A transaction that is committed, as long as its id isn't used again.
   *
   * @param began by the brokers' clock; 0 where they don't say
   */
  private record Commit(long producerId, int epoch, long began) {}

  /** Those of the job's ids whose last transaction is committed. */
  private Map<String, Commit> commits(Brokers brokers) {
    Map<String, Commit> commits = new HashMap<>();
    describe(brokers, ids(brokers, new ListTransactionsOptions().filterStates(COMMITS)))
        .forEach(
            (id, found) -> {
              if (COMMITS.contains(found.state())) {
                commits.put(
                    id,
                    new Commit(
                        found.producerId(),
                        found.producerEpoch(),
                        found.transactionStartTimeMs().orElse(0)));
              }
            });
    return commits;
  }

  /**
   * The job's transactions that are not over, the oldest first.
   *
   * @throws TopicSetupException where the brokers don't answer
   */
  public List<OpenTransaction> open() {
    try (Brokers brokers = new Brokers(settings, ANSWERS, "")) {
      List<String> ids = ids(brokers, new ListTransactionsOptions().filterStates(OPEN));
      return describe(brokers, ids).entrySet().stream()
          .filter(entry -> OPEN.contains(entry.getValue().state()))
          .map(entry -> open(entry.getKey(), entry.getValue()))
          .sorted(Comparator.comparing(OpenTransaction::started))
          .toList();
    }
  }

  private static OpenTransaction open(String id, TransactionDescription found) {
    return new OpenTransaction(
        id,
        found.producerId(),
        found.producerEpoch(),
        found.state().toString(),
        Instant.ofEpochMilli(found.transactionStartTimeMs().orElse(0)),
        Duration.ofMillis(found.transactionTimeoutMs()),
        found.topicPartitions().stream().map(TopicPartition::toString).sorted().toList());
  }

  /**
   * Aborts transactions, those that are still open. Their producers, should they live, are fenced.
   *
   * @return how many were open, and are aborted now
   * @throws TopicSetupException where the brokers don't answer or don't allow it
   */
  public int abort(List<OpenTransaction> transactions) {
    int aborted = 0;
    try (Brokers brokers = new Brokers(settings, ANSWERS, "")) {
      // One after the other, since an id may serve another transaction by the time it is its turn.
      for (OpenTransaction transaction : transactions) {
        aborted += abort(brokers, transaction) ? 1 : 0;
      }
    }
    return aborted;
  }

  private static boolean abort(Brokers brokers, OpenTransaction transaction) {
    TransactionDescription found =
        describe(brokers, List.of(transaction.id())).get(transaction.id());
    if (!open(transaction.id(), found).equals(transaction)) {
      return false;
    }
    brokers.get(
        "abort the transaction " + transaction.id(),
        brokers.admin().fenceProducers(List.of(transaction.id())).all());
    LOG.info("Aborted the transaction {}", transaction);
    return true;
  }

  private static Map<String, TransactionDescription> describe(
      Brokers brokers, Collection<String> ids) {
    return brokers.get("look at the transactions", brokers.admin().describeTransactions(ids).all());
  }

  /** The job's transactional ids, of those that {@code which} takes. */
  private List<String> ids(Brokers brokers, ListTransactionsOptions which) {
    return brokers
        .get("list the transactions", brokers.admin().listTransactions(which).all())
        .stream()
        .map(TransactionListing::transactionalId)
        .filter(this::isOwn)
        .toList();
  }

  private boolean isOwn(String transactionalId) {
    return settings.topics().all().stream()
        .anyMatch(topic -> transactionalId.startsWith(settings.transactionalIds(topic)));
  }

  /**
   * Whether the brokers ended a transaction that was to be committed: its time-out had passed, and
   * the epoch is one higher. Where it was committed before and its id was used again since, the
   * epoch is higher than that: each new producer raises it, and so does each such end.
   *
   * @throws TopicSetupException where the brokers don't answer
   */
  boolean wasEnded(KafkaCommittable transaction) {
    try (Brokers brokers = new Brokers(settings, ANSWERS, "")) {
      TransactionDescription found =
          brokers.get(
              "look at a transaction",
              brokers
                  .admin()
                  .describeTransactions(Set.of(transaction.getTransactionalId()))
                  .description(transaction.getTransactionalId()));
      return ENDS.contains(found.state())
          && found.producerId() == transaction.getProducerId()
          && found.producerEpoch() == transaction.getEpoch() + 1;
    }
  }
}
