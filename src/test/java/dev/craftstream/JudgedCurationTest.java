package dev.craftstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.testing.InMemoryCuration;
import dev.craftstream.testing.ShippedFlink;
import dev.craftstream.triton.TritonKnowledgeQuery;
import dev.craftstream.triton.recorded.ScriptedTriton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The job with a judge model: model and judge are scripted, in this process. */
@Tag("integration")
class JudgedCurationTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int TRAINED_ON = 30;
  private static final int HELD_OUT = 10;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Serving JUDGE = new Serving("judge", "7", Contract.VLLM, "", "", "");

  /** As {@link InMemoryCuration} announces it. */
  private static final Serving MODEL =
      new Serving("model", "1", Contract.VLLM, "embedder", "2", "adapter");

  @RegisterExtension static final MiniClusterExtension FLINK = ShippedFlink.cluster(2);

  /** Takes only the whole sentence for right, and has no word for one question. */
  private static String reply(String prompt) {
    if (prompt.contains("thing 3?")) {
      return "Hard to say.";
    }
    return prompt.contains("Given answer: It is gold.\n") ? "CORRECT" : "INCORRECT";
  }

  @Test
  void givenAJudgeThatIsDownAtFirst_whenItIsBack_thenTheJobGoesOnAndLabelsAreItsVerdicts(
      @InjectMiniCluster MiniCluster flink) throws Exception {
    try (ScriptedTriton model = ScriptedTriton.serving(MODEL);
        ScriptedTriton judge = ScriptedTriton.serving(JUDGE)) {
      AtomicInteger replies = new AtomicInteger();
      judge.judging(
          prompt -> {
            // Ready, and then gone in the middle of the sweep.
            if (replies.incrementAndGet() == 8) {
              judge.judgeIsDown(true);
            }
            return reply(prompt);
          });
      Map<String, String> options = options(model, judge);
      CurationSettings settings = settings(options);
      try (InMemoryCuration curation =
          new InMemoryCuration(
              options,
              new TritonKnowledgeQuery.Factory(
                  settings.triton(), settings.query(), settings.evaluation()))) {
        curation.start(2);
        IntStream.range(0, TRAINED_ON).forEach(i -> curation.ask(question(i, Purpose.TRAIN)));
        IntStream.range(TRAINED_ON, TRAINED_ON + HELD_OUT)
            .forEach(i -> curation.ask(question(i, Purpose.EVALUATE)));
        await().atMost(PATIENCE).until(curation::hasReadAll);

        curation.announce("base", Role.INITIAL, "");
        // Several deadlines pass meanwhile.
        await().atMost(PATIENCE).until(() -> judge.refusedJudging() > 200);
        assertThat(judge.judged()).hasSizeLessThan(2 * 4 * 6 + 8);
        judge.judgeIsDown(false);
        // Each but the one without a verdict.
        await()
            .atMost(PATIENCE)
            .until(() -> curation.taken("knowledge").size() >= TRAINED_ON + HELD_OUT - 1);
        await().atMost(PATIENCE).until(() -> !curation.taken("dead-letters").isEmpty());
        await().atMost(PATIENCE).until(() -> !curation.taken("evaluations").isEmpty());

        assertThat(curation.taken("dead-letters"))
            .singleElement()
            .asString()
            .contains("q3", "gave no verdict", "Hard to say.");
        assertThat(judge.judged().stream().filter(prompt -> !prompt.contains("thing 3?")))
            .as("each distinct answer is judged once")
            .doesNotHaveDuplicates();
        assertThat(model.requests())
            .as("a model is not asked again for a judge that is down: samples and embeddings")
            .isLessThanOrEqualTo((TRAINED_ON + 1L) * 11 + HELD_OUT + 10);
        for (String record : curation.taken("knowledge")) {
          JsonNode state = JSON.readTree(record).findValue("state");
          assertThat(state.get("correctnessRule").asText()).isEqualTo("JUDGE");
          assertThat(state.get("judge").get("modelName").asText()).isEqualTo("judge");
          assertThat(state.get("judge").get("promptVersion").asText()).startsWith("judge-");
        }
        await().atMost(PATIENCE).until(() -> curation.taken("manifests").size() == 2);
        assertThat(curation.taken("manifests").stream().map(json()))
            .filteredOn(manifest -> manifest.findValue("task").asText().equals("OPEN_ENDED"))
            .singleElement()
            .satisfies(
                set -> {
                  assertThat(set.findValue("rule").asText()).isEqualTo("JUDGE");
                  assertThat(set.findValue("judge").get("modelVersion").asText()).isEqualTo("7");
                });
      }
    }
  }

  private static java.util.function.Function<String, JsonNode> json() {
    return record -> {
      try {
        return JSON.readTree(record);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  private static Map<String, String> options(ScriptedTriton model, ScriptedTriton judge) {
    Map<String, String> options = new HashMap<>();
    options.put("query.open-ended.correctness", "JUDGE");
    options.put("judge.model", "judge");
    options.put("judge.model-version", "7");
    options.put("judge.contract", "VLLM");
    options.put("judge.endpoints", judge.endpoint());
    options.put("judge.deadline", "3 s");
    options.put("triton.endpoints", model.endpoint());
    options.put("triton.retry.first-back-off", "20 ms");
    options.put("triton.retry.max-back-off", "200 ms");
    options.put("tracker.back-off.first", "50 ms");
    options.put("tracker.back-off.max", "200 ms");
    options.put("tracker.requests-in-flight", "4");
    return options;
  }

  private static CurationSettings settings(Map<String, String> options) {
    Configuration all = new Configuration();
    all.setString("kafka.bootstrap-servers", "none:1");
    options.forEach(all::setString);
    return CurationSettings.of(all);
  }

  private static Question question(int number, Purpose purpose) {
    return new Question(
        "q" + number,
        Task.OPEN_ENDED,
        purpose,
        "Of what is thing " + number + "?",
        "gold",
        List.of(),
        List.of(),
        "",
        List.of());
  }
}
