package dev.craftstream.triton;

import static dev.craftstream.triton.TritonFixtures.await;
import static dev.craftstream.triton.TritonFixtures.evaluated;
import static dev.craftstream.triton.TritonFixtures.failure;
import static dev.craftstream.triton.TritonFixtures.llmapi;
import static dev.craftstream.triton.TritonFixtures.measured;
import static dev.craftstream.triton.TritonFixtures.multipleChoice;
import static dev.craftstream.triton.TritonFixtures.openEnded;
import static dev.craftstream.triton.TritonFixtures.settings;
import static dev.craftstream.triton.TritonFixtures.withAnswer;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.method.Seeds;
import dev.craftstream.method.Thoughts;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.knowledge.Verdict;
import dev.craftstream.testing.TritonServerExtension;
import dev.craftstream.triton.client.TritonClient;
import dev.craftstream.triton.contract.InferenceContract.SampleQuery;
import dev.craftstream.triton.contract.InferenceContract.Sampled;
import dev.craftstream.triton.contract.LlmapiContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Asks a stand-in for TensorRT-LLM's llmapi model on a real Triton, unary and decoupled. */
@Tag("integration")
class LlmapiContractTest {
  @RegisterExtension
  static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();

  @TempDir static Path adapters;

  private static KnowledgeQuery query;
  private static TritonClient client;

  @BeforeAll
  static void open() throws Exception {
    Files.createDirectory(adapters.resolve("rehearsal"));
    var settings = settings(TRITON.endpoint()).adaptersFolder(adapters.toString()).build();
    query = TritonFixtures.open(settings);
    client = TritonClient.open(settings);
  }

