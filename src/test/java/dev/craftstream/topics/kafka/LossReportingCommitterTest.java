package dev.craftstream.topics.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.testing.LogSearch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.Committer.CommitRequest;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.internal.FlinkKafkaInternalProducer;
import org.apache.flink.connector.kafka.sink.internal.KafkaCommitter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The connector's committer and a real broker, with transactions that a restored job finds. */
@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class LossReportingCommitterTest {
  private KafkaSettings settings;
  private String transactionalId;
  private final Counter lost = new SimpleCounter();
  private Throwable failure;

  @BeforeEach
  void topics(KafkaBroker broker) {
    String prefix = KafkaBrokerExtension.freshPrefix();
    settings =
        KafkaSettings.builder(broker.bootstrapServers())
            .topicPrefix(prefix)
            .transactionalIdPrefix(prefix + "job")
            .transactionTimeout(Duration.ofSeconds(1))
            .build();
    new TopicAdmin(settings).prepare();
    transactionalId = settings.transactionalIds(settings.topics().instructions()) + "-0-0";
  }

  @Test
  void whatTheBrokersEndedIsReported() throws Exception {
    KafkaCommittable transaction;
    try (var producer = writing(Duration.ofSeconds(1))) {
      transaction = KafkaCommittable.of(producer);
      awaitState(TransactionState.COMPLETE_ABORT);
    }
    try (LogSearch log =
        LogSearch.open(
            Map.of(LossReportingCommitter.class.getName(), Level.ALL), "are lost", "not known")) {
      commit(transaction);
      assertThat(log.found())
          .singleElement()
          .asString()
          .startsWith("ERROR")
          .contains(transactionalId, settings.topics().instructions(), "kafka.transaction-timeout");
    }
    assertThat(lost.getCount()).isOne();
    // It goes on, as the connector does.
    assertThat(failure).isNotNull();
  }

  @Test
  void whatCanBeCommittedIsCommitted() throws Exception {
    KafkaCommittable transaction;
    try (var producer = writing(Duration.ofMinutes(10))) {
      transaction = KafkaCommittable.of(producer);
    }
    commit(transaction);
    awaitState(TransactionState.COMPLETE_COMMIT);
    assertThat(failure).isNull();
    assertThat(lost.getCount()).isZero();
  }

  @Test
  void whatWasCommittedBeforeIsNotLost() throws Exception {
    KafkaCommittable transaction;
    try (var producer = writing(Duration.ofMinutes(10))) {
      transaction = KafkaCommittable.of(producer);
      producer.commitTransaction();
    }
    commit(transaction);
    // The id is in use again, as in a job that failed soon after its commit.
    try (var producer = writing(Duration.ofMinutes(10))) {
      commit(transaction);
      assertThat(producer.isInTransaction()).isTrue();
    }
    assertThat(lost.getCount()).isZero();
  }

  @Test
  void whatWasCommittedBeforeIsNotLostWhereTheBrokersEndedTheNextOne() throws Exception {
    KafkaCommittable transaction;
    try (var producer = writing(Duration.ofMinutes(10))) {
      transaction = KafkaCommittable.of(producer);
      producer.commitTransaction();
    }
    try (var producer = writing(Duration.ofSeconds(1))) {
      assertThat(producer.isInTransaction()).isTrue();
      awaitState(TransactionState.COMPLETE_ABORT);
    }
    commit(transaction);
    assertThat(failure).isNotNull();
    assertThat(lost.getCount()).isZero();
  }

  @Test
  void brokersThatDoNotAnswerNeverHoldTheCommitterUp() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      KafkaSettings unanswered =
          KafkaSettings.builder("127.0.0.1:" + silent.getLocalPort()).build();
      Committer<KafkaCommittable> failing =
          new Committer<>() {
            @Override
            public void commit(Collection<CommitRequest<KafkaCommittable>> requests) {
              requests.forEach(
                  request -> request.signalFailedWithKnownReason(new IOException("ended")));
            }

            @Override
            public void close() {}
          };
      var committer = new LossReportingCommitter(failing, unanswered, "instructions", lost);
      long started = System.nanoTime();
      for (int i = 0; i < 3; i++) {
        committer.commit(List.of(new Request(new KafkaCommittable(1, (short) 0, "id-" + i, null))));
      }
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(10));
      assertThat(failure).hasMessage("ended");
      committer.close();
      // With three questions of a minute each behind it.
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(30));
    }
  }

  /** A producer with an open transaction that has a record. */
  private FlinkKafkaInternalProducer<byte[], byte[]> writing(Duration timeout) throws Exception {
    Properties properties = producerProperties();
    properties.setProperty("transaction.timeout.ms", String.valueOf(timeout.toMillis()));
    FlinkKafkaInternalProducer<byte[], byte[]> producer =
        new FlinkKafkaInternalProducer<>(properties, transactionalId);
    producer.initTransactions();
    producer.beginTransaction();
    producer
        .send(new ProducerRecord<>(settings.topics().instructions(), new byte[1], new byte[1]))
        .get(20, TimeUnit.SECONDS);
    return producer;
  }

  private Properties producerProperties() {
    Properties properties = settings.connection();
    properties.setProperty("key.serializer", ByteArraySerializer.class.getName());
    properties.setProperty("value.serializer", ByteArraySerializer.class.getName());
    return properties;
  }

  private void awaitState(TransactionState state) {
    try (Admin admin = Admin.create(settings.connection())) {
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  admin
                      .describeTransactions(Set.of(transactionalId))
                      .description(transactionalId)
                      .get(20, TimeUnit.SECONDS)
                      .state(),
              state::equals);
    }
  }

  private void commit(KafkaCommittable transaction) throws Exception {
    String topic = settings.topics().instructions();
    var connector =
        new KafkaCommitter(
            producerProperties(),
            settings.transactionalIds(topic),
            0,
            0,
            true,
            FlinkKafkaInternalProducer::new);
    try (var committer = new LossReportingCommitter(connector, settings, topic, lost)) {
      // As after a restore, where no producer is left.
      committer.commit(
          List.of(
              new Request(
                  new KafkaCommittable(
                      transaction.getProducerId(),
                      transaction.getEpoch(),
                      transaction.getTransactionalId(),
                      null))));
    }
  }

  private final class Request implements CommitRequest<KafkaCommittable> {
    private final KafkaCommittable transaction;

    Request(KafkaCommittable transaction) {
      this.transaction = transaction;
    }

    @Override
    public KafkaCommittable getCommittable() {
      return transaction;
    }

    @Override
    public int getNumberOfRetries() {
      return 0;
    }

    @Override
    public void signalFailedWithKnownReason(Throwable reason) {
      failure = reason;
    }

    @Override
    public void signalFailedWithUnknownReason(Throwable reason) {
      throw new AssertionError(reason);
    }

    @Override
    public void retryLater() {
      throw new AssertionError("To be tried later.");
    }

    @Override
    public void updateAndRetryLater(KafkaCommittable committable) {
      throw new AssertionError("To be tried later.");
    }

    @Override
    public void signalAlreadyCommitted() {
      throw new AssertionError("Committed already.");
    }
  }
}
