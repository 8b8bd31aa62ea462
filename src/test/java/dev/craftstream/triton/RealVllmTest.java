package dev.craftstream.triton;

import static dev.craftstream.triton.TritonFixtures.await;
import static dev.craftstream.triton.TritonFixtures.checkpoint;
import static dev.craftstream.triton.TritonFixtures.evaluated;
import static dev.craftstream.triton.TritonFixtures.failure;
import static dev.craftstream.triton.TritonFixtures.measured;
import static dev.craftstream.triton.TritonFixtures.multipleChoice;
import static dev.craftstream.triton.TritonFixtures.openEnded;
import static dev.craftstream.triton.TritonFixtures.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.Spending;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.method.Thoughts;
import dev.craftstream.model.Cost;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.triton.client.TritonClient;
import dev.craftstream.triton.contract.InferenceContract;
import dev.craftstream.triton.contract.VllmContract;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * The VLLM contract against a real Triton with its vLLM backend, where the environment names one:
 * {@code VLLM_ENDPOINT} (host:port), {@code VLLM_MODEL}, {@code EMBEDDING_MODEL} and, if it has
 * one, {@code VLLM_ADAPTER}. With {@code VLLM_RECORD=true} its answers replace those that {@link
 * VllmLikeTest} holds the stand-in against.
 */
@Tag("integration")
@EnabledIfEnvironmentVariable(named = "VLLM_ENDPOINT", matches = ".+")
class RealVllmTest {
  private static final String ENDPOINT = variable("VLLM_ENDPOINT", "");
  private static final String MODEL = variable("VLLM_MODEL", "vllm_model");
  private static final String EMBEDDER = variable("EMBEDDING_MODEL", "minilm");
  private static final String ADAPTER = variable("VLLM_ADAPTER", "");

  private static KnowledgeQuery query;

  private static String variable(String name, String otherwise) {
    String value = System.getenv(name);
    return value == null || value.isBlank() ? otherwise : value;
  }

  @BeforeAll
  static void open() {
    query = TritonFixtures.open(settings(ENDPOINT).build());
  }

  @AfterAll
  static void close() {
    query.close();
  }

  private static ModelCheckpoint served(String adapter) {
    return checkpoint(new Serving(MODEL, "", Contract.VLLM, EMBEDDER, "", adapter));
  }

  @Test
  void aModelIsReady_andOneWithAnAdapterThatIsNotThereIsNot() throws Exception {
    await(query.ready(served("")));
    assertThat(failure(query.ready(served("no_such_adapter"))))
        .isInstanceOf(UnusableAnswerException.class)
        .hasMessageContaining("no_such_adapter")
        .hasMessageContaining("multi_lora.json");
  }

  @Test
  void oneServedModelIsTwoCheckpoints() throws Exception {
    assumeTrue(!ADAPTER.isEmpty(), "VLLM_ADAPTER names no adapter");
    await(query.ready(served(ADAPTER)));
    var question = multipleChoice("What is the capital of France?", "B", "Rome", "Paris", "Oslo");
    KnowledgeState plain = measured(query.ask(question, 1, served("")));
    KnowledgeState adapted = measured(query.ask(question, 1, served(ADAPTER)));
    assertThat(adapted.targetProbability()).isNotEqualTo(plain.targetProbability());
  }

  @Test
  void samplesAreDrawnAndEmbedded() throws Exception {
    for (int i = 0; i < 10; i++) {
      KnowledgeState state =
          measured(
              query.ask(
                  openEnded("Which city is the capital of France" + "?".repeat(i)), 1, served("")));
      assertThat(state.samples()).isEqualTo(4);
      assertThat(state.certainty()).isBetween(-1.0, 1.000001);
    }
  }

  @Test
  void eachSampleTellsItsTokens() throws Exception {
    Spending spending = new Spending();
    await(query.ask(openEnded("What is the capital of France?"), 1, served(""), spending));
    Cost cost = spending.soFar();
    assertThat(cost.requests()).isEqualTo(4);
    assertThat(cost.requestsWithTokens()).isEqualTo(4);
    // The prompt has more words than this, with its three shots.
    assertThat(cost.promptTokens()).isGreaterThan(4 * 60).isLessThan(4 * 300);
    assertThat(cost.generatedTokens()).isBetween(4L, 4L * 20);

    Spending weighing = new Spending();
    await(
        query.ask(
            multipleChoice("Which city is the capital?", "B", "Rome", "Paris"),
            1,
            served(""),
            weighing));
    assertThat(weighing.soFar().generatedTokens()).isEqualTo(1);
  }

  @Test
  void lettersHaveMostOfTheMass() throws Exception {
    InferenceContract.Weighed weighed;
    try (TritonClient client = TritonClient.open(settings(ENDPOINT).build())) {
      weighed =
          await(
              new VllmContract(Thoughts.NONE)
                  .weigh(
                      client,
                      served("").serving(),
                      new InferenceContract.MultipleChoiceQuery(
                          "mass",
                          "What gas do plants take in?\nA. oxygen\nB. carbon dioxide\nC. helium\nD."
                              + " neon\nAnswer: B\n\nWhat is the capital of France?\nA. Rome\nB."
                              + " Berlin\nC. Paris\nD. Madrid\nAnswer: ",
                          List.of("A", "B", "C", "D"),
                          false),
                      client.deadline()));
    }
    double letters = DoubleStream.of(weighed.probabilities()).sum();
    assertThat(letters).isGreaterThan(0.5);
    assertThat(weighed.unseen()).isBetween(0.0, 1 - letters + 1e-9);
  }

  @Test
  void aQuestionThatIsTooLongCostsOneRequestASample() throws Exception {
    try (KnowledgeQuery own = TritonFixtures.open(settings(ENDPOINT).build())) {
      assertThat(failure(own.ask(openEnded("word ".repeat(3_000)), 1, served(""))))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContaining("max_model_len");
      assertThat(own.health().retries()).isZero();
      for (FailureKind trouble : FailureKind.values()) {
        assertThat(own.health().failures(trouble)).as(trouble.name()).isZero();
      }
    }
  }

  @Test
  void evaluatesGreedily() throws Exception {
    var question = evaluated(openEnded("What is the capital of France?"));
    KnowledgeState state = measured(query.ask(question, 1, served("")));
    assertThat(state.verdict()).isNotNull();
    assertThat(measured(query.ask(question, 1, served("")))).isEqualTo(state);
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "VLLM_RECORD", matches = "true")
  void itsAnswersAreRecorded() throws Exception {
    Files.createDirectories(VllmLikeTest.RECORDED);
    ManagedChannel channel =
        Grpc.newChannelBuilder(ENDPOINT, InsecureChannelCredentials.create()).build();
    try {
      for (Map.Entry<String, ModelInferRequest> request :
          VllmExchange.requests(MODEL, ADAPTER).entrySet()) {
        for (boolean withCodes : new boolean[] {false, true}) {
          Path file =
              VllmLikeTest.RECORDED.resolve(
                  request.getKey() + (withCodes ? "+codes" : "") + ".json");
          Files.writeString(
              file, VllmExchange.with(channel, request.getValue(), withCodes).toJson());
        }
      }
    } finally {
      channel.shutdownNow();
    }
  }
}
