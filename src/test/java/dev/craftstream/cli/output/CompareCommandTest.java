package dev.craftstream.cli.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import dev.craftstream.cli.Craft;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.model.Sha256;
import dev.craftstream.model.evidence.EmbeddingPrecision;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.SamplesTopic;
import dev.craftstream.topics.kafka.TopicAdmin;
import dev.craftstream.v1.Contract;
import dev.craftstream.v1.JudgeModel;
import dev.craftstream.v1.JudgeReply;
import dev.craftstream.v1.OpenEnded;
import dev.craftstream.v1.Purpose;
import dev.craftstream.v1.QuestionEvent;
import dev.craftstream.v1.SampleRecord;
import dev.craftstream.v1.SampledText;
import dev.craftstream.v1.Serving;
import dev.craftstream.v1.Task;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
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
import picocli.CommandLine;

@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class CompareCommandTest {
  private final String prefix = KafkaBrokerExtension.freshPrefix();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Map<String, String> texts = new HashMap<>();
  private String servers;
  private Producer<byte[], byte[]> producer;

  @BeforeEach
  void makeTheTopics(KafkaBroker broker) {
    servers = broker.bootstrapServers();
    SamplesTopic samples =
        new SamplesTopic(true, EmbeddingPrecision.FP16, Duration.ofDays(7), "zstd", 1 << 20);
    new TopicAdmin(
            KafkaSettings.builder(servers)
                .topicPrefix(prefix)
                .partitions(2)
                .samples(samples)
                .build())
        .prepare();
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", servers),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  @AfterEach
  void closeTheProducer() {
    producer.close();
  }

  @Test
  void givenSamples_whenCompared_thenEachPairOfRulesIsCounted() {
    question("year", "In which year?", "3");
    samples("year", "initial", "It was 1938.", "It was 3.");
    samples("year", "tuned", "It was 3.", "It was 3.");
    question("town", "Which town?", "Paris");
    samples("town", "initial", "It is Paris.", "I don't know.");
    producer.flush();

    assertThat(run("--json")).as(err.toString()).isZero();

    JsonObject report = JsonParser.parseString(out.toString()).getAsJsonObject();
    assertThat(report.get("measurements").getAsInt()).isEqualTo(3);
    assertThat(report.get("questions").getAsInt()).isEqualTo(2);
    assertThat(report.getAsJsonArray("comparisons")).hasSize(3);
    JsonObject comparison = report.getAsJsonArray("comparisons").get(1).getAsJsonObject();
    assertThat(comparison.get("rule").getAsString()).isEqualTo("SUBSTRING");
    assertThat(comparison.get("other_rule").getAsString()).isEqualTo("WORDS");
    assertThat(comparison.get("samples").getAsInt()).isEqualTo(6);
    assertThat(comparison.get("agreement").getAsDouble()).isCloseTo(5 / 6.0, within(1e-12));
    JsonObject verdicts = comparison.getAsJsonObject("verdicts");
    assertThat(verdicts.getAsJsonObject("CORRECT").get("WRONG").getAsInt()).isEqualTo(1);
    JsonObject labels = comparison.getAsJsonObject("labels");
    assertThat(labels.getAsJsonObject("ANSWER").get("DROPPED").getAsInt()).isEqualTo(1);
    JsonObject example = comparison.getAsJsonArray("examples").get(0).getAsJsonObject();
    assertThat(example.get("answer").getAsString()).isEqualTo("It was 1938.");
    assertThat(example.get("other_verdict").getAsString()).isEqualTo("WRONG");
  }

  @Test
  void givenACheckpoint_whenCompared_thenItsSamplesAloneAreInTheText() {
    question("year", "In which year?", "3");
    samples("year", "initial", "It was 1938.");
    samples("year", "tuned", "It was 3.");
    producer.flush();

    assertThat(run("--checkpoint", "tuned", "--rules", "SUBSTRING,WORDS"))
        .as(err.toString())
        .isZero();

    assertThat(out.toString())
        .contains(
            "1 measurements of 1 questions",
            "SUBSTRING and WORDS: the same verdict on 100.0 % of 1 samples, kappa undefined");
  }

  @Test
  void givenVerdictsOfJudgeModels_whenComparedByJudge_thenThoseOfTheOneThatIsNamedCount() {
    question("year", "In which year?", "3");
    judged("year", "initial", "llama", "It was 1938.", false);
    judged("year", "tuned", "qwen", "It was 3.", true);
    producer.flush();

    assertThat(run("--rules", "SUBSTRING,JUDGE")).isEqualTo(1);
    assertThat(err.toString())
        .contains(
            "Several judge models judged: llama with the prompt judge-1 (1 measurements), qwen")
        .contains("--judge");
    assertThat(run("--rules", "SUBSTRING,JUDGE", "--judge", "llama")).isZero();
    assertThat(out.toString())
        .contains(
            "2 measurements of 1 questions",
            "JUDGE is llama with the prompt judge-1",
            "SUBSTRING and JUDGE: the same verdict on 0.0 % of 1 samples",
            "Left out: 1 measurements that the judge model did not judge.");
    out.getBuffer().setLength(0);
    assertThat(run()).isZero();
    assertThat(out.toString()).contains("name JUDGE among --rules, too");
  }

  @Test
  void givenNoVerdicts_whenComparedByJudge_thenTheSentenceSaysSo() {
    question("year", "In which year?", "3");
    samples("year", "initial", "It was 1938.");
    producer.flush();

    assertThat(run("--rules", "SUBSTRING,JUDGE")).isEqualTo(1);
    assertThat(err.toString())
        .contains("There are no recorded verdicts of a judge model", "samples.enabled");
  }

  private void judged(String id, String checkpoint, String judge, String answer, boolean isRight) {
    SampleRecord.Builder record =
        SampleRecord.newBuilder()
            .setSchemaVersion(1)
            .setServing(Serving.newBuilder().setContract(Contract.CONTRACT_CRAFT))
            .setQuestionId(id)
            .setCheckpointId(checkpoint)
            .setTask(Task.TASK_OPEN_ENDED)
            .setQuestionSha256(ByteString.copyFrom(Sha256.of(texts.get(id))))
            .setJudge(JudgeModel.newBuilder().setModelName(judge).setPromptVersion("judge-1"))
            .addTexts(
                SampledText.newBuilder()
                    .setText(answer)
                    .setJudgeReply(JudgeReply.newBuilder().setIsCorrect(isRight)))
            .addTextOfSample(0);
    record.getRequestBuilder().addSeeds(0);
    send("samples", id, record.build().toByteArray());
  }

  @Test
  void givenNoSamples_whenCompared_thenTheSentenceSaysWhatWritesThem() {
    assertThat(run("--checkpoint", "initial")).isEqualTo(1);
    assertThat(err.toString())
        .contains(prefix + "samples", "by the model checkpoint initial", "samples.enabled")
        .doesNotContain("\tat ");
  }

  @Test
  void givenOneRuleOrOneOfAnotherTask_whenCompared_thenTheSentenceNamesThoseThatCanBe() {
    assertThat(run("--rules", "WORDS,WORDS")).isEqualTo(2);
    assertThat(err.toString()).contains("at least two rules", "NORMALIZED_SUBSTRING");
    assertThat(run("--rules", "WORDS,CHOSEN_OPTION")).isEqualTo(2);
    assertThat(err.toString()).contains("CHOSEN_OPTION is no rule for open-ended answers");
  }

  private void question(String id, String text, String answer) {
    QuestionEvent event =
        QuestionEvent.newBuilder()
            .setQuestionId(id)
            .setPurpose(Purpose.PURPOSE_TRAIN)
            .setOpenEnded(OpenEnded.newBuilder().setQuestion(text).setAnswer(answer))
            .build();
    send("questions", id, event.toByteArray());
    texts.put(id, text);
  }

  private void samples(String id, String checkpoint, String... answers) {
    SampleRecord.Builder record =
        SampleRecord.newBuilder()
            .setSchemaVersion(1)
            .setServing(Serving.newBuilder().setContract(Contract.CONTRACT_CRAFT))
            .setQuestionId(id)
            .setCheckpointId(checkpoint)
            .setTask(Task.TASK_OPEN_ENDED)
            .setQuestionSha256(ByteString.copyFrom(Sha256.of(texts.get(id))));
    for (int i = 0; i < answers.length; i++) {
      record.addTexts(SampledText.newBuilder().setText(answers[i])).addTextOfSample(i);
      record.getRequestBuilder().addSeeds(i);
    }
    send("samples", id, record.build().toByteArray());
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
                "compare",
                "--bootstrap-servers=" + servers,
                "-Dkafka.topic-prefix=" + prefix,
                "-Dkafka.format=PROTOBUF"));
    all.addAll(List.of(arguments));
    return commands.execute(all.toArray(String[]::new));
  }
}
