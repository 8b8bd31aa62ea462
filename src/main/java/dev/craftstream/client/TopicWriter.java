package dev.craftstream.client;

import dev.craftstream.model.Origin;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.topics.kafka.EventHeaders;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.TopicAdmin;
import dev.craftstream.topics.records.EncodedRecord;
import dev.craftstream.topics.records.RecordEncoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes events to the job's input topics, where these are there. Each call returns when the broker
 * has what it wrote.
 */
public final class TopicWriter implements AutoCloseable {
  private final KafkaSettings settings;
  private final RecordEncoder encoder;
  private final Producer<byte[], byte[]> producer;
  private final Map<String, EventHeaders> present = new HashMap<>();
  private final AtomicLong written = new AtomicLong();

  public TopicWriter(KafkaSettings settings) {
    this.settings = settings;
    this.encoder = new RecordEncoder(settings.format());
    Properties properties = new Properties();
    settings.clientProperties().forEach(properties::setProperty);
    properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 15_000);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    properties.putIfAbsent(
        ProducerConfig.MAX_REQUEST_SIZE_CONFIG, String.valueOf(TopicAdmin.RECORD_BYTES));
    producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * Writes question events in their order.
   *
   * @throws IllegalStateException with a sentence, where the topic is not there or the broker does
   *     not take all of them; {@link #written} says how many it has
   */
  public void questions(List<QuestionEvent> events) {
    List<Future<RecordMetadata>> writes = new ArrayList<>();
    for (QuestionEvent event : events) {
      writes.add(send(settings.topics().questions(), encoder.question(event)));
    }
    writes.forEach(this::await);
  }

  /** Removes a question. */
  public void removal(String questionId) {
    questions(List.of(new QuestionEvent(questionId, null, new Origin("", 0, 0))));
  }

  /**
   * Announces a model checkpoint.
   *
   * @return the model time that this is
   */
  public long announcement(ModelCheckpoint checkpoint) {
    return write(settings.topics().modelCheckpoints(), encoder.announcement(checkpoint)) + 1;
  }

  /**
   * Retires a model checkpoint.
   *
   * @return the model time that this is
   */
  public long retirement(String checkpointId) {
    return write(settings.topics().modelCheckpoints(), encoder.retirement(checkpointId)) + 1;
  }

  /** Asks the job for something that its state can answer. */
  public void request(Request request) {
    write(settings.topics().requests(), encoder.request(request));
  }

  private long write(String topic, EncodedRecord record) {
    return await(send(topic, record)).offset();
  }

  /** How many records the broker has said that it has; final when the writer is closed. */
  public long written() {
    return written.get();
  }

  private Future<RecordMetadata> send(String topic, EncodedRecord record) {
    require(topic);
    return producer.send(
        new ProducerRecord<>(topic, null, record.key(), record.value(), present.get(topic).next()),
        (place, failure) -> {
          if (failure == null) {
            written.incrementAndGet();
          }
        });
  }

  /** A producer that asks for a topic may have the broker make it, whatever its name. */
  private void require(String topic) {
    if (present.containsKey(topic)) {
      return;
    }
    Properties properties = new Properties();
    settings.clientProperties().forEach(properties::setProperty);
    properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 15_000);
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    try (Admin admin = Admin.create(properties)) {
      admin.describeTopics(List.of(topic)).allTopicNames().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Looking for the topic " + topic + " was interrupted.", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        throw TopicReader.missing(topic, settings.bootstrapServers(), e);
      }
      if (e.getCause() instanceof TimeoutException) {
        throw TopicReader.unreachable(settings.bootstrapServers(), settings.clientProperties(), e);
      }
      throw e.getCause() instanceof KafkaException failure ? failure : new KafkaException(e);
    }
    present.put(topic, EventHeaders.of(settings, topic));
  }

  private RecordMetadata await(Future<RecordMetadata> write) {
    try {
      return write.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Writing to Kafka was interrupted.", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "Kafka at %s did not take the record (%s). Check that the broker runs and that the topics are there; the job makes them when it starts."
              .formatted(settings.bootstrapServers(), e.getCause().getMessage()),
          e);
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
