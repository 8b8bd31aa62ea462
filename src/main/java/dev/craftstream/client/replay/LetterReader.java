package dev.craftstream.client.replay;

import dev.craftstream.client.OutputRecords;
import dev.craftstream.client.TopicReader;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.v1.DeadLetter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Fetches dead letters from where they lie; fast where they are asked for in that order. */
final class LetterReader implements AutoCloseable {
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final int LOOKS = 120;

  /** Nearer ones are come to by reading on. */
  private static final int NEAR = 500;

  private final String topic;
  private final OutputRecords records;
  private final KafkaConsumer<byte[], byte[]> consumer;

  /** Fetched and not asked for yet; all of the partition that is assigned. */
  private final Deque<ConsumerRecord<byte[], byte[]>> fetched = new ArrayDeque<>();

  private TopicPartition assigned;
  private long next;

  LetterReader(KafkaSettings kafka) {
    topic = kafka.topics().deadLetters();
    records = new OutputRecords(kafka.format());
    consumer =
        new KafkaConsumer<>(
            TopicReader.properties(kafka, true),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
  }

  /**
   * The dead letter at this place; nothing where the topic keeps it no longer.
   *
   * @throws IllegalStateException with a sentence, where the broker does not send it
   */
  Optional<DeadLetter> fetch(Letter letter) {
    seek(new TopicPartition(topic, letter.partition()), letter.offset());
    for (int look = 0; look < LOOKS; look++) {
      while (!fetched.isEmpty()) {
        ConsumerRecord<byte[], byte[]> entry = fetched.element();
        if (entry.offset() > letter.offset()) {
          return Optional.empty();
        }
        fetched.remove();
        next = entry.offset() + 1;
        if (entry.offset() == letter.offset()) {
          return Optional.of(records.deadLetter(entry));
        }
      }
      if (consumer.position(assigned) > letter.offset()) {
        return Optional.empty();
      }
      consumer.poll(LOOK).forEach(fetched::add);
    }
    throw new IllegalStateException(
        "Kafka has not sent %s-%d-%d in %d s. Look whether all of its brokers run, then give the command again."
            .formatted(
                topic, letter.partition(), letter.offset(), LOOKS * LOOK.toMillis() / 1_000));
  }

  private void seek(TopicPartition partition, long offset) {
    boolean comes = partition.equals(assigned) && offset >= next && offset - next < NEAR;
    if (!comes) {
      fetched.clear();
      consumer.assign(List.of(partition));
      consumer.seek(partition, offset);
      assigned = partition;
      next = offset;
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
