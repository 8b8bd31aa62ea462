package dev.craftstream.embedded.bench;

import dev.craftstream.model.Origin;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.records.EncodedRecord;
import dev.craftstream.topics.records.RecordEncoder;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Questions that lie in the topic before anybody sees them: they are written in one transaction,
 * and its commit is the moment from which jobs read them. So writing them takes nothing from the
 * job that is measured.
 */
final class HeldQuestions implements AutoCloseable {
  private static final int TRANSACTION_MILLIS = 600_000;

  private final KafkaSettings settings;
  private final KafkaProducer<byte[], byte[]> producer;

  HeldQuestions(KafkaSettings settings) {
    this.settings = settings;
    producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                settings.bootstrapServers(),
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                settings.topics().questions() + "-held",
                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                TRANSACTION_MILLIS,
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                settings.compression(),
                ProducerConfig.LINGER_MS_CONFIG,
                5),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    producer.initTransactions();
  }

  /** Writes open-ended questions; the broker has them when this returns. */
  void write(int count) {
    RecordEncoder encoder = new RecordEncoder(settings.format());
    producer.beginTransaction();
    for (int number = 0; number < count; number++) {
      EncodedRecord record = encoder.question(question("question-" + number));
      producer.send(
          new ProducerRecord<>(settings.topics().questions(), record.key(), record.value()));
    }
    producer.flush();
  }

  /** Lets them be seen. */
  void show() {
    producer.commitTransaction();
  }

  static QuestionEvent question(String id) {
    Question question =
        new Question(
            id,
            Task.OPEN_ENDED,
            Purpose.TRAIN,
            ("What is the answer to " + id + "? ").repeat(4).strip(),
            "answer of " + id,
            List.of("the answer of " + id),
            List.of(),
            "",
            List.of());
    return new QuestionEvent(id, question, new Origin("", 0, 0));
  }

  @Override
  public void close() {
    producer.close();
  }
}
