package dev.craftstream.triton;

import static dev.craftstream.triton.TritonFixtures.await;
import static dev.craftstream.triton.TritonFixtures.checkpoint;
import static dev.craftstream.triton.TritonFixtures.craft;
import static dev.craftstream.triton.TritonFixtures.evaluated;
import static dev.craftstream.triton.TritonFixtures.failure;
import static dev.craftstream.triton.TritonFixtures.measured;
import static dev.craftstream.triton.TritonFixtures.multipleChoice;
import static dev.craftstream.triton.TritonFixtures.openEnded;
import static dev.craftstream.triton.TritonFixtures.settings;
import static dev.craftstream.triton.TritonFixtures.vllm;
import static dev.craftstream.triton.TritonFixtures.withAnswer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.Measurement;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.method.Seeds;
import dev.craftstream.method.Thoughts;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.knowledge.Verdict;
import dev.craftstream.prompt.KnowledgePrompt;
import dev.craftstream.prompt.Shots;
import dev.craftstream.prompt.TrainingPrompt;
import dev.craftstream.prompt.chat.BuiltInFormat;
import dev.craftstream.prompt.chat.Chat;
import dev.craftstream.testing.TritonServerExtension;
import dev.craftstream.triton.client.TritonClient;
import dev.craftstream.triton.contract.CraftContract;
import dev.craftstream.triton.contract.InferenceContract;
import dev.craftstream.triton.contract.VllmContract;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Asks small models on a real Triton. */
@Tag("integration")
class TritonKnowledgeQueryTest {
  @RegisterExtension
  static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();

  static KnowledgeQuery query;
  static TritonClient client;

  @BeforeAll
  static void open() {
    query = TritonFixtures.open(settings(TRITON.endpoint()).build());
    client = TritonClient.open(settings(TRITON.endpoint()).build());
  }

  @AfterAll
  static void close() {
    query.close();
    client.close();
  }

  @Nested
  class AsksByTheCraftContract {

    @Test
    void drawsTheSameSamplesWheneverItIsAskedAgain() throws Exception {
      var question = openEnded("Is it Paris?");

      KnowledgeState state = measured(query.ask(question, 1, craft("craft_echo")));

      // The model answers with the question and the seed modulo 3.
      long distinct =
          LongStream.range(0, 4)
              .map(k -> Seeds.seed(question.id(), 1, "base", (int) k) % 3)
              .distinct()
              .count();
      assertThat(state.correctness()).isEqualTo(1);
      assertThat(state.samples()).isEqualTo(4);
      assertThat(state.correctSamples()).isEqualTo(4);
      assertThat(state.frequentCorrectAnswer()).startsWith("Is it Paris? ");
      assertThat(state.seed()).isEqualTo(Seeds.seed(question.id(), 1, "base", 0));
      assertThat(state.promptVersion()).startsWith("oe-3shot-");
      assertThat(state.certainty()).isGreaterThan(0).isLessThan(distinct == 1 ? 1.1 : 1);
      assertThat(measured(query.ask(question, 1, craft("craft_echo")))).isEqualTo(state);
      assertThat(measured(query.ask(question, 1, craft("craft_echo", "1")))).isEqualTo(state);
    }

    @Test
    void sendsAllThatTheModelNeeds() throws Exception {
      String prompt = "describe the request \u0001 {question} \n 𝄞";
      List<Long> seeds = List.of(0L, Long.MAX_VALUE, -1L);

      InferenceContract.Sampled answer =
          await(
              new CraftContract(Thoughts.NONE)
                  .sample(
                      client,
                      craft("craft_echo").serving(),
                      new InferenceContract.SampleQuery(
                          "question 7", prompt, seeds, 0.75, 20, List.of("one", "\n"), true),
                      client.deadline()));

      assertThat(answer.samples()).hasSize(3);
      assertThat(answer.embeddings()).hasSize(3).doesNotContainNull();
      JsonObject request = JsonParser.parseString(answer.samples().get(0)).getAsJsonObject();
      assertThat(request.get("id").getAsString()).isEqualTo("question 7");
      assertThat(request.getAsJsonArray("prompt").get(0).getAsString()).isEqualTo(prompt);
      assertThat(request.get("seeds")).hasToString("[0,9223372036854775807,18446744073709551615]");
      assertThat(request.get("temperature")).hasToString("[0.75]");
      assertThat(request.get("max_tokens")).hasToString("[20]");
      assertThat(request.getAsJsonArray("stop").get(1).getAsString()).isEqualTo("\n");
      assertThat(request.get("outputs")).hasToString("[\"embeddings\",\"samples\"]");
    }

