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
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.method.ChoiceMeasure;
import dev.craftstream.method.Seeds;
import dev.craftstream.method.Thoughts;
import dev.craftstream.model.Question;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.knowledge.Verdict;
import dev.craftstream.testing.TritonServerExtension;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Models that think before they answer, by all contracts: what they are told to say is scripted.
 */
@Tag("integration")
class ReasoningTest {
  @RegisterExtension
  static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();

  private static final int SAMPLES = 10;
  private static final int THOUGHT_TOKENS = 12;
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private static KnowledgeQuery query;

  @BeforeAll
  static void open() {
    QuerySettings settings =
        QuerySettings.builder()
            .samples(SAMPLES)
            .maxTokens(8)
            .stop(List.of("\n"))
            .choices(ChoiceMeasure.SAMPLES)
            .reasoning(new Reasoning(new Thoughts("<think>", "</think>", false), THOUGHT_TOKENS))
            .build();
    query =
        new TritonKnowledgeQuery.Factory(
                settings(TRITON.endpoint()).build(), settings, TritonFixtures.evaluation())
            .open();
  }

  @AfterAll
  static void close() {
    query.close();
  }

  private static ModelCheckpoint reasoning(Contract contract) {
    String model =
        switch (contract) {
          case CRAFT -> "craft_echo";
          case VLLM -> "vllm_like";
          case LLMAPI -> "llmapi_like";
        };
    return checkpoint(new Serving(model, "", contract, "minilm_like", "", ""));
  }

  private static String saying(String... texts) {
    return "Say one of " + GSON.toJson(texts);
  }

  /** How many of the samples are the scripted text at {@code index}. */
  private static int count(Question question, int index, int texts) {
    return (int)
        IntStream.range(0, SAMPLES)
            .mapToLong(k -> Seeds.seed(question.id(), 1, "base", k))
            .filter(seed -> Long.remainderUnsigned(seed, texts) == index)
            .count();
  }

  @ParameterizedTest
  @EnumSource(Contract.class)
  void onlyAnswersAreJudgedAndEmbedded(Contract contract) throws Exception {
    // The stop text within a thought must not end it.
    var question =
        openEnded(
            saying(
                "<think>Is it\nParis? Paris.</think>\n\nRome\nParis",
                "It may be Paris.</think> Rome",
                "<think>London</think>Paris"));
    await(query.ready(reasoning(contract)));

    KnowledgeState state = measured(query.ask(question, 1, reasoning(contract)));

    int correct = count(question, 2, 3);
    assertThat(correct).isBetween(1, SAMPLES - 1);
    assertThat(state.correctSamples()).isEqualTo(correct);
    assertThat(state.frequentCorrectAnswer()).isEqualTo("Paris");
    // Ten samples in two clusters: "Rome" and "Paris" are two vectors, whatever the thoughts.
    double same = correct * (correct - 1) + (SAMPLES - correct) * (SAMPLES - correct - 1.0);
    double cosine = cosine("Rom", "Par");
    double pairs = SAMPLES * (SAMPLES - 1);
    assertThat(state.certainty()).isEqualTo((same + (pairs - same) * cosine) / pairs, within(1e-4));
    assertThat(state.promptVersion()).startsWith("oe-3shot-").endsWith("-thoughts-cut");
  }

  /** As the embedding model does it: a text's first three characters. */
  private static double cosine(String one, String other) {
    double product = 0;
    double square = 0;
    double otherSquare = 0;
    for (int i = 0; i < 3; i++) {
      product += one.charAt(i) * other.charAt(i);
      square += one.charAt(i) * one.charAt(i);
      otherSquare += other.charAt(i) * other.charAt(i);
    }
    return product / Math.sqrt(square * otherSquare);
  }

  @ParameterizedTest
  @EnumSource(Contract.class)
  void aThoughtThatMeetsTheLimitOnTokensIsNoAnswer(Contract contract) throws Exception {
    String thought = "It is Paris ".repeat(20);
    var question =
        openEnded(saying("<think>" + thought + "</think>Paris", thought + "</think>Paris"));

    long before = query.health().emptyAnswers();

    KnowledgeState state = measured(query.ask(question, 1, reasoning(contract)));

    assertThat(query.health().emptyAnswers()).isEqualTo(before + SAMPLES);
    assertThat(state.samples()).isEqualTo(SAMPLES);
    assertThat(state.correctness()).isZero();
    assertThat(state.frequentCorrectAnswer()).isEmpty();
    KnowledgeState judged = measured(query.ask(evaluated(question), 1, reasoning(contract)));
    assertThat(judged.verdict()).isEqualTo(Verdict.WRONG);
  }

  @ParameterizedTest
  @EnumSource(Contract.class)
  void thoughtsHaveRoomBesideTheAnswer(Contract contract) throws Exception {
    String thought = "well ".repeat(THOUGHT_TOKENS - 1);
    var question =
        openEnded(saying("<think>" + thought + "</think> now it is surely the city Paris"));

    KnowledgeState state = measured(query.ask(question, 1, reasoning(contract)));

    assertThat(state.correctness()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Contract.class)
  void anEvaluatedAnswerIsJudgedWithoutItsThoughts(Contract contract) throws Exception {
    for (Verdict verdict : Verdict.values()) {
      String text =
          switch (verdict) {
            case CORRECT -> "<think>I don't know.</think>Paris";
            case WRONG -> "Paris!</think>Rome";
            case REFUSED -> "<think>Paris, no?</think>I don't know.";
          };
      KnowledgeState state =
          measured(query.ask(evaluated(openEnded(saying(text))), 1, reasoning(contract)));
      assertThat(state.verdict()).as(text).isEqualTo(verdict);
      assertThat(state.promptVersion()).startsWith("oe-train-").endsWith("-thoughts-cut");
    }
  }

  @ParameterizedTest
  @EnumSource(Contract.class)
  void optionsAreChosenBySamples(Contract contract) throws Exception {
    var question =
        multipleChoice(
            saying(
                "<think>B? No.</think>A",
                "<think>A</think> B. Rome",
                "<think>The answer is A",
                "<think>A</think>I don't know."),
            "A",
            "Paris",
            "Rome");

    KnowledgeState state = measured(query.ask(question, 1, reasoning(contract)));

    int target = count(question, 0, 4);
    int other = count(question, 1, 4);
    int none = SAMPLES - target - other;
    assertThat(state.correctSamples()).isEqualTo(target);
    assertThat(state.refusedSamples()).isEqualTo(count(question, 3, 4));
    assertThat(state.correctness()).isEqualTo((double) target / SAMPLES);
    assertThat(state.targetProbability()).isEqualTo(state.correctness());
    assertThat(state.certaintyKind()).isEqualTo(CertaintyKind.CHOSEN_OPTION_ENTROPY);
    assertThat(state.certainty())
        .isEqualTo(entropy(target) + entropy(other) + entropy(none), within(1e-9));
    assertThat(state.seed()).isEqualTo(Seeds.seed(question.id(), 1, "base", 0));
    assertThat(state.promptVersion()).startsWith("mc-5shot-").endsWith("-sampled-thoughts-cut");
  }

  private static double entropy(int count) {
    double share = (double) count / SAMPLES;
    return count == 0 ? 0 : share * Math.log(share);
  }

  @Test
  void aCraftModelThatWouldEmbedItsThoughtsIsRefused() throws Exception {
    assertThat(failure(query.ready(TritonFixtures.craft("craft_echo"))))
        .isInstanceOf(UnusableAnswerException.class)
        .hasMessageContaining("announce it again with an embedding model");
  }
}
