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
import com.google.protobuf.util.JsonFormat;
import dev.craftstream.client.exchange.CollectedDataset;
import dev.craftstream.client.exchange.ExportFormat;
import dev.craftstream.client.exchange.ExportedDataset;
import dev.craftstream.client.exchange.RowStyle;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.embedded.Project;
import dev.craftstream.embedded.PythonEnvironment;
import dev.craftstream.embedded.PythonInterpreter;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.records.WireFormat;
import dev.craftstream.v1.Basis;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.Label;
import dev.craftstream.v1.Mark;
import dev.craftstream.v1.ModelCheckpointEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The Python client (clients/python) against a real broker, beside what the commands read. */
@ExtendWith(KafkaBrokerExtension.class)
@Tag("integration")
class PythonClientTest {
  private static final Path FOLDER = Path.of("src/test/python-client");
  private static PythonEnvironment python;

  @TempDir Path folder;

  @BeforeAll
  static void prepare() throws Exception {
    python =
        PythonEnvironment.prepare(
            Project.here().home().virtualEnvironment("python-client"),
            FOLDER.resolve("requirements.txt"),
            List.of("--no-deps"),
            new PythonInterpreter("The Python client", List.of(10, 11, 12, 13), false),
            line -> {});
  }

  @ParameterizedTest
  @EnumSource
  void itsRowsAreThoseOfAnExport(WireFormat format, KafkaBroker broker) throws Exception {
    KafkaSettings settings = prepared(broker, format);
    String topic = settings.topics().datasets();
    try (KafkaProducer<byte[], byte[]> job = producer(settings);
        KafkaProducer<byte[], byte[]> open = producer(settings)) {
      job.initTransactions();
      job.beginTransaction();
      send(
          job,
          topic,
          record("b", Label.LABEL_ANSWER, "b?\n\tTwo \u2028", Mark.MARK_BASE, 3),
          format);
      send(job, topic, record("a", Label.LABEL_REFUSAL, "é 漢字 😀", Mark.MARK_BASE, 1), format);
      send(job, topic, record("\uffff", Label.LABEL_ANSWER, "last: ", Mark.MARK_BASE, 1), format);
      send(job, topic, record("😀", Label.LABEL_ANSWER, "line\n", Mark.MARK_BASE, 0), format);
      send(job, topic, record("gone", Label.LABEL_ANSWER, "gone", Mark.MARK_BASE, 1), format);
      tombstone(job, topic, "d\ngone");
      send(job, settings.topics().datasetManifests(), manifest(3, 1), format);
      job.commitTransaction();
      job.beginTransaction();
      send(job, topic, record("aborted", Label.LABEL_ANSWER, "x", Mark.MARK_BASE, 1), format);
      job.abortTransaction();
      job.beginTransaction();
      send(job, topic, record("b", Label.LABEL_ANSWER, "changed", Mark.MARK_CHANGED, 2), format);
      send(job, topic, record("\uffff", Label.LABEL_ANSWER, "", Mark.MARK_REMOVED, 1), format);
      send(job, topic, record("late", Label.LABEL_ANSWER, "added", Mark.MARK_ADDED, 1), format);
      job.commitTransaction();
      open.initTransactions();
      open.beginTransaction();
      send(open, topic, record("open", Label.LABEL_ANSWER, "not yet", Mark.MARK_BASE, 1), format);
      open.flush();

      List<String> read = client(settings, "rows", "d");

      CollectedDataset collected =
          new DatasetTopics(settings).collect("d", Duration.ofSeconds(20), true, progress -> {});
      assertThat(read.get(0)).isEqualTo("[\"d\"]");
      assertThat(parsed(read.subList(1, 5)))
          .isEqualTo(parsed(exported(collected.asOfManifest(), true)));
      assertThat(read.get(5)).isEqualTo(figures(collected.asOfManifest()));
      assertThat(parsed(read.subList(6, 10)))
          .isEqualTo(parsed(exported(collected.asOfNow(), false)));
      assertThat(read.get(10)).isEqualTo(figures(collected.asOfNow()));
      assertThat(read.get(11)).contains("No manifest of other came within 0 s");
      open.abortTransaction();
    }
  }

