package dev.craftstream.client;

import static dev.craftstream.client.PublishedRecords.manifest;
import static dev.craftstream.client.PublishedRecords.prepared;
import static dev.craftstream.client.PublishedRecords.producer;
import static dev.craftstream.client.PublishedRecords.record;
import static dev.craftstream.client.PublishedRecords.send;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import dev.craftstream.client.exchange.ExportFormat;
import dev.craftstream.client.exchange.RowStyle;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.records.ModelCheckpointParser;
import dev.craftstream.topics.records.Parsed;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import dev.craftstream.v1.Label;
import dev.craftstream.v1.Mark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
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
          record(
              "b",
              Label.LABEL_REFUSAL,
              "What's \"b\" < c & d?\n\tTwo lines\u2028",
              Mark.MARK_BASE,
              3),
          format);
      send(job, topic, record("a", Label.LABEL_REFUSAL, "é 漢字 😀", Mark.MARK_BASE, 1), format);
      send(
          job,
          topic,
          record("\uffff", Label.LABEL_REFUSAL, "last by UTF-16", Mark.MARK_BASE, 1),
          format);
      send(job, topic, record("😀", Label.LABEL_REFUSAL, "before it", Mark.MARK_BASE, 0), format);
      send(job, settings.topics().datasetManifests(), manifest(1, 3), format);
      job.commitTransaction();
      job.beginTransaction();
      send(
          job,
          topic,
          record("aborted", Label.LABEL_REFUSAL, "never counted", Mark.MARK_BASE, 1),
          format);
      job.abortTransaction();
      job.beginTransaction();
      send(job, topic, record("a", Label.LABEL_REFUSAL, "changed", Mark.MARK_CHANGED, 1), format);
      send(job, topic, record("b", Label.LABEL_REFUSAL, "", Mark.MARK_REMOVED, 1), format);
      send(job, topic, record("late", Label.LABEL_REFUSAL, "added", Mark.MARK_ADDED, 1), format);
      job.commitTransaction();
      open.initTransactions();
      open.beginTransaction();
      send(
          open,
          topic,
          record("open", Label.LABEL_REFUSAL, "not committed", Mark.MARK_BASE, 1),
          format);
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
}
