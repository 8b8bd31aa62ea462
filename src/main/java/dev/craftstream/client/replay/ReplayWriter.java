package dev.craftstream.client.replay;

import dev.craftstream.model.Replay;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.ReplayHeaders;
import dev.craftstream.v1.DeadLetter;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes records back to their topics, in transactions. Its transactional id is one for the job: a
 * writer that is opened ends what an earlier one left open, and keeps that from writing.
 */
final class ReplayWriter implements AutoCloseable {
  /** Shorter than a person waits: while one is open, the job waits behind it. */
  private static final int TRANSACTION_MILLIS = 30_000;

  /** Of a dead letter, and some for its headers. */
  private static final int REQUEST_BYTES = 16 << 20;

  private final KafkaProducer<byte[], byte[]> producer;
  private final Map<Letter, Future<RecordMetadata>> sent = new LinkedHashMap<>();

  /** Opens it, and ends the transaction of an earlier one. */
  ReplayWriter(KafkaSettings kafka) {
    Properties properties = new Properties();
    kafka.clientProperties().forEach(properties::setProperty);
    properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers());
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, kafka.compression());
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, REQUEST_BYTES);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 15_000);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 20_000);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_MILLIS);
    // No topic's: those of the job's sinks go on with a topic and another slash.
    properties.put(
        ProducerConfig.TRANSACTIONAL_ID_CONFIG, kafka.transactionalIdPrefix() + "/replay");
    producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    try {
      producer.initTransactions();
    } catch (RuntimeException e) {
      producer.close();
      throw e;
    }
  }

  void begin() {
    sent.clear();
    producer.beginTransaction();
  }

  /** Sends the record that a dead letter is on to the partition that it came from. */
  void send(Letter letter, DeadLetter content) {
    sent.put(
        letter,
        producer.send(
            new ProducerRecord<>(
                letter.origin().topic(),
                letter.origin().partition(),
                Originals.key(content),
                Originals.value(content),
                ReplayHeaders.of(new Replay(letter.origin(), letter.replays() + 1)))));
  }

  /**
   * Waits until the broker has what was sent.
   *
   * @return those that it does not take, since they are too large; where there are any, the
   *     transaction has to be aborted
   */
  Set<Letter> flush() {
    producer.flush();
    Set<Letter> tooLarge = new HashSet<>();
    RuntimeException failure = null;
    for (Map.Entry<Letter, Future<RecordMetadata>> write : sent.entrySet()) {
      try {
        write.getValue().get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("Writing to Kafka was interrupted.", e);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RecordTooLargeException) {
          tooLarge.add(write.getKey());
        } else if (failure == null) {
          failure = asUnchecked(e);
        }
      }
    }
    // What goes with one that is too large fails for that.
    if (tooLarge.isEmpty() && failure != null) {
      throw failure;
    }
    return tooLarge;
  }

  private static RuntimeException asUnchecked(ExecutionException e) {
    return e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
  }

  void commit() {
    producer.commitTransaction();
  }

  void abort() {
    producer.abortTransaction();
  }

  /** Whether another writer was opened, which keeps this one from writing. */
  static boolean isFenced(KafkaException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ProducerFencedException
          || cause instanceof InvalidProducerEpochException) {
        return true;
      }
    }
    return false;
  }

  /** Aborts a transaction that is open. */
  @Override
  public void close() {
    producer.close();
  }
}