  @AfterAll
  static void close() {
    query.close();
    client.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"llmapi_like", "llmapi_decoupled"})
  void drawsEachSampleWithItsOwnSeedAndEmbedsTheDistinctOnes(String model) throws Exception {
    var question = withAnswer(openEnded("What is the capital?"), "0answer");
    ModelCheckpoint checkpoint = llmapi(model, "");

    await(query.ready(checkpoint));
    KnowledgeState state = measured(query.ask(question, 1, checkpoint));

    // "0answer", "1answer", .. by the seed; the embedding model refuses a text that comes twice.
    long correct =
        LongStream.range(0, 4)
            .filter(
                k -> Long.remainderUnsigned(Seeds.seed(question.id(), 1, "base", (int) k), 3) == 0)
            .count();
    assertThat(state.samples()).isEqualTo(4);
    assertThat(state.correctSamples()).isEqualTo((int) correct);
    assertThat(state.certainty()).isGreaterThan(0.9);
    assertThat(measured(query.ask(question, 1, checkpoint))).isEqualTo(state);
  }

  @ParameterizedTest
  @ValueSource(strings = {"llmapi_like", "llmapi_decoupled"})
  void sendsWhatTheModelExpects(String model) throws Exception {
    Sampled answer =
        await(
            new LlmapiContract(Thoughts.NONE)
                .sample(
                    client,
                    llmapi(model, "rehearsal").serving(),
                    new SampleQuery(
                        "id",
                        "describe the request",
                        List.of(-1L, 5L, 6L),
                        0.75,
                        20,
                        List.of("no such text", "\n"),
                        false),
                    client.deadline()));

    List<JsonObject> requests = new ArrayList<>();
    for (String sample : answer.samples()) {
      requests.add(JsonParser.parseString(sample.substring(1)).getAsJsonObject());
    }
    assertThat(answer.embeddings()).isEmpty();
    assertThat(requests)
        .extracting(request -> request.get("sampling_param_seed").getAsBigInteger().toString())
        .containsExactly("18446744073709551615", "5", "6");
    JsonObject request = requests.get(0);
    assertThat(request.keySet())
        .containsExactlyInAnyOrder(
            "text_input",
            "sampling_param_temperature",
            "sampling_param_top_p",
            "sampling_param_max_tokens",
            "sampling_param_seed",
            "sampling_param_exclude_input_from_output",
            "lora_id",
            "lora_name",
            "lora_path");
    assertThat(request.get("text_input").getAsString()).isEqualTo("describe the request");
    assertThat(request.get("sampling_param_temperature").getAsDouble()).isEqualTo(0.75);
    assertThat(request.get("sampling_param_top_p").getAsDouble()).isEqualTo(1);
    assertThat(request.get("sampling_param_max_tokens").getAsInt()).isEqualTo(20);
    assertThat(request.get("lora_name").getAsString()).isEqualTo("rehearsal");
    assertThat(request.get("lora_path").getAsString())
        .isEqualTo(adapters.resolve("rehearsal").toString());
    assertThat(requests)
        .extracting(each -> each.get("lora_id").getAsLong())
        .allMatch(id -> id > 0)
        .containsOnly(request.get("lora_id").getAsLong());
  }

  @ParameterizedTest
  @ValueSource(strings = {"llmapi_like", "llmapi_decoupled"})
  void endsAnswersAtTheStopTextsThatTheModelCanNotBeSent(String model) throws Exception {
    Sampled answer =
        await(
            new LlmapiContract(Thoughts.NONE)
                .sample(
                    client,
                    llmapi(model, "").serving(),
                    new SampleQuery(
                        "id",
                        "Say one of [\"Rome\\nAnswer: Paris\"]",
                        List.of(1L, 2L),
                        1,
                        20,
                        List.of("\n"),
                        true),
                    client.deadline()));

    assertThat(answer.samples()).containsExactly("Rome", "Rome");
    assertThat(answer.embeddings()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"llmapi_like", "llmapi_decoupled"})
  void evaluatesGreedily(String model) throws Exception {
    var question = withAnswer(evaluated(openEnded("Which?")), "greedy answer");
    KnowledgeState state = measured(query.ask(question, 1, llmapi(model, "")));
    assertThat(state.verdict()).isEqualTo(Verdict.CORRECT);
    assertThat(state.samples()).isOne();
  }

  @Test
  void anOptionCanNotBeWeighed() throws Exception {
    var question = multipleChoice("Which?", "A", "Rome", "Oslo");
    assertThat(failure(query.ask(question, 1, llmapi("llmapi_like", ""))))
        .isInstanceOf(UnusableAnswerException.class)
        .hasMessageContaining("Model llmapi_like")
        .hasMessageContaining("Set query.multiple-choice.by to SAMPLES");
  }

  @ParameterizedTest
  @ValueSource(strings = {"llmapi_like", "llmapi_decoupled"})
  void aQuestionThatIsTooLongIsRefusedAtOnce(String model) throws Exception {
    var question = openEnded("word ".repeat(2_100));
    assertThat(failure(query.ask(question, 1, llmapi(model, ""))))
        .isInstanceOf(UnusableAnswerException.class)
        .hasMessageContaining("should not exceed max_num_tokens")
        .hasMessageContaining("Shorten the question or the prompt");
  }

  @ParameterizedTest
  @ValueSource(strings = {"llmapi_like", "llmapi_decoupled"})
  void aQuestionThatAloneMakesTheModelFailIsUnusable(String model) throws Exception {
    assertThat(failure(query.ask(openEnded("broken"), 1, llmapi(model, ""))))
        .isInstanceOf(UnusableAnswerException.class)
        .hasMessageContaining("the engine is tired")
        .hasMessageContaining("whenever it is asked this question");
  }

  @ParameterizedTest
  @ValueSource(strings = {"llmapi_like", "llmapi_decoupled"})
  void anEngineThatDiedIsWaitedFor(String model) throws Exception {
    try (KnowledgeQuery own = TritonFixtures.open(settings(TRITON.endpoint()).build())) {
      for (String text : List.of("deadly", "Which city?")) {
        assertThat(failure(own.ask(openEnded(text), 1, llmapi(model, ""))))
            .isInstanceOfSatisfying(
                ServerUnavailableException.class,
                e -> assertThat(e.kind()).isEqualTo(FailureKind.FAILING))
            .hasMessageContaining("Executor worker died");
      }
    } finally {
      TRITON.unload(model);
      TRITON.load(model);
    }
    assertThat(measured(query.ask(openEnded("Which?"), 1, llmapi(model, ""))).samples())
        .isEqualTo(4);
  }

  @Test
  void anAnnouncementThatCanNotBeServedSaysWhatToSet() throws Exception {
    await(query.ready(llmapi("llmapi_like", "rehearsal")));
    assertThat(failure(query.ready(llmapi("llmapi_like", "nobody"))))
        .isInstanceOf(UnusableAnswerException.class)
        .hasMessageContaining("lora_path does not exist")
        .hasMessageContaining("triton.adapters-folder");
    assertThat(failure(query.ready(llmapi("llmapi_like", "../secrets"))))
        .isInstanceOf(UnusableAnswerException.class)
        .hasMessageContaining("the name of a folder is allowed only");
    assertThat(failure(query.ready(llmapi("llmapi_like", "", ""))))
        .isInstanceOf(UnusableAnswerException.class)
        .hasMessageContaining("llmapi contract, but without an embedding model");
    assertThat(failure(query.ready(llmapi("vllm_like", ""))))
        .isInstanceOf(UnusableAnswerException.class)
        .hasMessageContaining("does not fit the llmapi contract");
    try (KnowledgeQuery own = TritonFixtures.open(settings(TRITON.endpoint()).build())) {
      assertThat(failure(own.ready(llmapi("llmapi_like", "rehearsal"))))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContaining("triton.adapters-folder is not set");
    }
  }
}