    @Test
    void weighsTheOptionsOfAMultipleChoiceQuestion() throws Exception {
      var question = multipleChoice("Which?", "C", "Rome", "Oslo", "Paris", "Bern");

      KnowledgeState state = measured(query.ask(question, 1, craft("craft_echo")));

      assertThat(state.correctness()).isEqualTo(0.3, within(1e-6));
      assertThat(state.targetProbability()).isEqualTo(0.24, within(1e-6));
      assertThat(state.certainty()).isNegative();
      assertThat(state.samples()).isZero();
      assertThat(state.promptVersion()).startsWith("mc-5shot-");
    }

    @Test
    void asksAChatModelWithItsTemplate() throws Exception {
      // JSON escapes the quotes, so that the echo is not taken for the instruction's repetition.
      Chat chat = new Chat(BuiltInFormat.MISTRAL, "Be brief.", true);
      QuerySettings asked =
          QuerySettings.builder()
              .samples(2)
              .maxTokens(20)
              .stop(List.of())
              .prompt(new KnowledgePrompt("Answer \"it\".", Shots.builtIn()).asChat(chat))
              .build();
      EvaluationSettings evaluated =
          new EvaluationSettings(30, List.of(), TrainingPrompt.standard().asChat(chat));
      var question = withAnswer(openEnded("describe the request"), "describe");
      try (KnowledgeQuery chatting =
          new TritonKnowledgeQuery.Factory(settings(TRITON.endpoint()).build(), asked, evaluated)
              .open()) {

        KnowledgeState state = measured(chatting.ask(question, 1, craft("craft_echo")));

        JsonObject request =
            JsonParser.parseString(state.frequentCorrectAnswer()).getAsJsonObject();
        assertThat(request.getAsJsonArray("prompt").get(0).getAsString())
            .isEqualTo(asked.prompt().prompt(question))
            .startsWith("<s>[INST]Answer \"it\".\nQuestion: ")
            .endsWith(
                "</s>[INST]Be brief.\n\nAnswer \"it\".\nQuestion: describe the request\nAnswer:[/INST]");
        assertThat(state.promptVersion()).startsWith("oe-3shot-chat-");

        // Right only where the echo holds the end of the user's turn.
        var sent = withAnswer(evaluated(question), "describe the request[/INST]");
        KnowledgeState answer = measured(chatting.ask(sent, 1, craft("craft_echo")));
        assertThat(answer.correctness()).isEqualTo(1);
        assertThat(answer.promptVersion()).startsWith("oe-train-chat-");
        assertThat(measured(query.ask(sent, 1, craft("craft_echo"))).correctness()).isZero();
      }
    }

    @Test
    void oneServedModelAnswersAsItIsAndWithItsAdapter() throws Exception {
      var open = openEnded("Is it Paris?");
      var choice = multipleChoice("Which?", "C", "Rome", "Oslo", "Paris", "Bern");
      ModelCheckpoint initial = craft("craft_echo", "1");
      ModelCheckpoint rehearsal = craft("craft_echo", "1", "rehearsal");

      // Both in flight at a time.
      var asItIs = query.ask(open, 1, initial);
      var adapted = query.ask(open, 1, rehearsal);
      var weighedAsItIs = query.ask(choice, 1, initial);
      var weighedAdapted = query.ask(choice, 1, rehearsal);

      assertThat(measured(asItIs).frequentCorrectAnswer()).matches("Is it Paris\\? [012]");
      assertThat(measured(adapted).frequentCorrectAnswer())
          .matches("Is it Paris\\? [012] rehearsal");
      assertThat(measured(weighedAsItIs).targetProbability()).isEqualTo(0.24, within(1e-6));
      assertThat(measured(weighedAdapted).targetProbability()).isEqualTo(0.16, within(1e-6));
    }

    @ParameterizedTest
    @CsvSource({"'', null", "rehearsal, '[\"rehearsal\"]'"})
    void namesTheAdapterOfACheckpointThatIsOne(String adapter, String received) throws Exception {
      InferenceContract.Sampled answer =
          await(
              new CraftContract(Thoughts.NONE)
                  .sample(
                      client,
                      craft("craft_echo", "1", adapter).serving(),
                      new InferenceContract.SampleQuery(
                          "question 7",
                          "describe the request",
                          List.of(1L),
                          1,
                          20,
                          List.of(),
                          false),
                      client.deadline()));

      JsonObject request = JsonParser.parseString(answer.samples().get(0)).getAsJsonObject();
      assertThat(String.valueOf(request.get("adapter"))).isEqualTo(received);
    }