  @ParameterizedTest
  @EnumSource
  void itFollowsTheInstructionsFromTheNewestOfEachQuestion(WireFormat format, KafkaBroker broker)
      throws Exception {
    KafkaSettings settings = prepared(broker, format);
    String topic = settings.topics().instructions();
    try (KafkaProducer<byte[], byte[]> job = producer(settings)) {
      job.initTransactions();
      job.beginTransaction();
      for (String response : List.of("old", "newest")) {
        send(job, topic, instruction("q", response), format);
        send(job, topic, instruction("gone", response), format);
      }
      tombstone(job, topic, "gone");
      job.commitTransaction();

      Process process = reader(settings, "instructions", "3");
      try (BufferedReader lines = process.inputReader(UTF_8)) {
        assertThat(lines.readLine()).isEqualTo("[\"q\", \"newest\"]");
        job.beginTransaction();
        send(job, topic, instruction("aborted", "never"), format);
        job.abortTransaction();
        job.beginTransaction();
        send(job, topic, instruction("q", "later"), format);
        tombstone(job, topic, "q");
        job.commitTransaction();
        assertThat(lines.readLine()).isEqualTo("[\"q\", \"later\"]");
        assertThat(lines.readLine()).isEqualTo("[\"q\", null]");
      } finally {
        process.destroy();
        process.waitFor();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void itAnnouncesAModelCheckpointOnceAndMovesIt(WireFormat format, KafkaBroker broker)
      throws Exception {
    KafkaSettings settings = prepared(broker, format);

    assertThat(client(settings, "announce")).containsExactly("[1, 2, 2, 2]");

    List<String> adapters = new ArrayList<>();
    try (TopicReader reader =
        new TopicReader(settings, List.of(settings.topics().modelCheckpoints()), true, true)) {
      var ends = reader.ends();
      while (!reader.hasReached(ends)) {
        for (ConsumerRecord<byte[], byte[]> entry : reader.poll(Duration.ofMillis(200))) {
          var event = ModelCheckpointEvent.newBuilder();
          if (format == WireFormat.PROTOBUF) {
            event.mergeFrom(entry.value());
          } else {
            JsonFormat.parser().merge(new String(entry.value(), UTF_8), event);
          }
          assertThat(new String(entry.key(), UTF_8)).isEqualTo(event.getCheckpointId());
          adapters.add(event.getAnnouncement().getServing().getAdapterName());
        }
      }
    }
    assertThat(adapters).containsExactly("", "r-é", "moved");
  }

  /** With the Python that has TRL, which is too large to be set up for a test. */
  @Test
  @EnabledIfEnvironmentVariable(
      named = "CRAFT_TRL_PYTHON",
      matches = ".+",
      disabledReason =
          "CRAFT_TRL_PYTHON names no Python interpreter that has trl, datasets and confluent-kafka")
  void itsExampleTrainsAModelFromTheTopics(KafkaBroker broker) throws Exception {
    KafkaSettings settings = prepared(broker, WireFormat.JSON);
    try (KafkaProducer<byte[], byte[]> job = producer(settings)) {
      job.initTransactions();
      job.beginTransaction();
      String topic = settings.topics().datasets();
      for (String id : List.of("a", "b", "c")) {
        send(job, topic, record(id, Label.LABEL_ANSWER, "q", Mark.MARK_BASE, 4), WireFormat.JSON);
      }
      send(job, settings.topics().datasetManifests(), manifest(3, 0), WireFormat.JSON);
      job.commitTransaction();
    }
    Path model = folder.resolve("model");
    Path adapter = folder.resolve("adapter");
    String trl = System.getenv("CRAFT_TRL_PYTHON");

    output(
        start(
            trl,
            "-c",
            "import sys; sys.path.insert(0, 'src/test/trl'); import train; train.save(sys.argv[1])",
            model.toString()));
    output(
        start(
            trl,
            "clients/python/examples/train_trl.py",
            "d",
            model.toString(),
            adapter.toString(),
            "--bootstrap-servers=" + settings.bootstrapServers(),
            "--topic-prefix=" + settings.topics().prefix(),
            "--epochs=1",
            "--batch=4"));

    assertThat(adapter.resolve("adapter_model.safetensors")).isNotEmptyFile();
  }

  /** The rows of each form, as the client prints them. */
  private List<String> exported(ExportedDataset dataset, boolean messages) throws IOException {
    List<String> forms = new ArrayList<>();
    for (ExportFormat form :
        List.of(
            ExportFormat.CHAT,
            ExportFormat.COMPLETION,
            ExportFormat.KTO,
            ExportFormat.PREFERENCE)) {
      Path file = folder.resolve("train.jsonl");
      form.write(dataset, new RowStyle("", messages, "I don't know", false), file);
      forms.add("[" + String.join(",", Files.readAllLines(file)) + "]");
    }
    return forms;
  }

  /** What the rows rest on, as the client prints it. */
  private static String figures(ExportedDataset dataset) {
    return dataset.rows().stream()
        .map(
            row -> {
              Basis basis = row.getBasis();
              return "[\"%s\", %s, %s, %s, %s]"
                  .formatted(
                      row.getQuestionId(),
                      basis.hasKnowledgeFlow() ? basis.getKnowledgeFlow() : "null",
                      basis.hasSureness() ? basis.getSureness() : "null",
                      basis.hasFallProbability() ? basis.getFallProbability() : "null",
                      basis.hasRiseProbability() ? basis.getRiseProbability() : "null");
            })
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private List<String> client(KafkaSettings settings, String what, String... more)
      throws Exception {
    return output(reader(settings, what, more));
  }

  private Process reader(KafkaSettings settings, String what, String... more) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                python.python().toString(),
                FOLDER.resolve("read.py").toString(),
                what,
                settings.bootstrapServers(),
                settings.topics().prefix(),
                settings.format().name()));
    command.addAll(List.of(more));
    return start(command.toArray(String[]::new));
  }

  private Process start(String... command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(folder.resolve("log").toFile());
    builder.environment().put("PYTHONPATH", Path.of("clients/python").toAbsolutePath().toString());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    builder.environment().put("HF_HUB_OFFLINE", "1");
    return builder.start();
  }

  private List<String> output(Process process) throws Exception {
    List<String> lines = process.inputReader(UTF_8).lines().toList();
    assertThat(process.waitFor()).as(() -> read(folder.resolve("log"))).isZero();
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

  private static Instruction instruction(String id, String response) {
    return Instruction.newBuilder().setQuestionId(id).setResponse(response).build();
  }

  private static void tombstone(KafkaProducer<byte[], byte[]> job, String topic, String key) {
    job.send(new ProducerRecord<>(topic, key.getBytes(UTF_8), null));
  }
}
