package dev.craftstream.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.craftstream.client.exchange.ExportFormat;
import dev.craftstream.client.exchange.RowStyle;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.model.Contract;
import dev.craftstream.model.ModelCheckpoint;
import dev.craftstream.model.ModelCheckpointEvent;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.Role;
import dev.craftstream.model.Serving;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.TopicAdmin;
import dev.craftstream.topics.records.ModelCheckpointParser;
import dev.craftstream.topics.records.Parsed;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import dev.craftstream.v1.ClassCount;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.Label;
import dev.craftstream.v1.Mark;
import dev.craftstream.v1.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The reference trainer (docker/trainer) against a real broker: it reads the rows that an export
 * writes, and announces what the job reads. Its own tests are in docker/trainer/tests.
 */
@ExtendWith(KafkaBrokerExtension.class)
@EnabledIfEnvironmentVariable(
    named = ReferenceTrainerTest.PYTHON,
    matches = ".+",
    disabledReason =
        "CRAFT_TRAINER_PYTHON names no Python interpreter that has docker/trainer/requirements.txt")
@Tag("integration")
class ReferenceTrainerTest {
  static final String PYTHON = "CRAFT_TRAINER_PYTHON";

  private static final String ANNOUNCE_TWICE =
      """
      import sys
      from craft_trainer.checkpoints import Checkpoints
      from craft_trainer.kafka import KafkaLog
      from craft_trainer.messages import CheckpointEvent, Codec, Serving
      from craft_trainer.settings import Kafka
      address, prefix, format = sys.argv[1:]
      log = KafkaLog(Kafka(bootstrap_servers=address, topic_prefix=prefix, format=format))
      checkpoints = Checkpoints(log, Codec(format), prefix)
      serving = Serving("smollm2", "1", "CONTRACT_CRAFT", "", "", "r-é")
      event = CheckpointEvent("r", "ROLE_REHEARSAL", "base", serving)
      print(checkpoints.announce(event), checkpoints.announce(event))
      """;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void itReadsTheRowsThatAnExportWrites(WireFormat format, KafkaBroker broker) throws Exception {
    KafkaSettings settings = prepared(broker, format);
    String topic = settings.topics().datasets();
    try (KafkaProducer<byte[], byte[]> job = producer(settings);
        KafkaProducer<byte[], byte[]> open = producer(settings)) {
      job.initTransactions();
      job.beginTransaction();
      send(
          job,
          topic,
          record("b", "What's \"b\" < c & d?\n\tTwo lines\u2028", Mark.MARK_BASE, 3),
          format);
      send(job, topic, record("a", "é 漢字 😀", Mark.MARK_BASE, 1), format);
      send(job, topic, record("\uffff", "last by UTF-16", Mark.MARK_BASE, 1), format);
      send(job, topic, record("😀", "before it", Mark.MARK_BASE, 0), format);
      send(job, settings.topics().datasetManifests(), manifest(4), format);
      job.commitTransaction();
      job.beginTransaction();
      send(job, topic, record("aborted", "never counted", Mark.MARK_BASE, 1), format);
      job.abortTransaction();
      job.beginTransaction();
      send(job, topic, record("a", "changed", Mark.MARK_CHANGED, 1), format);
      send(job, topic, record("b", "", Mark.MARK_REMOVED, 1), format);
      send(job, topic, record("late", "added", Mark.MARK_ADDED, 1), format);
      job.commitTransaction();
      open.initTransactions();
      open.beginTransaction();
      send(open, topic, record("open", "not committed", Mark.MARK_BASE, 1), format);
      open.flush();

      Path exported = folder.resolve("train.jsonl");
      ExportFormat.CHAT.write(
          new DatasetTopics(settings)
              .collect("d", Duration.ofSeconds(20), true, progress -> {})
              .asOfManifest(),
          RowStyle.messages(""),
          exported);
      List<String> rows =
          trainer(
              "-m",
              "craft_trainer",
              "rows",
              "d",
              "-D",
              "kafka.bootstrap-servers=" + broker.bootstrapServers(),
              "-D",
              "kafka.topic-prefix=" + settings.topics().prefix(),
              "-D",
              "kafka.format=" + format);

      assertThat(parsed(rows)).hasSize(6).isEqualTo(parsed(Files.readAllLines(exported)));
      open.abortTransaction();
    }
  }

