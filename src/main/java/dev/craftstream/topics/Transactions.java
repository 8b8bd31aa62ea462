package dev.craftstream.topics;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The job's transactions as the brokers know them. */
public final class Transactions {
  private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);
  private static final Duration ANSWERS = Duration.ofSeconds(30);

  private static final Set<TransactionState> ENDS =
      Set.of(TransactionState.PREPARE_ABORT, TransactionState.COMPLETE_ABORT);

  private final KafkaSettings settings;

  public Transactions(KafkaSettings settings) {
    this.settings = settings;
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
    try (Brokers brokers = new Brokers(settings, ANSWERS, "")) {
      Map<String, Long> before = open(brokers, ids);
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
        Brokers.pause("look for other jobs");
        Map<String, Long> now = open(brokers, ids);
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
  private Map<String, Long> open(Brokers brokers, Predicate<String> which) {
    ListTransactionsOptions ongoing =
        new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING));
    List<String> ids =
        brokers
            .get("list the transactions", brokers.admin().listTransactions(ongoing).all())
            .stream()
            .map(TransactionListing::transactionalId)
            .filter(which)
            .toList();
    Map<String, Long> open = new HashMap<>();
    brokers
        .get("look at the transactions", brokers.admin().describeTransactions(ids).all())
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
