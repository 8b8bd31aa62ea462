package dev.craftstream.topics.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.testing.KafkaBrokerExtension;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class TransactionsTest {

  private static KafkaSettings.Builder settings(KafkaBroker broker) {
    String prefix = KafkaBrokerExtension.freshPrefix();
    return KafkaSettings.builder(broker.bootstrapServers())
        .topicPrefix(prefix)
        .transactionalIdPrefix(prefix + "job")
        .partitions(3);
  }

  private static final Duration WINDOW = Duration.ofSeconds(2);

  private static KafkaProducer<byte[], byte[]> transactional(KafkaSettings settings, int number) {
    Properties properties = settings.connection();
    properties.setProperty("key.serializer", ByteArraySerializer.class.getName());
    properties.setProperty("value.serializer", ByteArraySerializer.class.getName());
    properties.setProperty(
        "transactional.id",
        settings.transactionalIds(settings.topics().instructions()) + "-0-" + number);
    KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(properties);
    producer.initTransactions();
    return producer;
  }

  private static void begin(KafkaSettings settings, KafkaProducer<byte[], byte[]> producer)
      throws Exception {
    producer.beginTransaction();
    producer
        .send(
            new ProducerRecord<>(settings.topics().instructions(), new byte[] {1}, new byte[] {1}))
        .get(20, TimeUnit.SECONDS);
  }

  @Test
  void givenTransactionsOfADeadRun_whenAnotherStarts_thenItMay(KafkaBroker broker)
      throws Exception {
    KafkaSettings settings = settings(broker).build();
    new TopicAdmin(settings).prepare();
    Transactions transactions = new Transactions(settings);
    transactions.requireNoOtherJob(new ConflictCheck(WINDOW, Duration.ZERO));
    try (var dead = transactional(settings, 0)) {
      begin(settings, dead);
      transactions.requireNoOtherJob(new ConflictCheck(WINDOW, Duration.ZERO));
    }
  }

  /** The other writers of a job that is just starting do so; they commit once all have started. */
  @Test
  void givenTransactionsThatBegin_whenNoneIsCommitted_thenItMay(KafkaBroker broker)
      throws Exception {
    KafkaSettings settings = settings(broker).build();
    new TopicAdmin(settings).prepare();
    try (var committedBefore = transactional(settings, 0)) {
      begin(settings, committedBefore);
      committedBefore.commitTransaction();
    }
    ExecutorService looking = Executors.newSingleThreadExecutor();
    Future<?> look =
        looking.submit(
            () ->
                new Transactions(settings)
                    .requireNoOtherJob(new ConflictCheck(WINDOW, Duration.ZERO)));
    int number = 1;
    while (!look.isDone()) {
      try (var sibling = transactional(settings, number++)) {
        begin(settings, sibling);
        Thread.sleep(100);
        sibling.abortTransaction();
      }
    }
    look.get();
    looking.shutdown();
    assertThat(number).isGreaterThan(3);
  }

  @Test
  void givenARunningJob_whenAnotherStartsWithItsIds_thenASentenceSaysSo(KafkaBroker broker)
      throws Exception {
    KafkaSettings settings = settings(broker).build();
    new TopicAdmin(settings).prepare();
    Transactions transactions = new Transactions(settings);
    AtomicBoolean stop = new AtomicBoolean();
    CountDownLatch committed = new CountDownLatch(1);
    ExecutorService job = Executors.newSingleThreadExecutor();
    Future<?> running =
        job.submit(
            () -> {
              try (var one = transactional(settings, 0);
                  var other = transactional(settings, 1)) {
                while (!stop.get()) {
                  for (var producer : List.of(one, other)) {
                    begin(settings, producer);
                    producer.commitTransaction();
                    // Most of the time no transaction is open.
                    committed.countDown();
                    Thread.sleep(300);
                  }
                }
              }
              return null;
            });
    assertThat(committed.await(30, TimeUnit.SECONDS)).isTrue();

    assertThatExceptionOfType(TopicSetupException.class)
        .isThrownBy(
            () -> transactions.requireNoOtherJob(new ConflictCheck(WINDOW, Duration.ofSeconds(1))))
        .withMessageContaining("Another job is at work with kafka.transactional-id-prefix")
        .withMessageContaining(settings.transactionalIdPrefix() + "/");
    // Other topics, or none of its own: no business of this one's.
    new Transactions(
            settings(broker).transactionalIdPrefix(settings.transactionalIdPrefix()).build())
        .requireNoOtherJob(new ConflictCheck(WINDOW, Duration.ZERO));
    // Tasks that are about to end are waited for.
    Future<?> patient =
        Executors.newSingleThreadExecutor()
            .submit(
                () ->
                    transactions.requireNoOtherJob(
                        new ConflictCheck(WINDOW, Duration.ofMinutes(1))));
    stop.set(true);
    patient.get(50, TimeUnit.SECONDS);
    running.get(10, TimeUnit.SECONDS);
    job.shutdown();
  }

  @Test
  void givenATransactionThatADeadRunLeft_whenItIsAborted_thenReadersGoOn(KafkaBroker broker)
      throws Exception {
    KafkaSettings settings = settings(broker).build();
    new TopicAdmin(settings).prepare();
    Transactions transactions = new Transactions(settings);
    assertThat(transactions.open()).isEmpty();
    var dead = transactional(settings, 0);
    begin(settings, dead);
    try (var live = transactional(settings, 1)) {
      begin(settings, live);
      live.commitTransaction();
      begin(settings, live);

      List<OpenTransaction> open = transactions.open();
      assertThat(open)
          .extracting(OpenTransaction::id)
          .containsExactly(
              settings.transactionalIds(settings.topics().instructions()) + "-0-0",
              settings.transactionalIds(settings.topics().instructions()) + "-0-1");
      assertThat(open.get(0).state()).isEqualTo("Ongoing");
      assertThat(open.get(0).partitions())
          .singleElement()
          .asString()
          .startsWith(settings.topics().instructions() + "-");
      assertThat(open.get(0).timeout()).isEqualTo(Duration.ofMinutes(1));

      assertThat(transactions.abort(open.subList(0, 1))).isEqualTo(1);
      assertThat(transactions.abort(open.subList(0, 1))).as("a second time").isZero();
      // The other one goes on as if nothing had been.
      live.commitTransaction();
    }
    // All behind the aborted one can be read.
    assertThat(TopicsJob.read(settings, settings.topics().instructions(), 2)).hasSize(2);
    assertThat(transactions.open()).isEmpty();
    assertThatExceptionOfType(KafkaException.class).isThrownBy(dead::commitTransaction);
    dead.close(Duration.ZERO);
  }

  @Test
  void givenATransactionWhoseIdWasUsedAgain_whenItIsAborted_thenTheNewOneGoesOn(KafkaBroker broker)
      throws Exception {
    KafkaSettings settings = settings(broker).build();
    new TopicAdmin(settings).prepare();
    Transactions transactions = new Transactions(settings);
    try (var producer = transactional(settings, 0)) {
      begin(settings, producer);
      OpenTransaction first = transactions.open().get(0);
      producer.commitTransaction();
      begin(settings, producer);

      assertThat(transactions.abort(List.of(first))).isZero();
      producer.commitTransaction();
    }
  }
}