  @ParameterizedTest
  @EnumSource
  void givenAnAnnouncementThatIsThere_whenItAnnouncesAgain_thenTheJobReadsOne(
      WireFormat format, KafkaBroker broker) throws Exception {
    KafkaSettings settings = prepared(broker, format);
    assertThat(
            trainer(
                "-c",
                ANNOUNCE_TWICE,
                broker.bootstrapServers(),
                settings.topics().prefix(),
                format.name()))
        .containsExactly("1 1");

    List<ModelCheckpoint> announced = new ArrayList<>();
    try (TopicReader reader =
        new TopicReader(settings, List.of(settings.topics().modelCheckpoints()), true, true)) {
      var ends = reader.ends();
      while (!reader.hasReached(ends)) {
        for (ConsumerRecord<byte[], byte[]> entry : reader.poll(Duration.ofMillis(200))) {
          announced.add(announced(entry, format));
        }
      }
    }
    assertThat(announced)
        .containsExactly(
            new ModelCheckpoint(
                "r",
                1,
                Role.REHEARSAL,
                "base",
                new Serving("smollm2", "1", Contract.CRAFT, "", "", "r-é")));
  }

  /** What the trainer prints. */
  private List<String> trainer(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(System.getenv(PYTHON)));
    command.addAll(List.of(arguments));
    Path log = folder.resolve("trainer.log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(Path.of("docker/trainer").toFile())
            .redirectError(log.toFile());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    Process process = builder.start();
    List<String> lines = process.inputReader(UTF_8).lines().toList();
    assertThat(process.waitFor()).as(() -> read(log)).isZero();
    return lines;
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<JsonElement> parsed(List<String> lines) {
    return lines.stream().map(JsonParser::parseString).toList();
  }

  private static ModelCheckpoint announced(
      ConsumerRecord<byte[], byte[]> entry, WireFormat format) {
    var original =
        new OriginalRecord(
            new Origin(entry.topic(), entry.partition(), entry.offset()),
            entry.key(),
            entry.value());
    var parsed = new ModelCheckpointParser(format, RecordLimits.DEFAULT).parse(original);
    assertThat(parsed).isInstanceOf(Parsed.Event.class);
    return ((Parsed.Event<ModelCheckpointEvent>) parsed).event().announced();
  }

  private static DatasetRecord record(String id, String prompt, Mark mark, int copies) {
    return DatasetRecord.newBuilder()
        .setDatasetId("d")
        .setKind(DatasetKind.DATASET_KIND_TRAINING)
        .setQuestionId(id)
        .setMark(mark)
        .setRevision(1)
        .setTask(Task.TASK_OPEN_ENDED)
        .setLabel(Label.LABEL_REFUSAL)
        .setPrompt(prompt)
        .setResponse("I don't know")
        .setCopies(copies)
        .build();
  }

  private static DatasetManifest manifest(int questions) {
    return DatasetManifest.newBuilder()
        .setDatasetId("d")
        .setKind(DatasetKind.DATASET_KIND_TRAINING)
        .setTask(Task.TASK_OPEN_ENDED)
        .setComplete(true)
        .setAnswer(ClassCount.newBuilder().setQuestions(1))
        .setRefusal(ClassCount.newBuilder().setQuestions(questions - 1))
        .build();
  }

  private static KafkaSettings prepared(KafkaBroker broker, WireFormat format) {
    KafkaSettings settings =
        KafkaSettings.builder(broker.bootstrapServers())
            .topicPrefix(KafkaBrokerExtension.freshPrefix())
            .format(format)
            .partitions(3)
            .build();
    new TopicAdmin(settings).prepare();
    return settings;
  }

  private static KafkaProducer<byte[], byte[]> producer(KafkaSettings settings) {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers",
            settings.bootstrapServers(),
            "transactional.id",
            settings.topics().prefix() + System.nanoTime()),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer, String topic, Message message, WireFormat format)
      throws InvalidProtocolBufferException {
    String key =
        message instanceof DatasetRecord record
            ? record.getDatasetId() + "\n" + record.getQuestionId()
            : ((DatasetManifest) message).getDatasetId();
    byte[] value =
        format == WireFormat.PROTOBUF
            ? message.toByteArray()
            : JsonFormat.printer().preservingProtoFieldNames().print(message).getBytes(UTF_8);
    producer.send(new ProducerRecord<>(topic, key.getBytes(UTF_8), value));
  }
}