    @Test
    void keepsManyQuestionsInFlight() throws Exception {
      List<CompletableFuture<Measurement>> answers = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        answers.add(query.ask(openEnded("Paris".repeat(i + 1)), 1, craft("craft_echo")));
      }
      for (CompletableFuture<Measurement> answer : answers) {
        assertThat(measured(answer).correctness()).isEqualTo(1);
      }
    }

    @ParameterizedTest
    @CsvSource(
        textBlock =
            """
            count,   should be BYTES [4]; but BYTES [3] came
            rows,    should be FP32 or FP64 [4, D]; but FP32 [3, 2] came
            flat,    but FP32 [8] came
            dtype,   but INT64 [4] came
            missing, output samples (BYTES [4]) is missing
            utf8,    element 0 of output samples should be UTF-8
            nan,     element 0 is NaN
            refused, refuses the request: INVALID_ARGUMENT: no such thing
            """)
    void refusesSamplesThatBreakTheContract(String fault, String parts) throws Exception {
      CompletableFuture<?> answer = ask(fault, List.of());

      assertThat(failure(answer))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageStartingWith("Model nonsense at " + TRITON.endpoint())
          .hasMessageContainingAll(parts.split("; "));
    }

    @ParameterizedTest
    @CsvSource(
        textBlock =
            """
            nan,      element 0 is NaN
            infinite, element 0 is Infinity
            negative, option A should be between 0 and 1
            over,     add up to 1.79
            zero,     'no option of [A, B] has a probability above 0'
            count,    should be FP32 or FP64 [2]; but FP32 [3] came
            missing,  output option_probabilities
            """)
    void refusesProbabilitiesThatBreakTheContract(String fault, String parts) throws Exception {
      CompletableFuture<?> answer = ask(fault, List.of("A", "B"));

      assertThat(failure(answer))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContainingAll(parts.split("; "));
    }

    @Test
    void takesEmbeddingsOfDoublePrecision() throws Exception {
      assertThat(await(ask("double", List.of()))).isNotNull();
    }

