package dev.craftstream.torture;

import dev.craftstream.model.QuestionEvent;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.records.EncodedRecord;
import dev.craftstream.topics.records.RecordEncoder;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes a workload's events in its own time, with the patience of a producer that must not fail.
 * It waits with the next INITIAL checkpoint until all is there that the others bring, and with the
 * last questions until the others are retired, so that it is known what has to come of them.
 */
final class Feeder {
  private static final int PATIENCE_MILLIS = 600_000;
  private static final int POLL_MILLIS = 100;

  /** Events come in so many parts; before some of them a checkpoint is announced. */
  private static final int PARTS = 60;

  private static final int FIRST_REHEARSAL_BEFORE = 15;
  private static final int SECOND_REHEARSAL_BEFORE = 40;
  private static final int TUNED_BEFORE = 50;

  private final KafkaSettings settings;
  private final RecordEncoder encoder;
  private final Workload workload;
  private final Duration pause;
  private final CommittedRecords records;
  private final CompletableFuture<Void> done = new CompletableFuture<>();

  /**
   * Starts to write.
   *
   * @param work how long the requests take when nothing fails; the events but the last come over
   *     the first half of it
   * @param records what has come of the events
   */
  Feeder(KafkaSettings settings, Workload workload, Duration work, CommittedRecords records) {
    this.records = records;
    this.settings = settings;
    this.encoder = new RecordEncoder(settings.format());
    this.workload = workload;
    this.pause = work.dividedBy(2L * PARTS);
    Thread thread = new Thread(this::run, "feeder");
    thread.setDaemon(true);
    thread.start();
  }

  /** Returns when all is written. */
  void join() {
    done.join();
  }

  /** Throws what ended it, if anything did. */
  void requireNoFailure() {
    if (done.isCompletedExceptionally()) {
      done.join();
    }
  }

  private void run() {
    try (Producer<byte[], byte[]> producer = producer()) {
      feed(producer);
      done.complete(null);
    } catch (Exception e) {
      done.completeExceptionally(e);
    }
  }

  private Producer<byte[], byte[]> producer() {
    Properties properties = new Properties();
    properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE_MILLIS);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private void feed(Producer<byte[], byte[]> producer) throws Exception {
    questions(producer, workload.first());
    announce(producer, Workload.INITIAL);
    List<QuestionEvent> later = workload.later();
    for (int part = 0; part < PARTS; part++) {
      if (part == FIRST_REHEARSAL_BEFORE) {
        announce(producer, Workload.FIRST_REHEARSAL);
      } else if (part == SECOND_REHEARSAL_BEFORE) {
        announce(producer, Workload.SECOND_REHEARSAL);
      } else if (part == TUNED_BEFORE) {
        announce(producer, Workload.TUNED);
      }
      questions(
          producer, later.subList(later.size() * part / PARTS, later.size() * (part + 1) / PARTS));
      Thread.sleep(pause.toMillis());
    }
    await(records::areReadyForRetirement);
    announce(producer, Workload.NEXT);
    for (String checkpoint : Workload.RETIRED) {
      retire(producer, checkpoint);
    }
    // A second time can't be: when its dead letter is there, every stage knows the retirements.
    retire(producer, Workload.RETIRED.get(1));
    await(records::tellOfRetirement);
    questions(producer, workload.last());
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      Thread.sleep(POLL_MILLIS);
    }
  }

  private void retire(Producer<byte[], byte[]> producer, String checkpointId) throws Exception {
    EncodedRecord retirement = encoder.retirement(checkpointId);
    producer.send(record(settings.topics().modelCheckpoints(), retirement)).get();
  }

  private void questions(Producer<byte[], byte[]> producer, List<QuestionEvent> events)
      throws Exception {
    for (QuestionEvent event : events) {
      var unused = producer.send(record(settings.topics().questions(), encoder.question(event)));
    }
    producer.flush();
  }

  private void announce(Producer<byte[], byte[]> producer, String checkpointId) throws Exception {
    EncodedRecord announcement = encoder.announcement(Workload.checkpoint(checkpointId));
    producer.send(record(settings.topics().modelCheckpoints(), announcement)).get();
  }

  private static ProducerRecord<byte[], byte[]> record(String topic, EncodedRecord record) {
    return new ProducerRecord<>(topic, record.key(), record.value());
  }
}
