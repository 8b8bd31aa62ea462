package dev.craftstream.cli.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.craftstream.cli.Craft;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.testing.TritonServerExtension;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.TopicAdmin;
import dev.craftstream.v1.ClassCount;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.Label;
import dev.craftstream.v1.Mark;
import dev.craftstream.v1.Task;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The model embeds a text by its first three letters: the texts' cosines can be reckoned. */
@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class ConflictsCommandTest {
  @RegisterExtension
  static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();

  private final String prefix = KafkaBrokerExtension.freshPrefix();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private String servers;
  private Producer<byte[], byte[]> producer;

  @BeforeEach
  void makeTheTopics(KafkaBroker broker) {
    servers = broker.bootstrapServers();
    new TopicAdmin(KafkaSettings.builder(servers).topicPrefix(prefix).partitions(2).build())
        .prepare();
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", servers, "transactional.id", prefix + "writer"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    producer.initTransactions();
    producer.beginTransaction();
  }

  @AfterEach
  void closeTheProducer() {
    // A transaction that nothing was written in would be waited for.
    producer.close(Duration.ZERO);
  }

  @Test
  void givenADataset_whenMeasured_thenItsConflictAndItsClosestPairsArePrinted() {
    manifest("d1", 2, 3);
    record("d1", "same", Label.LABEL_REFUSAL, "aaa, which river?", 3, Mark.MARK_BASE);
    record("d1", "far", Label.LABEL_REFUSAL, "~!!", 1, Mark.MARK_BASE);
    record("d1", "gone", Label.LABEL_REFUSAL, "!~~", 1, Mark.MARK_REMOVED);
    record("d1", "known", Label.LABEL_ANSWER, "aaa, which town?", 1, Mark.MARK_BASE);
    record("d1", "other", Label.LABEL_ANSWER, "!!~", 1, Mark.MARK_BASE);
    record("d2", "another", Label.LABEL_ANSWER, "~!!", 1, Mark.MARK_BASE);
    producer.commitTransaction();

    assertThat(run("d1", "--threshold", "0.9,0.999", "--batch", "2", "--json"))
        .as(err.toString())
        .isZero();

    JsonObject report = JsonParser.parseString(out.toString()).getAsJsonObject();
    assertThat(report.get("search").getAsString()).isEqualTo("exact");
    assertThat(report.get("answer_samples").getAsInt()).isEqualTo(2);
    assertThat(report.get("refusal_samples").getAsInt()).isEqualTo(4);
    assertThat(report.get("refusal_questions").getAsInt()).isEqualTo(2);
    assertThat(report.getAsJsonArray("crss").get(1).getAsJsonObject().get("share").getAsDouble())
        .isEqualTo(0.75);
    JsonObject closest = report.getAsJsonArray("closest_pairs").get(0).getAsJsonObject();
    assertThat(closest.get("similarity").getAsDouble()).isCloseTo(1, within(1e-6));
    assertThat(closest.getAsJsonObject("refusal").get("question_id").getAsString())
        .isEqualTo("same");
    assertThat(closest.getAsJsonObject("answer").get("question").getAsString())
        .isEqualTo("aaa, which town?");
    // By hand: ~ is 126, ! is 33, a is 97: (126 + 33 + 33) 97 / (|(126, 33, 33)| |(97, 97, 97)|).
    JsonObject second = report.getAsJsonArray("closest_pairs").get(1).getAsJsonObject();
    assertThat(second.get("similarity").getAsDouble()).isCloseTo(0.8250, within(1e-4));
  }

  @Test
  void givenTheSameByAnIndex_whenMeasured_thenTheTextSaysSo() {
    manifest("d1", 1, 1);
    record("d1", "r", Label.LABEL_REFUSAL, "aaa", 1, Mark.MARK_BASE);
    record("d1", "a", Label.LABEL_ANSWER, "aaa\nA. x", 1, Mark.MARK_BASE);
    producer.commitTransaction();

    assertThat(run("d1", "--exact-below", "0")).as(err.toString()).isZero();

    assertThat(out.toString())
        .contains(
            "d1: 1 ANSWER and 1 REFUSAL samples of 1 and 1 questions",
            "approximate nearest neighbours",
            "0.99  100.00 %",
            "REFUSAL  r: aaa",
            "ANSWER   a: aaa / A. x");
  }

  @Test
  void givenNoRefusal_whenMeasured_thenASentenceSaysThatItIsUndefined() {
    manifest("d1", 1, 0);
    record("d1", "a", Label.LABEL_ANSWER, "aaa", 1, Mark.MARK_BASE);
    producer.commitTransaction();

    assertThat(run("d1")).isEqualTo(1);

    assertThat(err.toString())
        .contains("CRSS of the dataset d1 is undefined: it has 1 ANSWER and 0 REFUSAL questions")
        .doesNotContain("\tat ");
  }

  @Test
  void givenAnotherDataset_whenMeasured_thenTheSentenceNamesThoseThatAreThere() {
    manifest("d2", 1, 1);
    producer.commitTransaction();

    assertThat(run("d1")).isEqualTo(1);

    assertThat(err.toString()).contains("No manifest of d1 came", "There are those of d2.");
  }

  @Test
  void givenADatasetThatIsNotCommitted_whenMeasured_thenItIsNotThere() {
    manifest("d1", 1, 1);
    producer.flush();

    assertThat(run("d1")).isEqualTo(1);

    assertThat(err.toString()).contains("There are no manifests at all yet.");
    producer.abortTransaction();
  }

  @Test
  void givenRecordsWithoutTheirQuestion_whenMeasured_thenASentenceSaysWhatToDo() {
    manifest("d1", 0, 1);
    record("d1", "r", Label.LABEL_REFUSAL, "", 1, Mark.MARK_BASE);
    producer.commitTransaction();

    assertThat(run("d1")).isEqualTo(1);

    assertThat(err.toString()).contains("does not hold the question itself", "Ask for the dataset");
  }

  @Test
  void givenNoTriton_whenMeasured_thenASentenceNamesTheOption(@TempDir Path folder)
      throws IOException {
    Path options =
        Files.writeString(folder.resolve("job.yaml"), "kafka.bootstrap-servers: " + servers);
    CommandLine commands = Craft.commandLine();
    commands.setErr(new PrintWriter(err, true));

    assertThat(commands.execute("conflicts", "d1", "--config", options.toString())).isEqualTo(1);

    assertThat(err.toString()).contains("triton.endpoints").doesNotContain("localhost", "\tat ");
  }

  private void manifest(String id, int answers, int refusals) {
    DatasetManifest manifest =
        DatasetManifest.newBuilder()
            .setKind(DatasetKind.DATASET_KIND_TRAINING)
            .setTask(Task.TASK_OPEN_ENDED)
            .setDatasetId(id)
            .setComplete(true)
            .setAnswer(ClassCount.newBuilder().setQuestions(answers))
            .setRefusal(ClassCount.newBuilder().setQuestions(refusals))
            .build();
    send("dataset-manifests", id, manifest.toByteArray());
  }

  private void record(
      String dataset, String questionId, Label label, String question, int copies, Mark mark) {
    DatasetRecord record =
        DatasetRecord.newBuilder()
            .setDatasetId(dataset)
            .setQuestionId(questionId)
            .setLabel(label)
            .setQuestion(question)
            .setCopies(copies)
            .setMark(mark)
            .setRevision(mark == Mark.MARK_BASE ? 1 : 2)
            .build();
    send("datasets", dataset + "\n" + questionId, record.toByteArray());
  }

  private void send(String topic, String key, byte[] value) {
    producer.send(new ProducerRecord<>(prefix + topic, key.getBytes(UTF_8), value));
  }

  private int run(String... arguments) {
    CommandLine commands = Craft.commandLine();
    commands.setOut(new PrintWriter(out, true));
    commands.setErr(new PrintWriter(err, true));
    List<String> all =
        new ArrayList<>(
            List.of(
                "conflicts",
                "--embedding-model=minilm_like",
                "--timeout=2",
                "--bootstrap-servers=" + servers,
                "-Dkafka.topic-prefix=" + prefix,
                "-Dkafka.format=PROTOBUF",
                "-Dtriton.endpoints=" + TRITON.endpoint()));
    all.addAll(List.of(arguments));
    return commands.execute(all.toArray(String[]::new));
  }
}
