package dev.craftstream.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.TopicAdmin;
import dev.craftstream.topics.records.WireFormat;
import dev.craftstream.v1.Basis;
import dev.craftstream.v1.ClassCount;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.Label;
import dev.craftstream.v1.Mark;
import dev.craftstream.v1.Task;
import java.io.IOException;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What a job writes, for what reads it: one dataset, "d", in topics of a test's own. */
final class PublishedRecords {
  private PublishedRecords() {}

  static DatasetRecord record(String id, Label label, String prompt, Mark mark, int copies) {
    return DatasetRecord.newBuilder()
        .setDatasetId("d")
        .setKind(DatasetKind.DATASET_KIND_TRAINING)
        .setQuestionId(id)
        .setMark(mark)
        .setRevision(1)
        .setTask(Task.TASK_OPEN_ENDED)
        .setLabel(label)
        .setPrompt(prompt)
        .setResponse(label == Label.LABEL_REFUSAL ? "I don't know" : "It is \"" + id + "\"")
        .setCopies(copies)
        .setBasis(basis(label))
        .build();
  }

  /** An answer's says less, as one of an earlier version does. */
  private static Basis basis(Label label) {
    Basis.Builder basis = Basis.newBuilder().setKnowledgeFlow(-0.25);
    return label == Label.LABEL_ANSWER
        ? basis.build()
        : basis.setSureness(0.875).setFallProbability(0.625).setRiseProbability(0.375).build();
  }

  static DatasetManifest manifest(int answers, int refusals) {
    return DatasetManifest.newBuilder()
        .setDatasetId("d")
        .setKind(DatasetKind.DATASET_KIND_TRAINING)
        .setTask(Task.TASK_OPEN_ENDED)
        .setComplete(true)
        .setAnswer(ClassCount.newBuilder().setQuestions(answers))
        .setRefusal(ClassCount.newBuilder().setQuestions(refusals))
        .build();
  }

  static KafkaSettings prepared(KafkaBroker broker, WireFormat format) {
    KafkaSettings settings =
        KafkaSettings.builder(broker.bootstrapServers())
            .topicPrefix(KafkaBrokerExtension.freshPrefix())
            .format(format)
            .partitions(3)
            .build();
    new TopicAdmin(settings).prepare();
    return settings;
  }

  static KafkaProducer<byte[], byte[]> producer(KafkaSettings settings) {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers",
            settings.bootstrapServers(),
            "transactional.id",
            settings.topics().prefix() + System.nanoTime()),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  static void send(
      KafkaProducer<byte[], byte[]> producer, String topic, Message message, WireFormat format)
      throws IOException {
    String key;
    if (message instanceof DatasetRecord record) {
      key = record.getDatasetId() + "\n" + record.getQuestionId();
    } else if (message instanceof Instruction instruction) {
      key = instruction.getQuestionId();
    } else {
      key = ((DatasetManifest) message).getDatasetId();
    }
    byte[] value =
        format == WireFormat.PROTOBUF
            ? message.toByteArray()
            : JsonFormat.printer().preservingProtoFieldNames().print(message).getBytes(UTF_8);
    producer.send(new ProducerRecord<>(topic, key.getBytes(UTF_8), value));
  }
}
