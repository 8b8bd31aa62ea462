package dev.craftstream.cli.input;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.craftstream.cli.Craft;
import dev.craftstream.client.QuestionTopic;
import dev.craftstream.client.TopicWriter;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.model.Origin;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.testing.TritonServerExtension;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.TopicAdmin;
import dev.craftstream.topics.records.RecordLimits;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
class CheckCommandTest {
  @RegisterExtension
  static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();

  private final String prefix = KafkaBrokerExtension.freshPrefix();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private KafkaSettings settings;

  @BeforeEach
  void makeTheTopics(KafkaBroker broker) {
    settings =
        KafkaSettings.builder(broker.bootstrapServers()).topicPrefix(prefix).partitions(2).build();
    new TopicAdmin(settings).prepare();
  }

  @Test
  void givenQuestionsTwice_whenTagged_thenTheTopicHoldsTheirTagsAndASecondRunChangesNothing(
      @TempDir Path folder) throws Exception {
    write(
        question("a", Purpose.TRAIN, "aza river", List.of("easy")),
        question("b", Purpose.TRAIN, "aza stream", List.of()),
        question("c", Purpose.TRAIN, "zaa river", List.of()),
        question("held", Purpose.EVALUATE, "zaa stream", List.of()),
        question("other", Purpose.TRAIN, "aaz river", List.of("craft:duplicate", "mine")));
    Path found = folder.resolve("found.jsonl");

    assertThat(run("--similar-from=0.99", "--json", "--out=" + found)).as(err.toString()).isZero();

    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertThat(report.get("questions").intValue()).isEqualTo(5);
    assertThat(report.get("evaluated").intValue()).isEqualTo(1);
    assertThat(report.get("duplicates").intValue()).isEqualTo(1);
    assertThat(Files.readAllLines(found))
        .hasSize(2)
        .anyMatch(line -> line.contains("\"question_id\":\"b\",") && line.contains("DUPLICATE"))
        .anyMatch(line -> line.contains("\"other_id\":\"held\",") && line.contains("EVALUATED"));
    assertThat(tags()).as("nothing is written without --tag").containsEntry("b", List.of());

    assertThat(run("--similar-from=0.99", "--tag")).as(err.toString()).isZero();

    assertThat(out.toString()).contains("The tags of 3 questions were changed.");
    assertThat(tags())
        .containsEntry("a", List.of("easy"))
        .containsEntry("b", List.of("craft:duplicate"))
        .containsEntry("c", List.of("craft:evaluated"))
        .containsEntry("held", List.of())
        .containsEntry("other", List.of("mine"));

    assertThat(run("--similar-from=0.99", "--tag")).as(err.toString()).isZero();

    assertThat(out.toString()).contains("The tags of 0 questions were changed.");
  }

  @Test
  void givenNoQuestions_whenChecked_thenASentenceSaysWhatWritesThem() {
    assertThat(run()).isEqualTo(1);

    assertThat(err.toString()).contains("holds no questions", "./craft import");
  }

  @Test
  void whatIsNoSimilarityIsRefused() {
    assertThat(run("--similar-from=80")).isEqualTo(2);

    assertThat(err.toString()).contains("80.0 is no cosine similarity");
  }

  private static Question question(String id, Purpose purpose, String text, List<String> tags) {
    return new Question(
        id, Task.OPEN_ENDED, purpose, text, "Seine", List.of(), List.of(), "", tags);
  }

  private void write(Question... questions) {
    try (TopicWriter writer = new TopicWriter(settings)) {
      writer.questions(
          Arrays.stream(questions)
              .map(its -> new QuestionEvent(its.id(), its, new Origin("", 0, 0)))
              .toList());
    }
  }

  private Map<String, List<String>> tags() {
    Map<String, List<String>> tags = new TreeMap<>();
    QuestionTopic.all(settings, RecordLimits.DEFAULT, (read, left) -> {})
        .forEach((id, question) -> tags.put(id, question.tags()));
    return tags;
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    CommandLine commands = Craft.commandLine();
    commands.setOut(new PrintWriter(out, true));
    commands.setErr(new PrintWriter(err, true));
    List<String> all =
        new ArrayList<>(
            List.of(
                "check",
                "--embedding-model=minilm_like",
                "--bootstrap-servers=" + settings.bootstrapServers(),
                "-Dkafka.topic-prefix=" + prefix,
                "-Dtriton.endpoints=" + TRITON.endpoint()));
    all.addAll(List.of(arguments));
    return commands.execute(all.toArray(String[]::new));
  }
}
