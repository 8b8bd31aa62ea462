package dev.craftstream.topics.kafka;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Records that were written at a time, as by an earlier run. */
final class TimedRecords {
  private TimedRecords() {}

  /** In transactions of its own. */
  static KafkaProducer<byte[], byte[]> transactional(KafkaSettings settings, String id) {
    var producer =
        TopicsJob.producer(
            settings, Map.of("transactional.id", settings.transactionalIdPrefix() + id));
    producer.initTransactions();
    return producer;
  }

  static void write(KafkaSettings settings, String topic, Instant time) throws Exception {
    try (var producer = TopicsJob.producer(settings, Map.of())) {
      send(producer, topic, time);
    }
  }

  static void send(KafkaProducer<byte[], byte[]> producer, String topic, Instant time)
      throws Exception {
    producer
        .send(new ProducerRecord<>(topic, 0, time.toEpochMilli(), new byte[] {1}, new byte[] {2}))
        .get(20, TimeUnit.SECONDS);
  }
}
