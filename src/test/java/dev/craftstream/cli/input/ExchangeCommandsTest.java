package dev.craftstream.cli.input;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import com.sun.net.httpserver.HttpServer;
import dev.craftstream.cli.Craft;
import dev.craftstream.client.TopicReader;
import dev.craftstream.client.exchange.DatasetSamples;
import dev.craftstream.client.importing.Adjustments;
import dev.craftstream.client.importing.Checked;
import dev.craftstream.client.importing.Choice;
import dev.craftstream.client.importing.QuestionFormat;
import dev.craftstream.client.importing.QuestionImport;
import dev.craftstream.client.importing.ReadAs;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.prompt.TrainingPrompt;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.TopicAdmin;
import dev.craftstream.topics.records.EncodedRecord;
import dev.craftstream.topics.records.RecordEncoder;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import dev.craftstream.v1.Basis;
import dev.craftstream.v1.Cost;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Label;
import dev.craftstream.v1.Reason;
import dev.craftstream.v1.Stage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

/** The commands that bring questions in and datasets out, on topics as the job has them. */
@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class ExchangeCommandsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path folder;
  private KafkaSettings settings;

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void questionsGoFromAFileIntoTheTopic(WireFormat format, KafkaBroker broker) throws Exception {
    prepare(broker, format);
    Path file =
        Files.writeString(folder.resolve("anatomy_dev.csv"), "q1,a,b,c,d,A\nq2,a,b,c,d,B\n");

    assertThat(run("import", "mmlu", file.toString(), "--tag=x", "--purpose=evaluate")).isZero();

    assertThat(out.toString())
        .contains(
            "Imported 2 question events (0 open-ended, 2 multiple-choice) to "
                + settings.topics().questions()
                + ", of 2 records read");
    List<ConsumerRecord<byte[], byte[]>> written = read(settings.topics().questions());
    assertThat(written)
        .extracting(entry -> new String(entry.key(), UTF_8))
        .containsExactlyInAnyOrder("anatomy/dev/0", "anatomy/dev/1");
    run("consume", "questions", "--values-only");
    assertThat(out.toString())
        .contains("\"tags\":[\"x\"]", "PURPOSE_EVALUATE", "\"subject\":\"anatomy\"");
  }

  @Test
  void nothingIsWrittenWhereSomethingIsWrongUnlessItIsSkipped(KafkaBroker broker) throws Exception {
    prepare(broker, WireFormat.JSON);
    Path file =
        Files.writeString(
            folder.resolve("q.jsonl"), "nonsense\n{\"question_id\":\"r\",\"removal\":{}}\n");

    assertThat(run("import", "jsonl", file.toString())).isEqualTo(1);
    assertThat(err.toString()).contains(file + ":1: The value is not JSON", "--skip-bad");
    assertThat(run("import", "jsonl", file.toString(), "--skip-bad", "--dry-run")).isZero();
    assertThat(out.toString()).contains("nothing was written");
    assertThat(read(settings.topics().questions())).isEmpty();

    assertThat(run("import", "jsonl", file.toString(), "--skip-bad")).isZero();
    assertThat(err.toString()).contains("1 records were left out, for they cannot be used");
    assertThat(read(settings.topics().questions())).hasSize(1);
  }

  @Test
  void aMistypedTopicIsNotWrittenTo(KafkaBroker broker) throws Exception {
    settings =
        KafkaSettings.builder(broker.bootstrapServers())
            .topicPrefix(KafkaBrokerExtension.freshPrefix() + "typo-")
            .build();
    Path file = questions("river");

    for (String command :
        List.of(
            "import jsonl " + file,
            "announce m --role=INITIAL --model=m",
            "retire m",
            "remove river",
            "request evaluation again --checkpoint=m")) {
      err.getBuffer().setLength(0);
      assertThat(run(command.split(" "))).as(command).isEqualTo(1);
      assertThat(err.toString())
          .contains("There is no topic " + settings.topics().prefix())
          .contains("The job makes its topics when it starts.");
    }
  }

  @Test
  void aRecordAsLargeAsTheTopicTakesIsWritten(KafkaBroker broker) throws Exception {
    prepare(broker, WireFormat.JSON);
    Path file = questions("x".repeat(3 << 20));

    assertThat(
            run(
                "import",
                "jsonl",
                file.toString(),
                "-Dlimits.record=8000000",
                "-Dlimits.text=8000000"))
        .as(err.toString())
        .isZero();
    assertThat(read(settings.topics().questions())).hasSize(1);
  }

  @Test
  void anImportThatBreaksOffSaysHowFarItCame(KafkaBroker broker) throws Exception {
    prepare(broker, WireFormat.JSON);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", settings.bootstrapServers()))) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, settings.topics().questions()),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry("max.message.bytes", "2000"), AlterConfigOp.OpType.SET))))
          .all()
          .get(20, TimeUnit.SECONDS);
    }
    Path file = questions("small", "x".repeat(3_000), "small too");

    assertThat(run("import", "jsonl", file.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains("did not take the record")
        .contains("2 of 3 question events were written before; importing the same again is safe");
    assertThat(read(settings.topics().questions())).hasSize(2);
  }

  @Test
  void aFileThatChangesBetweenCheckAndImportIsASentence(KafkaBroker broker) throws Exception {
    prepare(broker, WireFormat.JSON);
    QuestionImport source =
        new QuestionImport(
            new ReadAs.Named(QuestionFormat.JSONL),
            List.of(questions("one")),
            Adjustments.NONE,
            new Choice.All(),
            WireFormat.JSON,
            RecordLimits.DEFAULT,
            (writing, records, bytes, totalBytes) -> {});
    Checked checked = source.check();
    questions("one", "two");

    assertThatThrownBy(() -> ImportCommand.write(settings, source, checked))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("2 question events were written, but the check had found 1");
  }

  /** A file of open-ended questions with these texts. */
  private Path questions(String... texts) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < texts.length; i++) {
      lines.append(
          "{\"question_id\":\"q%d\",\"open_ended\":{\"question\":\"%s\",\"answer\":\"a\"}}\n"
              .formatted(i, texts[i]));
    }
    return Files.writeString(folder.resolve("questions.jsonl"), lines);
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void aDatasetGoesFromItsTopicsIntoAFolder(WireFormat format, KafkaBroker broker)
      throws Exception {
    prepare(broker, format);
    writeDataset(DatasetSamples.base());
    write(settings.topics().datasetManifests(), DatasetSamples.ID, DatasetSamples.manifest());
    writeDataset(DatasetSamples.later());

    assertThat(run("export", "--out", folder.resolve("now").toString())).isZero();
    assertThat(
            run(
                "export",
                DatasetSamples.ID,
                "--as-of=manifest",
                "--format=parquet",
                "--out",
                folder.resolve("closed").toString()))
        .as(err.toString())
        .isZero();
    assertThat(run("export", "--list")).isZero();

    assertThat(folder.resolve("now").resolve("train.jsonl"))
        .content()
        .hasLineCount(4)
        .contains("Changed")
        .doesNotContain("The answer a");
    assertThat(folder.resolve("closed").resolve("train.parquet")).isNotEmptyFile();
    assertThat(out.toString())
        .contains(
            "4 rows, 3 ANSWER and 1 REFUSAL; since its manifest 1 questions came, 1 changed, 1 went",
            "as its manifest closed it",
            "training dataset, open-ended, CRAFT; base and base-r1",
            "complete: 3 ANSWER and 1 REFUSAL records");
  }

  @Test
  void answersAreHeldAgainstWhatTheDatasetsRefusalsSay(KafkaBroker broker) throws Exception {
    prepare(broker, WireFormat.JSON);
    writeDataset(DatasetSamples.base());
    write(settings.topics().datasetManifests(), DatasetSamples.ID, DatasetSamples.manifest());

    Path kto = folder.resolve("kto");
    assertThat(run("export", "--format=kto", "--weights", "--out", kto.toString()))
        .as(err.toString())
        .isZero();
    Path pairs = folder.resolve("pairs");
    assertThat(
            run("export", "--format=PREFERENCE", "--prompts=messages", "--out", pairs.toString()))
        .as(err.toString())
        .isZero();

    assertThat(kto.resolve("train.jsonl"))
        .content()
        .hasLineCount(7)
        .contains("\"completion\":\" The answer a\",\"label\":true,\"weight\":")
        .contains("\"completion\":\" I don't know\",\"label\":false,\"weight\":");
    assertThat(pairs.resolve("train.jsonl"))
        .content()
        .hasLineCount(3)
        .contains("\"rejected\":[{\"role\":\"assistant\",\"content\":\"I don't know\"}]");
    assertThat(out.toString())
        .contains("4 desirable and 3 undesirable completions", "3 pairs; 1 rows have none.");
  }

  @Test
  void aDatasetWithoutRefusalsIsHeldAgainstWhatTheOptionsSayWhereItsTextsAreThose(
      KafkaBroker broker) throws Exception {
    prepare(broker, WireFormat.JSON);
    List<DatasetRecord> answers =
        DatasetSamples.base().stream().filter(r -> r.getLabel() == Label.LABEL_ANSWER).toList();
    DatasetManifest.Builder manifest =
        DatasetSamples.manifest().toBuilder().clearRefusal().setStrategy("VAN_TUNING");
    writeDataset(answers);
    write(settings.topics().datasetManifests(), DatasetSamples.ID, manifest.build());
    Path target = folder.resolve("out");

    assertThat(run("export", "--format=preference", "--out", target.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains("has no refusals, and was made with other training texts (train-1)");

    manifest.setTrainingPromptVersion(TrainingPrompt.standard().version(Task.OPEN_ENDED));
    write(settings.topics().datasetManifests(), DatasetSamples.ID, manifest.build());
    assertThat(run("export", "--format=preference", "--out", target.toString()))
        .as(err.toString())
        .isZero();
    assertThat(target.resolve("train.jsonl"))
        .content()
        .hasLineCount(3)
        .contains("\"rejected\":\" I don't know\"");
  }

  @Test
  void whatCanNotBeHeldAgainstRefusalsIsASentence(KafkaBroker broker) throws Exception {
    prepare(broker, WireFormat.JSON);
    writeDataset(DatasetSamples.base().subList(0, 1));
    DatasetManifest.Builder manifest = DatasetSamples.manifest().toBuilder().clearAnswer();
    write(settings.topics().datasetManifests(), DatasetSamples.ID, manifest.build());
    Path target = folder.resolve("out");

    assertThat(run("export", "--format=preference", "--out", target.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains("has 1 REFUSAL rows and no other, of which there are no pairs");
    assertThat(run("export", "--format=kto", "--system=Be brief.", "--out", target.toString()))
        .isEqualTo(1);
    assertThat(err.toString())
        .contains("With --prompts TEXT the system can't say \"Be brief.\": export MESSAGES");

    manifest.setKind(DatasetKind.DATASET_KIND_REHEARSAL);
    write(settings.topics().datasetManifests(), DatasetSamples.ID, manifest.build());
    assertThat(run("export", "--format=kto", "--out", target.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("is a rehearsal set", "Export it as COMPLETION or CHAT.");
    assertThat(target).doesNotExist();
  }

  @Test
  void whatIsNotThereIsASentence(KafkaBroker broker) throws Exception {
    prepare(broker, WireFormat.JSON);
    String target = folder.resolve("out").toString();

    assertThat(run("export", "--out", target)).isEqualTo(1);
    assertThat(err.toString()).contains("There is no complete dataset yet");

    write(settings.topics().datasetManifests(), DatasetSamples.ID, DatasetSamples.manifest());
    writeDataset(DatasetSamples.base().subList(0, 2));
    assertThat(run("export", DatasetSamples.ID, "--timeout=1", "--out", target)).isEqualTo(1);
    assertThat(err.toString()).contains("Within 1 s, 2 of the 3 questions came");

    assertThat(run("export", "typo", "--timeout=1", "--out", target)).isEqualTo(1);
    assertThat(err.toString())
        .contains("No manifest of typo came within 1 s", "those of " + DatasetSamples.ID);

    write(
        settings.topics().datasetManifests(),
        "other",
        DatasetSamples.manifest().toBuilder().setDatasetId("other").build());
    assertThat(run("export", "--out", target)).isEqualTo(1);
    assertThat(err.toString())
        .contains("Name one of the datasets: " + DatasetSamples.ID + ", other.");

    write(
        settings.topics().datasetManifests(),
        "other",
        DatasetSamples.manifest().toBuilder()
            .setDatasetId("other")
            .setComplete(false)
            .setFailure("There are 3 candidates. Ask for fewer.")
            .build());
    assertThat(run("export", "other", "--out", target)).isEqualTo(1);
    assertThat(err.toString())
        .contains("The dataset other was not built: There are 3 candidates. Ask for fewer.");

    writeDataset(
        List.of(
            DatasetSamples.base().get(2),
            DatasetSamples.base().get(2).toBuilder().setQuestionId("of-an-earlier-run").build()));
    assertThat(run("export", DatasetSamples.ID, "--out", target)).isEqualTo(1);
    assertThat(err.toString())
        .contains(
            "holds 4 questions of " + DatasetSamples.ID + ", and its manifest counts 3",
            "under another id");
    assertThat(Path.of(target)).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void theStatusSaysWhatIsInTheTopics(WireFormat format, KafkaBroker broker) throws Exception {
    prepare(broker, format);
    writeARun();
    commit(settings.topics().modelCheckpoints(), 1);

    assertThat(run("status", "--json")).as(err.toString()).isZero();
    JsonObject status = JsonParser.parseString(out.toString()).getAsJsonObject();

    assertThat(status)
        .isEqualTo(
            JsonParser.parseString(
                """
                {"model_time": 2,
                 "questions": {"MULTIPLE_CHOICE": {"TRAIN": 2, "EVALUATE": 1}},
                 "checkpoints": [
                   {"checkpoint_id": "base", "role": "INITIAL", "base_checkpoint_id": "", "announced_at": 1, "measured": 2, "to_measure": 3,
                    "cost": {"requests": 7, "requests_with_tokens": 2, "prompt_tokens": 1200, "generated_tokens": 100}},
                   {"checkpoint_id": "base-r1", "role": "REHEARSAL", "base_checkpoint_id": "base", "announced_at": 2, "measured": 0, "to_measure": 2}],
                 "labels": {"ANSWER": {"PROVISIONAL": 1}, "REFUSAL": {"FINAL": 1}},
                 "dead_letters": {"MALFORMED": 1, "UNSERVABLE_CHECKPOINT": 1, "UNUSABLE_ANSWER": 1},
                 "datasets": [{"dataset_id": "%s", "kind": "DATASET_KIND_TRAINING", "task": "TASK_OPEN_ENDED", "complete": true, "failure": ""}],
                 "lag": {"%s": 2}}
                """
                    .formatted(DatasetSamples.ID, settings.topics().modelCheckpoints())));
    assertThat(run("status")).isZero();
    assertThat(out.toString())
        .contains(
            "INITIAL, since model time 1, 2 of 3 measured",
            "cost                 7 requests; 2 of them told their tokens: 1,200 prompt tokens, 100 generated",
            "REHEARSAL, since model time 2, 0 of 2 measured",
            "1 complete, 0 failed",
            "UNSERVABLE_CHECKPOINT");
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void theReportIsAPageOnWhatIsInTheTopics(WireFormat format, KafkaBroker broker) throws Exception {
    prepare(broker, format);
    writeARun();
    Path page = folder.resolve("reports").resolve("report.html");

    assertThat(run("report", "--out", page.toString(), "--questions", "1"))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).contains("multiple-choice", "Dead letters: 3", "report.html");
    assertThat(Files.readString(page))
        .contains("2 questions, relabelled", "this page shows 1 of them, drawn at random")
        .as("the newest announcement was refused")
        .contains("base (m), model time 1", "base-r1 (m), model time 2")
        .doesNotContain("broken (m)");

    announce("base-r2", Role.REHEARSAL, "base");
    announce("next", Role.INITIAL, "");
    assertThat(run("report", "--out", page.toString())).as(err.toString()).isZero();
    assertThat(Files.readString(page))
        .as("no manifest says yet that the newer ones are measured")
        .contains("base (m), model time 1", "base-r1 (m), model time 2");
    assertThat(run("report", "--out", page.toString(), "--initial", "next")).isZero();
    assertThat(Files.readString(page))
        .contains("next (m), model time 5")
        .doesNotContain("base (m)");

    assertThat(run("report", "--out", page.toString(), "--initial", "other")).isEqualTo(1);
    assertThat(err.toString())
        .contains("other is no INITIAL checkpoint that is announced; there is base, next.");
  }

  @Test
  void theStatusAsksFlink(KafkaBroker broker) throws Exception {
    prepare(broker, WireFormat.JSON);
    HttpServer flink = flink();
    try {
      String address = "http://127.0.0.1:" + flink.getAddress().getPort() + "/";

      assertThat(run("status", "--flink", address)).as(err.toString()).isZero();

      assertThat(out.toString())
          .contains(
              "Job craft",
              "RUNNING; model time 4, complete up to 3; 7 of 1,000 questions miss an answer, 5 in flight,"
                  + " 1 announcements wait")
          .containsPattern("Job fallen +RESTARTING; it has not reported how far it is");
      assertThat(run("status", "--json", "--flink", address)).as(err.toString()).isZero();
      assertThat(out.toString()).contains("\"state\": \"RESTARTING\"");

      for (String other : List.of("page", "text", "other")) {
        assertThat(run("status", "--flink", address + other)).isEqualTo(1);
        assertThat(err.toString())
            .contains("What answers at " + address + other + " is not Flink's REST API");
      }
    } finally {
      flink.stop(0);
    }
    assertThat(run("status", "--flink=http://127.0.0.1:" + freePort())).isEqualTo(1);
    assertThat(err.toString()).contains("Flink's REST API does not answer at http://127.0.0.1:");
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void aRecordThatCannotBeReadIsNamed(WireFormat format, KafkaBroker broker) throws Exception {
    prepare(broker, format);
    send(settings.topics().datasetManifests(), "d".getBytes(UTF_8), "nonsense".getBytes(UTF_8));

    for (String command :
        List.of(
            "status",
            "report --out " + folder.resolve("report.html"),
            "export --list",
            "export d --out " + folder.resolve("d"))) {
      err.getBuffer().setLength(0);
      assertThat(run(command.split(" "))).isEqualTo(1);
      assertThat(err.toString())
          .contains("The record at offset 0 of partition ")
          .contains(" of the topic " + settings.topics().datasetManifests())
          .contains(" can't be read as " + format + ": ")
          .contains("kafka.format");
    }
  }

  @Test
  void aMissingBrokerIsASentence() throws Exception {
    settings = KafkaSettings.builder("127.0.0.1:" + freePort()).build();

    assertThat(run("status")).isEqualTo(1);

    assertThat(err.toString())
        .startsWith("craft: No Kafka broker answers at " + settings.bootstrapServers())
        .doesNotContain("\tat ");
  }

  /**
   * Two questions to train on and one to evaluate with, two live checkpoints and one that was
   * refused, as far as INITIAL's sweep.
   */
  private void writeARun() throws Exception {
    Path file =
        Files.writeString(folder.resolve("anatomy_dev.csv"), "q1,a,b,c,d,A\nq2,a,b,c,d,B\n");
    assertThat(run("import", "mmlu", file.toString())).isZero();
    Path others = Files.writeString(folder.resolve("anatomy_val.csv"), "q3,a,b,c,d,C\n");
    assertThat(run("import", "mmlu", others.toString(), "--purpose", "evaluate")).isZero();
    out.getBuffer().setLength(0);
    announce("base", Role.INITIAL, "");
    announce("base-r1", Role.REHEARSAL, "base");
    announce("broken", Role.INITIAL, "");
    for (String id : List.of("anatomy/dev/0", "anatomy/dev/1", "gone")) {
      write(
          settings.topics().knowledge(),
          id,
          KnowledgeRecord.newBuilder()
              .setQuestionId(id)
              .setQuestionVersion(1)
              .setCheckpointId("base")
              .setCheckpointTime(1)
              .setCost(
                  id.equals("gone")
                      ? Cost.newBuilder().setRequests(2)
                      : Cost.newBuilder()
                          .setRequests(1)
                          .setRequestsWithTokens(1)
                          .setPromptTokens(600)
                          .setGeneratedTokens(50))
              .build());
    }
    write(
        settings.topics().deadLetters(),
        "anatomy/val/0",
        DeadLetter.newBuilder()
            .setReason(Reason.REASON_UNUSABLE_ANSWER)
            .setCheckpointId("base")
            .setQuestionId("anatomy/val/0")
            .setTopic(settings.topics().questions())
            .setCost(Cost.newBuilder().setRequests(3))
            .build());
    write(
        settings.topics().instructions(),
        "anatomy/dev/0",
        Instruction.newBuilder()
            .setQuestionId("anatomy/dev/0")
            .setQuestionVersion(1)
            .setLabel(Label.LABEL_ANSWER)
            .setStage(Stage.STAGE_PROVISIONAL)
            .setBasis(Basis.newBuilder().setInitialCheckpointId("base"))
            .build());
    write(
        settings.topics().instructions(),
        "anatomy/dev/1",
        Instruction.newBuilder()
            .setQuestionId("anatomy/dev/1")
            .setQuestionVersion(1)
            .setLabel(Label.LABEL_REFUSAL)
            .setStage(Stage.STAGE_FINAL)
            .setBasis(
                Basis.newBuilder()
                    .setInitialCheckpointId("base")
                    .setRehearsalCheckpointId("base-r1"))
            .build());
    write(
        settings.topics().deadLetters(),
        "x",
        DeadLetter.newBuilder().setReason(Reason.REASON_MALFORMED).build());
    write(
        settings.topics().deadLetters(),
        "broken",
        DeadLetter.newBuilder()
            .setReason(Reason.REASON_UNSERVABLE_CHECKPOINT)
            .setTopic(settings.topics().modelCheckpoints())
            .setOffset(2)
            .build());
    write(settings.topics().datasetManifests(), DatasetSamples.ID, DatasetSamples.manifest());
  }

  private void announce(String id, Role role, String base) throws Exception {
    EncodedRecord record =
        new RecordEncoder(settings.format())
            .announcement(
                new ModelCheckpoint(
                    id, 1, role, base, new Serving("m", "", Contract.CRAFT, "", "", "")));
    send(settings.topics().modelCheckpoints(), record.key(), record.value());
  }

  private void commit(String topic, long offset) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", settings.bootstrapServers()))) {
      admin
          .alterConsumerGroupOffsets(
              settings.transactionalIdPrefix(),
              Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(offset)))
          .all()
          .get(20, TimeUnit.SECONDS);
    }
  }

  /** Answers as Flink's REST API does of a job whose tracker has two tasks. */
  private static HttpServer flink() throws IOException {
    Map<String, String> answers = new HashMap<>();
    answers.put(
        "/jobs/overview",
        "{\"jobs\":[{\"jid\":\"j0\",\"state\":\"FINISHED\"},{\"jid\":\"j1\",\"state\":\"RUNNING\"},"
            + "{\"jid\":\"j2\",\"state\":\"RESTARTING\"}]}");
    answers.put(
        "/jobs/j2",
        "{\"name\":\"fallen\",\"state\":\"RESTARTING\",\"vertices\":["
            + "{\"id\":\"v1\",\"name\":\"checkpoint-admission\"},"
            + "{\"id\":\"v2\",\"name\":\"knowledge-tracker\"}]}");
    answers.put("/jobs/j2/vertices/v1/subtasks/metrics", "[]");
    answers.put("/jobs/j2/vertices/v2/subtasks/metrics", "[]");
    answers.put("/page/jobs/overview", "<html><body>Welcome</body></html>");
    answers.put("/text/jobs/overview", "Welcome");
    answers.put("/other/jobs/overview", "{}");
    answers.put(
        "/jobs/j1",
        "{\"name\":\"craft\",\"state\":\"RUNNING\",\"vertices\":[{\"id\":\"v1\",\"name\":\"checkpoint-admission\"},"
            + "{\"id\":\"v2\",\"name\":\"knowledge-tracker -> x\"}]}");
    answers.put(
        "/jobs/j1/vertices/v1/subtasks/metrics",
        "[{\"id\":\"checkpoint-admission.waiting\",\"min\":1,\"max\":1,\"sum\":1}]");
    answers.put(
        "/jobs/j1/vertices/v2/subtasks/metrics",
        """
        [{"id":"knowledge-tracker.modelTime","min":4,"max":4,"sum":8},
         {"id":"knowledge-tracker.completeModelTime","min":3,"max":4,"sum":7},
         {"id":"knowledge-tracker.questions","min":400,"max":600,"sum":1000},
         {"id":"knowledge-tracker.backlog","min":0,"max":7,"sum":7},
         {"id":"knowledge-tracker.inFlight","min":1,"max":4,"sum":5}]
        """);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] answer =
              answers.getOrDefault(exchange.getRequestURI().getPath(), "").getBytes(UTF_8);
          exchange.sendResponseHeaders(answer.length == 0 ? 404 : 200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void prepare(KafkaBroker broker, WireFormat format) {
    String prefix = KafkaBrokerExtension.freshPrefix();
    settings =
        KafkaSettings.builder(broker.bootstrapServers())
            .topicPrefix(prefix)
            .transactionalIdPrefix(prefix + "job")
            .partitions(2)
            .format(format)
            .build();
    new TopicAdmin(settings).prepare();
  }

  private void writeDataset(List<DatasetRecord> records) throws Exception {
    for (DatasetRecord record : records) {
      write(
          settings.topics().datasets(),
          record.getDatasetId() + "\n" + record.getQuestionId(),
          record);
    }
  }

  private void write(String topic, String key, Message message) throws Exception {
    byte[] value =
        settings.format() == WireFormat.PROTOBUF
            ? message.toByteArray()
            : JsonFormat.printer().preservingProtoFieldNames().print(message).getBytes(UTF_8);
    send(topic, key.getBytes(UTF_8), value);
  }

  private void send(String topic, byte[] key, byte[] value) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", settings.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topic, key, value)).get(20, TimeUnit.SECONDS);
    }
  }

  private List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (TopicReader reader = new TopicReader(settings, List.of(topic), true, true)) {
      var ends = reader.ends();
      while (!reader.hasReached(ends)) {
        reader.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of(
            "--config=flink-conf/craft-stream.yaml",
            "--bootstrap-servers=" + settings.bootstrapServers(),
            "-Dkafka.topic-prefix=" + settings.topics().prefix(),
            "-Dkafka.transactional-id-prefix=" + settings.transactionalIdPrefix(),
            "-Dkafka.format=" + settings.format()));
    CommandLine commands = Craft.commandLine();
    commands.setOut(new PrintWriter(out, true));
    commands.setErr(new PrintWriter(err, true));
    return commands.execute(all.toArray(String[]::new));
  }
}
