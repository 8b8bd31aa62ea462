package dev.craftstream.topics.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.craftstream.admission.SourceProgress;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.testing.LogSearch;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against a real broker, with the test in the place of the sources' commits. */
@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class CommittedProgressTest {
  private KafkaSettings settings;

  @BeforeEach
  void topics(KafkaBroker broker) {
    String prefix = KafkaBrokerExtension.freshPrefix();
    settings =
        KafkaSettings.builder(broker.bootstrapServers())
            .topicPrefix(prefix)
            .transactionalIdPrefix(prefix + "job")
            .partitions(2)
            .build();
    new TopicAdmin(settings).prepare();
  }

  @Test
  void whereNoQuestionLies_allAreTakenIn() throws Exception {
    try (SourceProgress intake = open()) {
      taken(intake.complete());
    }
  }

  @Test
  void whatLiesInAnyPartitionIsWaitedForUntilItIsCommitted() throws Exception {
    try (SourceProgress intake = open()) {
      send(0, 3);
      send(1, 2);
      CompletableFuture<Void> complete = intake.complete();
      await().until(() -> intake.missing() == 5);
      commit(0, 3);
      await().until(() -> intake.missing() == 2);
      commit(1, 1);
      await().until(() -> intake.missing() == 1);
      assertThat(complete).isNotDone();
      commit(1, 2);
      taken(complete);
      assertThat(intake.missing()).isZero();
    }
  }

  @Test
  void whatComesLaterIsNotWaitedFor() throws Exception {
    try (SourceProgress intake = open()) {
      send(0, 1);
      CompletableFuture<Void> complete = intake.complete();
      await().until(() -> intake.missing() == 1);
      send(0, 5);
      commit(0, 1);
      taken(complete);
    }
  }

  @Test
  void oneCommitServesAllThatWaitedForNoMore() throws Exception {
    try (SourceProgress intake = open()) {
      send(0, 1);
      CompletableFuture<Void> first = intake.complete();
      await().until(() -> intake.missing() == 1);
      send(0, 1);
      List<CompletableFuture<Void>> later = Stream.generate(intake::complete).limit(5).toList();
      commit(0, 1);
      taken(first);
      await().until(() -> intake.missing() == 1);
      assertThat(later).noneMatch(CompletableFuture::isDone);
      commit(0, 2);
      for (CompletableFuture<Void> complete : later) {
        taken(complete);
      }
    }
  }

  @Test
  void whereTransactionsEndAndAreAborted_nothingLies() throws Exception {
    sendInTransaction(true);
    sendInTransaction(false);
    try (SourceProgress intake = open()) {
      CompletableFuture<Void> complete = intake.complete();
      await().until(() -> intake.missing() > 0);
      // Behind it come the end of its transaction, an aborted record and the end of that one's.
      commit(0, 1);
      taken(complete);
    }
  }

  @Test
  void whatAnEarlierRunCommittedSaysNothing() throws Exception {
    send(0, 3);
    commit(0, 3);
    try (SourceProgress intake = open()) {
      CompletableFuture<Void> complete = intake.complete();
      await().until(() -> intake.missing() == 3);
      assertThat(committed(0)).as("for those who watch the lag").isEqualTo(3);
      commit(0, 2);
      await().until(() -> intake.missing() == 1);
      assertThat(complete).isNotDone();
      commit(0, 3);
      taken(complete);
    }
  }

  @Test
  void whatWasCommittedOfATopicThatWasMadeAnewSaysNothing() throws Exception {
    try (LogSearch logs = LogSearch.open(Map.of("dev.craftstream", Level.ALL), "made anew");
        SourceProgress intake = open()) {
      taken(intake.complete());
      send(0, 3);
      commit(0, 100);
      commit(1, 100);
      CompletableFuture<Void> complete = intake.complete();
      await().until(() -> intake.missing() == 3);
      assertThat(complete).as("of partition 1 there is nothing to wait for").isNotDone();
      commit(0, 2);
      await().until(() -> intake.missing() == 1);
      commit(0, 3);
      taken(complete);
      assertThat(logs.found())
          .hasSize(2)
          .anySatisfy(line -> assertThat(line).contains("WARN", "is at 100 in " + partition(0)));
    }
  }

  @Test
  void whatIsCommittedBeyondTheEndThatIsWaitedForIsOfLaterRecords() throws Exception {
    try (LogSearch logs = LogSearch.open(Map.of("dev.craftstream", Level.ALL), "made anew");
        SourceProgress intake = open()) {
      send(0, 1);
      CompletableFuture<Void> complete = intake.complete();
      await().until(() -> intake.missing() == 1);
      send(0, 5);
      commit(0, 4);
      taken(complete);
      assertThat(logs.found()).isEmpty();
    }
  }

  @Test
  void announcementsAreReadFromOnePartitionAlone() throws Exception {
    String topic = settings.topics().modelCheckpoints();
    try (Admin admin = Admin.create(settings.connection())) {
      admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(2))).all().get();
    }
    try (KafkaProducer<byte[], byte[]> producer = producer(new Properties());
        SourceProgress intake = CommittedProgress.ofModelCheckpoints(settings).open()) {
      producer.send(new ProducerRecord<>(topic, 1, null, new byte[0])).get();
      taken(intake.complete());
    }
  }

  @Test
  void aBrokerThatIsNotThereIsWaitedFor_andClosingEndsThat() throws Exception {
    KafkaSettings nobody =
        KafkaSettings.builder("localhost:1").transactionalIdPrefix("nobody").build();
    SourceProgress intake = CommittedProgress.ofQuestions(nobody).open();
    CompletableFuture<Void> complete = intake.complete();
    intake.close();
    assertThat(complete).isNotDone();
    await()
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().equals("questions-progress")));
  }

  private SourceProgress open() {
    return CommittedProgress.ofQuestions(settings).open();
  }

  private static void taken(CompletableFuture<Void> complete) throws Exception {
    complete.get(30, TimeUnit.SECONDS);
  }

  // ---------------------------------------------------------------- the topic and its group

  private TopicPartition partition(int partition) {
    return new TopicPartition(settings.topics().questions(), partition);
  }

  private void send(int partition, int count) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = producer(new Properties())) {
      for (int i = 0; i < count; i++) {
        producer.send(record(partition, i)).get();
      }
    }
  }

  private void sendInTransaction(boolean commit) throws Exception {
    Properties transactional = new Properties();
    transactional.setProperty("transactional.id", settings.transactionalIdPrefix() + "-other");
    try (KafkaProducer<byte[], byte[]> producer = producer(transactional)) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(record(0, 1)).get();
      if (commit) {
        producer.commitTransaction();
      } else {
        producer.abortTransaction();
      }
    }
  }

  private ProducerRecord<byte[], byte[]> record(int partition, int number) {
    byte[] key = ("q" + number).getBytes(UTF_8);
    return new ProducerRecord<>(settings.topics().questions(), partition, key, key);
  }

  private KafkaProducer<byte[], byte[]> producer(Properties more) {
    Properties properties = settings.connection();
    properties.putAll(more);
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private void commit(int partition, long offset) {
    try (KafkaConsumer<byte[], byte[]> source = source()) {
      source.commitSync(Map.of(partition(partition), new OffsetAndMetadata(offset)));
    }
  }

  private long committed(int partition) {
    try (KafkaConsumer<byte[], byte[]> source = source()) {
      return source
          .committed(Set.of(partition(partition)), Duration.ofSeconds(10))
          .get(partition(partition))
          .offset();
    }
  }

  private KafkaConsumer<byte[], byte[]> source() {
    Properties properties = settings.connection();
    properties.setProperty("group.id", settings.transactionalIdPrefix());
    properties.setProperty("enable.auto.commit", "false");
    return new KafkaConsumer<>(
        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }
}
