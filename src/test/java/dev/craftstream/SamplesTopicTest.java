package dev.craftstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Sha256;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.testing.RunningJob;
import dev.craftstream.testing.ShippedFlink;
import dev.craftstream.testing.TritonServerExtension;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.SampleRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What measurements rest on, in its topic. */
@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class SamplesTopicTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @RegisterExtension static final MiniClusterExtension FLINK = ShippedFlink.cluster(2);

  @RegisterExtension
  static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();

  @Test
  void givenSamplesAreWanted_whenQuestionsAreMeasured_thenEachMeasurementHasItsRecord(
      KafkaBroker broker) throws Exception {
    Question openEnded = question("open", Task.OPEN_ENDED, Purpose.TRAIN, "Is it Paris?");
    Question choice = question("choice", Task.MULTIPLE_CHOICE, Purpose.TRAIN, "Which?");
    Question evaluated = question("held-out", Task.OPEN_ENDED, Purpose.EVALUATE, "Is it Paris?");
    Question large = question("large", Task.OPEN_ENDED, Purpose.TRAIN, "? ".repeat(3_500));
    try (RunningJob job =
        RunningJob.start(
            broker.bootstrapServers(),
            TRITON.endpoint(),
            Map.of("samples.enabled", "true", "samples.max-record", "16 kb"))) {
      for (Question question : List.of(openEnded, choice, evaluated, large)) {
        job.ask(question);
      }
      job.announce("initial", Role.INITIAL, "", "craft_echo", "1");

      await().atMost(PATIENCE).until(() -> job.samples().size() == 4);
      await().atMost(PATIENCE).until(() -> job.knowledge().size() == 4);

      Map<String, SampleRecord> samples =
          job.samples().stream()
              .collect(Collectors.toMap(SampleRecord::getQuestionId, Function.identity()));
      for (KnowledgeRecord knowledge : job.knowledge()) {
        SampleRecord record = samples.get(knowledge.getQuestionId());
        assertThat(record.getSchemaVersion()).isEqualTo(1);
        assertThat(record.getQuestionVersion()).isEqualTo(1);
        assertThat(record.getTask()).isEqualTo(knowledge.getTask());
        assertThat(record.getPurpose()).isEqualTo(knowledge.getPurpose());
        assertThat(record.getCheckpointId()).isEqualTo("initial");
        assertThat(record.getCheckpointTime()).isEqualTo(1);
        assertThat(record.getServing().getModelName()).isEqualTo("craft_echo");
        assertThat(record.getPromptVersion()).isEqualTo(knowledge.getPromptVersion());
      }
      SampleRecord sampled = samples.get("open");
      assertThat(sampled.getQuestionSha256().toByteArray()).isEqualTo(Sha256.of("Is it Paris?"));
      assertThat(sampled.getRequest().getPrompt()).contains("Is it Paris?");
      assertThat(sampled.getRequest().getSeedsCount()).isEqualTo(10);
      assertThat(sampled.getRequest().getTemperature()).isEqualTo(1);
      assertThat(sampled.getTextOfSampleCount()).isEqualTo(10);
      // The model answers with the question and the seed modulo 3.
      assertThat(sampled.getTextsList())
          .hasSizeBetween(1, 3)
          .allMatch(text -> text.getText().startsWith("Is it Paris? "))
          .allMatch(text -> !text.hasAnswer() && !text.getEmbedding().isEmpty());
      SampleRecord weighed = samples.get("choice");
      assertThat(weighed.getRequest().getLettersList()).containsExactly("A", "B");
      assertThat(weighed.getLetters().getProbabilitiesList()).hasSize(2);
      assertThat(weighed.getTextsList()).isEmpty();
      SampleRecord greedy = samples.get("held-out");
      assertThat(greedy.getRequest().getTemperature()).isZero();
      assertThat(greedy.getTextsList()).hasSize(1);
      assertThat(samples.get("large").getLeftOutBytes()).isGreaterThan(16_384);
      assertThat(samples.get("large").hasRequest()).isFalse();
      assertThat(job.deadLetters()).isEmpty();
    }
  }

  private static Question question(String id, Task task, Purpose purpose, String text) {
    return new Question(
        id,
        task,
        purpose,
        text,
        task == Task.OPEN_ENDED ? "Paris" : "A",
        List.of(),
        task == Task.OPEN_ENDED ? List.of() : List.of("Paris", "Rome"),
        "",
        List.of());
  }
}
