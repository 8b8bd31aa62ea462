package dev.craftstream.topics.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.Committer.CommitRequest;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.metrics.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits as the connector does, and says so where output is lost.
 *
 * <p>A transaction that a Flink checkpoint holds is lost where the brokers ended it before it could
 * be committed, for its time-out had passed. The connector (5.0.0) goes on with the same warning as
 * for one that a failed run had committed already, which is the rule after a restart.
 *
 * <p>The brokers are asked on a thread of its own, so that the task goes on however long they take.
 */
final class LossReportingCommitter implements Committer<KafkaCommittable> {
  private static final Logger LOG = LoggerFactory.getLogger(LossReportingCommitter.class);

  /** How long a close waits for what was asked. */
  private static final Duration CLOSING_PATIENCE = Duration.ofSeconds(10);

  private final Committer<KafkaCommittable> committer;
  private final Transactions transactions;
  private final String topic;
  private final Duration timeout;
  private final Counter lost;

  /** Null while nothing was to be asked. */
  private ExecutorService asking;

  /**
   * @param topic that is written to
   * @param lost counts transactions
   */
  LossReportingCommitter(
      Committer<KafkaCommittable> committer, KafkaSettings settings, String topic, Counter lost) {
    this.committer = committer;
    this.transactions = new Transactions(settings);
    this.topic = topic;
    this.timeout = settings.transactionTimeout();
    this.lost = lost;
  }

  @Override
  public void commit(Collection<CommitRequest<KafkaCommittable>> requests)
      throws IOException, InterruptedException {
    List<CommitRequest<KafkaCommittable>> watched = new ArrayList<>();
    requests.forEach(request -> watched.add(new Watched(request)));
    committer.commit(watched);
  }

  @Override
  public void close() {
    GuardedWriter.close(committer, topic);
    if (asking == null) {
      return;
    }
    asking.shutdown();
    try {
      if (!asking.awaitTermination(CLOSING_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn(
            "Whether the records of {} transactions to {} are lost is not known: the brokers did not"
                + " answer before the task ended.",
            asking.shutdownNow().size() + 1,
            topic);
      }
    } catch (InterruptedException e) {
      asking.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private void failed(KafkaCommittable transaction) {
    if (asking == null) {
      asking =
          Executors.newSingleThreadExecutor(
              task -> {
                var thread = new Thread(task, topic + "-lost-transactions");
                thread.setDaemon(true);
                return thread;
              });
    }
    asking.execute(() -> reportIfLost(transaction));
  }

  private void reportIfLost(KafkaCommittable transaction) {
    try {
      if (transactions.wasEnded(transaction)) {
        lost.inc();
        LOG.error(
            "Records of {} are lost: the brokers ended the transaction {} before the job could"
                + " commit it, since it was open for longer than kafka.transaction-timeout ({}). Set"
                + " that longer than any outage of the brokers or of Flink. What is missing is made"
                + " again by a job that starts from a savepoint from before, or from none.",
            topic,
            transaction.getTransactionalId(),
            timeout);
      }
    } catch (RuntimeException e) {
      LOG.warn(
          "Whether the records of transaction {} to {} are lost is not known. {}",
          transaction.getTransactionalId(),
          topic,
          e.getMessage());
    }
  }

  /** What the connector gives up for a reason that it knows may be a loss. */
  private final class Watched implements CommitRequest<KafkaCommittable> {
    private final CommitRequest<KafkaCommittable> request;

    Watched(CommitRequest<KafkaCommittable> request) {
      this.request = request;
    }

    @Override
    public KafkaCommittable getCommittable() {
      return request.getCommittable();
    }

    @Override
    public int getNumberOfRetries() {
      return request.getNumberOfRetries();
    }

    @Override
    public void signalFailedWithKnownReason(Throwable reason) {
      failed(request.getCommittable());
      request.signalFailedWithKnownReason(reason);
    }

    @Override
    public void signalFailedWithUnknownReason(Throwable reason) {
      request.signalFailedWithUnknownReason(reason);
    }

    @Override
    public void retryLater() {
      request.retryLater();
    }

    @Override
    public void updateAndRetryLater(KafkaCommittable committable) {
      request.updateAndRetryLater(committable);
    }

    @Override
    public void signalAlreadyCommitted() {
      request.signalAlreadyCommitted();
    }
  }
}
