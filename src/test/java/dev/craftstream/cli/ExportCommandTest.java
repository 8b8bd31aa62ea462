package dev.craftstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.craftstream.local.KafkaBroker;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.v1.Basis;
import dev.craftstream.v1.ClassCount;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.Label;
import dev.craftstream.v1.Mark;
import dev.craftstream.v1.Task;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.io.LocalInputFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A dataset in the topics becomes the files that trainers read. */
@ExtendWith(KafkaBrokerExtension.class)
class ExportCommandTest {
  private static final String DATASET = "craft-open-ended-2";

  private final String prefix = KafkaBrokerExtension.freshPrefix();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;
  private String servers;
  private Producer<byte[], byte[]> producer;

  @BeforeEach
  void givenADatasetWithLaterChanges(KafkaBroker broker) throws Exception {
    servers = broker.bootstrapServers();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      admin
          .createTopics(
              Stream.of("datasets", "rehearsal-sets", "dataset-manifests")
                  .map(topic -> new NewTopic(prefix + topic, 2, (short) 1))
                  .toList())
          .all()
          .get(30, TimeUnit.SECONDS);
    }
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", servers),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    record("q1", Label.LABEL_ANSWER, "Seine", 1, 1, Mark.MARK_BASE);
    record("q2", Label.LABEL_REFUSAL, "I don't know", 2, 1, Mark.MARK_BASE);
    record("q3", Label.LABEL_ANSWER, "Rome", 1, 1, Mark.MARK_BASE);
    record("q3", Label.LABEL_UNSPECIFIED, "", 0, 2, Mark.MARK_REMOVED);
    record("q4", Label.LABEL_ANSWER, "Oslo", 1, 1, Mark.MARK_ADDED);
    send(
        "dataset-manifests",
        DATASET,
        DatasetManifest.newBuilder()
            .setDatasetId(DATASET)
            .setKind(DatasetKind.DATASET_KIND_TRAINING)
            .setTask(Task.TASK_OPEN_ENDED)
            .setStrategy("CRAFT")
            .setInitialCheckpointId("base")
            .setRehearsalCheckpointId("rehearsed")
            .setComplete(true)
            .setAnswer(ClassCount.newBuilder().setCandidates(9).setWanted(2).setQuestions(2))
            .setRefusal(ClassCount.newBuilder().setCandidates(1).setWanted(2).setQuestions(1))
            .build());
    producer.flush();
  }

  @AfterEach
  void close() {
    producer.close();
  }

  private void record(String id, Label label, String says, int copies, int revision, Mark mark)
      throws Exception {
    send(
        "datasets",
        DATASET + "\n" + id,
        DatasetRecord.newBuilder()
            .setDatasetId(DATASET)
            .setKind(DatasetKind.DATASET_KIND_TRAINING)
            .setQuestionId(id)
            .setMark(mark)
            .setRevision(revision)
            .setTask(Task.TASK_OPEN_ENDED)
            .setLabel(label)
            .setPrompt("Answer: " + id)
            .setResponse(says)
            .setCopies(copies)
            .setBasis(Basis.newBuilder().setStrategy("CRAFT").setInitialCorrectness(0.9))
            .build());
  }

  private void send(String topic, String key, Message message)
      throws InvalidProtocolBufferException {
    producer.send(
        new ProducerRecord<>(
            prefix + topic,
            key.getBytes(UTF_8),
            JsonFormat.printer().preservingProtoFieldNames().print(message).getBytes(UTF_8)));
  }

  private int export(String... arguments) {
    CommandLine craft = Craft.commandLine();
    craft.setOut(new PrintWriter(out, true));
    craft.setErr(new PrintWriter(err, true));
    return craft.execute(
        Stream.of(
                Stream.of("export"),
                Stream.of(arguments),
                Stream.of("--bootstrap-servers", servers, "-D", "kafka.topic-prefix=" + prefix))
            .flatMap(part -> part)
            .toArray(String[]::new));
  }

  private List<String> lines() throws Exception {
    try (Stream<Path> files = Files.list(folder.resolve("out"))) {
      Path data =
          files.filter(file -> file.toString().endsWith(".jsonl")).findFirst().orElseThrow();
      return Files.readAllLines(data);
    }
  }

  private static String response(String line) {
    JsonArray messages = JsonParser.parseString(line).getAsJsonObject().getAsJsonArray("messages");
    JsonObject last = messages.get(messages.size() - 1).getAsJsonObject();
    assertThat(last.get("role").getAsString()).isEqualTo("assistant");
    return last.get("content").getAsString();
  }

  @Test
  void chatMessagesHaveTheLaterChangesAndTheCopies_andACard() throws Exception {
    assertThat(export(DATASET, "--format", "chat", "--out", folder.resolve("out").toString()))
        .as(err.toString())
        .isZero();
    assertThat(lines())
        .extracting(ExportCommandTest::response)
        .containsExactly("Seine", "I don't know", "I don't know", "Oslo");
    assertThat(Files.readString(folder.resolve("out/README.md")))
        .startsWith("---")
        .contains("CRAFT", "base", "rehearsed");
  }

  @Test
  void asOfTheManifestLaterChangesAreLeftOut() throws Exception {
    assertThat(
            export(
                DATASET,
                "--format",
                "chat",
                "--as-of",
                "manifest",
                "--out",
                folder.resolve("out").toString()))
        .as(err.toString())
        .isZero();
    assertThat(lines())
        .extracting(ExportCommandTest::response)
        .containsExactly("Seine", "I don't know", "I don't know", "Rome");
  }

  @Test
  void parquetHoldsTheSameMessages() throws Exception {
    assertThat(export(DATASET, "--format", "parquet", "--out", folder.resolve("out").toString()))
        .as(err.toString())
        .isZero();
    Path file;
    try (Stream<Path> files = Files.walk(folder.resolve("out"))) {
      file = files.filter(f -> f.toString().endsWith(".parquet")).findFirst().orElseThrow();
    }
    List<String> ids = new ArrayList<>();
    try (ParquetReader<Group> reader =
        new ParquetReader.Builder<Group>(
            new LocalInputFile(file), new PlainParquetConfiguration()) {
          @Override
          protected GroupReadSupport getReadSupport() {
            return new GroupReadSupport();
          }
        }.build()) {
      for (Group row = reader.read(); row != null; row = reader.read()) {
        ids.add(row.getString("question_id", 0));
      }
    }
    assertThat(ids).containsExactly("q1", "q2", "q2", "q4");
  }

  @Test
  void theFormsOfTheTrainersAreTheirs() throws Exception {
    for (String format : List.of("sharegpt", "alpaca")) {
      assertThat(
              export(
                  DATASET,
                  "--format",
                  format,
                  "--force",
                  "--out",
                  folder.resolve(format).toString()))
          .as(err.toString())
          .isZero();
      assertThat(folder.resolve(format).resolve("dataset_info.json")).exists();
    }
  }

  @Test
  void anotherIdIsASentenceThatNamesThoseThatAreThere() {
    assertThat(
            export(
                "other",
                "--format",
                "chat",
                "--timeout",
                "0",
                "--out",
                folder.resolve("out").toString()))
        .isEqualTo(1);
    assertThat(err.toString()).contains(DATASET).doesNotContain("\tat ");
  }
}