    private CompletableFuture<?> ask(String fault, List<String> letters) {
      var serving = craft("nonsense").serving();
      return letters.isEmpty()
          ? new CraftContract(Thoughts.NONE)
              .sample(
                  client,
                  serving,
                  new InferenceContract.SampleQuery(
                      "id", fault, List.of(1L, 2L, 3L, 4L), 1, 5, List.of(), true),
                  client.deadline())
          : new CraftContract(Thoughts.NONE)
              .weigh(
                  client,
                  serving,
                  new InferenceContract.MultipleChoiceQuery("id", fault, letters, false),
                  client.deadline());
    }
  }

  @Nested
  class AsksByTheVllmContract {
    private final ModelCheckpoint checkpoint = vllm("vllm_like", "minilm_like");

    @Test
    void drawsEachSampleWithItsOwnSeedAndEmbedsTheDistinctOnes() throws Exception {
      var question = openEnded("What is the capital?");

      KnowledgeState state = measured(query.ask(question, 1, checkpoint));

      // "0answer", "1answer", .. by the seed; the embedding is that of three characters.
      assertThat(state.samples()).isEqualTo(4);
      assertThat(state.correctness()).isZero();
      long distinct =
          LongStream.range(0, 4)
              .map(k -> Seeds.seed(question.id(), 1, "base", (int) k) % 3)
              .distinct()
              .count();
      assertThat(state.certainty()).isGreaterThan(0.99).isLessThan(distinct == 1 ? 1.1 : 1);
    }

    @Test
    void sendsWhatTheBackendExpects() throws Exception {
      InferenceContract.Sampled answer =
          await(
              new VllmContract(Thoughts.NONE)
                  .sample(
                      client,
                      vllm("vllm_like", "minilm_like", "rehearsal").serving(),
                      new InferenceContract.SampleQuery(
                          "id",
                          "describe the request",
                          List.of(Long.MAX_VALUE, 5L, 6L, 7L),
                          0.75,
                          20,
                          List.of("one", "\n"),
                          true),
                      client.deadline()));

      assertThat(answer.samples()).hasSize(4);
      assertThat(answer.embeddings()).hasSize(4);
      List<JsonObject> samplings = new ArrayList<>();
      for (String sample : answer.samples()) {
        JsonObject request = JsonParser.parseString(sample.substring(1)).getAsJsonObject();
        samplings.add(request.getAsJsonObject("sampling_parameters"));
        assertThat(request.get("text_input").getAsString()).isEqualTo("describe the request");
        assertThat(request.get("stream").getAsBoolean()).isFalse();
        assertThat(request.get("exclude_input_in_output").getAsBoolean()).isTrue();
        assertThat(request.keySet()).doesNotContain("return_logprobs");
      }
      assertThat(samplings)
          .extracting(sampling -> sampling.get("seed").getAsLong())
          .containsExactly(Long.MAX_VALUE, 5L, 6L, 7L);
      JsonObject sampling = samplings.get(0);
      assertThat(sampling.keySet())
          .containsExactlyInAnyOrder(
              "temperature", "top_p", "max_tokens", "seed", "stop", "lora_name");
      assertThat(sampling.get("temperature").getAsDouble()).isEqualTo(0.75);
      assertThat(sampling.get("top_p").getAsInt()).isEqualTo(1);
      assertThat(sampling.get("max_tokens").getAsInt()).isEqualTo(20);
      assertThat(sampling.get("stop")).hasToString("[\"one\",\"\\n\"]");
      assertThat(sampling.get("lora_name").getAsString()).isEqualTo("rehearsal");
    }

    @Test
    void addsUpTheTokensThatAreALetter() throws Exception {
      var question = multipleChoice("Which?", "A", "Rome", "Oslo", "Paris", "Bern");

      KnowledgeState state = measured(query.ask(question, 1, checkpoint));

      // "A" 0.5 and " A" 0.125, " B" 0.25; C is not among the top, D has -Infinity.
      assertThat(state.targetProbability()).isEqualTo(0.625, within(1e-9));
      assertThat(state.correctness()).isEqualTo(0.625 / 0.875, within(1e-9));
      assertThat(state.certainty())
          .isEqualTo(0.625 * Math.log(0.625) + 0.25 * Math.log(0.25), within(1e-9));
    }

    @ParameterizedTest
    @CsvSource({
      "Which? silent, but 0 came",
      "Which? no logprobs, output logprobs should be a list",
    })
    void refusesOptionsThatBreakTheContract(String text, String part) throws Exception {
      assertThat(failure(query.ask(multipleChoice(text, "A", "x", "y"), 1, checkpoint)))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContaining("Model vllm_like")
          .hasMessageContaining(part);
    }

    @Test
    void cutsTheBlankBehindWhichNoLetterIsExpected() throws Exception {
      InferenceContract.Weighed weighed =
          await(
              new VllmContract(Thoughts.NONE)
                  .weigh(
                      client,
                      checkpoint.serving(),
                      new InferenceContract.MultipleChoiceQuery(
                          "id", "Which?\nAnswer: ", List.of("A", "B"), false),
                      client.deadline()));

      double[] letters = weighed.probabilities();
      assertThat(letters[0] + letters[1]).isEqualTo(0.875, within(1e-9));
    }

    @Test
    void tellsHowMuchProbabilityTheServerDidNotTell() throws Exception {
      KnowledgeState state =
          measured(query.ask(multipleChoice("Which?", "A", "x", "y"), 1, checkpoint));

      // "A", " A", " B", "The", "C." and "AB"; the rest of the vocabulary is not told.
      double told = 0.5 + 0.125 + 0.25 + 0.0625 + 0.03 + 0.02;
      assertThat(state.unseenProbability()).isEqualTo(1 - told, within(1e-9));
      assertThat(state.targetProbability()).isEqualTo(0.625, within(1e-9));
    }

    /** The model expects something else than a letter behind a blank. */
    @Test
    void leavesTheEndOfAChatTemplateAsItIs() throws Exception {
      InferenceContract.Weighed weighed =
          await(
              new VllmContract(Thoughts.NONE)
                  .weigh(
                      client,
                      vllm("vllm_like", "minilm_like").serving(),
                      new InferenceContract.MultipleChoiceQuery(
                          "id", "Which?\nASSISTANT: ", List.of("A", "B"), true),
                      client.deadline()));

      assertThat(weighed.probabilities()[0] + weighed.probabilities()[1])
          .isEqualTo(0.875 / 16, within(1e-9));
    }

    @Test
    void refusesMoreOptionsThanVllmTells() throws Exception {
      List<String> letters = IntStream.range(0, 21).mapToObj(Question::optionLetter).toList();
      CompletableFuture<?> answer =
          new VllmContract(Thoughts.NONE)
              .weigh(
                  client,
                  checkpoint.serving(),
                  new InferenceContract.MultipleChoiceQuery("id", "Which?", letters, false),
                  client.deadline());

      assertThat(failure(answer))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContaining("can't weigh 21 options");
    }

    @Test
    void refusesAnAnswerInParts() throws Exception {
      assertThat(failure(query.ask(openEnded("halves"), 1, checkpoint)))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContaining("one response should come, but 2 came");
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aQuestionThatIsTooLongIsRefusedAtOnce(boolean isOpenEnded) throws Exception {
      String text = "word ".repeat(3_000);
      Question question = isOpenEnded ? openEnded(text) : multipleChoice(text, "A", "x", "y");
      try (KnowledgeQuery own = TritonFixtures.open(settings(TRITON.endpoint()).build())) {
        assertThat(failure(own.ask(question, 1, checkpoint)))
            .isInstanceOf(UnusableAnswerException.class)
            .hasMessageContaining("longer than the maximum model length")
            .hasMessageContaining("Shorten the question");
        assertThat(own.health().retries()).isZero();
        for (FailureKind trouble : FailureKind.values()) {
          assertThat(own.health().failures(trouble)).as(trouble.name()).isZero();
        }
      }
    }

    @Test
    void aQuestionThatAloneMakesTheModelFailIsUnusable() throws Exception {
      assertThat(failure(query.ask(openEnded("broken"), 1, checkpoint)))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContaining("Model vllm_like")
          .hasMessageContaining("the engine is tired")
          .hasMessageContaining("answers others");
    }

    @Test
    void anEngineThatDiedIsWaitedFor() throws Exception {
      try (KnowledgeQuery own = TritonFixtures.open(settings(TRITON.endpoint()).build())) {
        for (String text : List.of("deadly", "Which city?")) {
          assertThat(failure(own.ask(openEnded(text), 1, checkpoint)))
              .isInstanceOf(ServerUnavailableException.class)
              .hasMessageContaining("EngineCore encountered an issue");
        }
        assertThat(own.health().failures(FailureKind.CONNECTION_LOST)).isZero();
        assertThat(own.health().models(FailureKind.FAILING)).isOne();
      } finally {
        TRITON.unload("vllm_like");
        TRITON.load("vllm_like");
      }
      assertThat(measured(query.ask(openEnded("Which city?"), 1, checkpoint)).samples())
          .isEqualTo(4);
    }

    @Test
    void saysThatADecoupledModelCanNotBeAskedByTheCraftContract() throws Exception {
      assertThat(failure(query.ask(openEnded("x"), 1, craft("vllm_like"))))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContaining("UNIMPLEMENTED")
          .hasMessageContaining("contract that its model speaks");
    }
  }

  @Nested
  class AsksAQuestionThatEvaluatesGreedilyAndOnce {

    @ParameterizedTest
    @ValueSource(
        strings = {
          "\"prompt\": [\"Answer the following question, and if you don't know the answer",
          "\"seeds\": [SEED],",
          "\"temperature\": [0.0]",
          "\"max_tokens\": [30]",
          "\"stop\": [\"\\n\"]",
          "\"outputs\": [\"samples\"]",
        })
    void byTheCraftContractWithoutEmbeddings(String part) throws Exception {
      Question question = evaluated(openEnded("describe the request"));
      long seed = Seeds.seed(question.id(), 1, "base", 0);
      // The model answers with what it received, which is correct where it holds the gold answer.
      Question probe = withAnswer(question, part.replace("SEED", String.valueOf(seed)));

      KnowledgeState state = measured(query.ask(probe, 1, craft("craft_echo")));

      assertThat(state)
          .isEqualTo(
              new KnowledgeState(
                  1,
                  0,
                  CertaintyKind.NONE,
                  0,
                  0,
                  1,
                  1,
                  0,
                  "",
                  seed,
                  TrainingPrompt.standard().version(Task.OPEN_ENDED),
                  CorrectnessRule.SUBSTRING));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"temperature\": 0.0", "\"max_tokens\": 30"})
    void byTheVllmContractWithoutTheEmbeddingModel(String part) throws Exception {
      Question probe = withAnswer(evaluated(openEnded("describe the request")), part);

      KnowledgeState state = measured(query.ask(probe, 1, vllm("vllm_like", "no_such_model")));

      assertThat(state.verdict()).isEqualTo(Verdict.CORRECT);
    }

    // The model answers with what follows "Question: ".
    @ParameterizedTest
    @CsvSource({"B, CORRECT", "(A), WRONG", "I don't know., REFUSED"})
    void multipleChoiceInWordsToo(String answer, Verdict verdict) throws Exception {
      Question probe = evaluated(multipleChoice("Question: " + answer, "B", "Rome", "Paris"));

      KnowledgeState state = measured(query.ask(probe, 1, craft("craft_echo")));

      assertThat(state.verdict()).isEqualTo(verdict);
      assertThat(state.promptVersion()).startsWith("mc-train-");
    }
  }

  @Nested
  class KnowsWhenAModelIsReady {

    @Test
    void isReadyWhenItsInputsAndOutputsAreThere() throws Exception {
      await(query.ready(craft("craft_echo")));
      await(query.ready(craft("craft_echo", "1")));
      await(query.ready(vllm("vllm_like", "minilm_like")));
    }

    @Test
    void namesWhatAModelOfAnotherContractLacks() throws Exception {
      assertThat(failure(query.ready(craft("vllm_like"))))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContaining("does not fit the craft contract")
          .hasMessageContaining("input prompt (BYTES) is missing")
          .hasMessageContaining("output option_probabilities (FP32 or FP64) is missing");
      assertThat(failure(query.ready(vllm("craft_echo", "minilm_like"))))
          .hasMessageContaining("does not fit the vllm contract: input text_input (BYTES)");
      assertThat(failure(query.ready(vllm("vllm_like", "craft_echo"))))
          .hasMessageContaining("Model craft_echo")
          .hasMessageContaining("does not fit the embedding contract: input text (BYTES)");
      assertThat(failure(query.ready(vllm("vllm_like", ""))))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContaining("without an embedding model");
    }

    @Test
    void refusesAnAdapterThatTheModelDoesNotHave() throws Exception {
      await(query.ready(vllm("vllm_like", "minilm_like", "rehearsal")));
      assertThat(failure(query.ready(vllm("vllm_like", "minilm_like", "nobody"))))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContaining("Model vllm_like with the adapter nobody")
          .hasMessageContaining("LoRA nobody is not supported")
          .hasMessageContaining("multi_lora.json");

      await(query.ready(craft("craft_echo", "1", "rehearsal")));
      assertThat(failure(query.ready(craft("craft_echo", "1", "nobody"))))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContaining("Model craft_echo version 1 with the adapter nobody")
          .hasMessageContaining("adapter 'nobody' is not known; there is ['rehearsal']");
      assertThat(failure(query.ready(craft("nonsense", "1", "rehearsal"))))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContaining("input adapter (BYTES) is missing");
    }

    @ParameterizedTest
    @CsvSource({"no_such_model,", "craft_echo, 7"})
    void givesUpOnAModelThatItsServerDoesNotGetReady(String model, String version)
        throws Exception {
      var settings = settings(TRITON.endpoint()).modelReadyTimeout(Duration.ofMillis(300)).build();
      try (KnowledgeQuery impatient = TritonFixtures.open(settings)) {
        assertThat(failure(impatient.ready(craft(model, version == null ? "" : version))))
            .isInstanceOf(UnusableAnswerException.class)
            .hasMessageContaining("Model " + model)
            .hasMessageContaining("is not ready, 0.3 s after its server was");
      }
    }

    @Test
    void refusesAVersionThatIsNoNumber() throws Exception {
      assertThat(failure(query.ready(craft("craft_echo", "latest"))))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContaining("INVALID_ARGUMENT");
    }
  }

  @Test
  void aSampleThatNoRecordHasRoomForIsUnusable() throws Exception {
    Question question = openEnded("Is it Paris?");
    try (KnowledgeQuery strict =
        TritonFixtures.open(settings(TRITON.endpoint()).maxSampleCharacters(10).build())) {
      for (Question asked : List.of(question, evaluated(question))) {
        assertThat(failure(strict.ask(asked, 1, craft("craft_echo"))))
            .isInstanceOf(UnusableAnswerException.class)
            .hasMessageMatching(".*sample 1 has \\d+ characters, and at most 10 are allowed.");
      }
    }
  }
}
