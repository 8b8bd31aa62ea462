package dev.craftstream.triton;

import static dev.craftstream.triton.TritonFixtures.await;
import static dev.craftstream.triton.TritonFixtures.checkpoint;
import static dev.craftstream.triton.TritonFixtures.failure;
import static dev.craftstream.triton.TritonFixtures.measured;
import static dev.craftstream.triton.TritonFixtures.openEnded;
import static dev.craftstream.triton.TritonFixtures.settings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.method.Seeds;
import dev.craftstream.method.judging.JudgingRules;
import dev.craftstream.model.Question;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.prompt.JudgePrompt;
import dev.craftstream.testing.TritonServerExtension;
import dev.craftstream.triton.doctor.Diagnosis;
import dev.craftstream.triton.doctor.Doctor;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A judge on a real Triton, by all contracts. What it says is scripted: it repeats the answer, so
 * that answers that are "CORRECT" are right.
 */
@Tag("integration")
class ServedJudgeTest {
  private static final String REPEATING =
      "CORRECT or INCORRECT, of {question} and {gold}? Say one of [\"{answer}\"]";

  private static final ModelCheckpoint MODEL =
      checkpoint(new Serving("craft_echo", "", Contract.CRAFT, "minilm_like", "", ""));

  @RegisterExtension
  static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();

  private static QuerySettings judgedBy(Contract contract, String prompt) {
    String model =
        switch (contract) {
          case CRAFT -> "craft_echo";
          case VLLM -> "vllm_like";
          case LLMAPI -> "llmapi_like";
        };
    return QuerySettings.builder()
        .samples(10)
        .maxTokens(8)
        .judging(new JudgingRules(CorrectnessRule.JUDGE, List.of()))
        .judge(
            new JudgeSettings(
                settings(TRITON.endpoint()).build(),
                new Serving(model, "", contract, "", "", ""),
                new JudgePrompt(prompt),
                8,
                List.of(),
                Reasoning.NONE,
                4))
        .build();
  }

  private static KnowledgeQuery open(Contract contract, String prompt) {
    return new TritonKnowledgeQuery.Factory(
            settings(TRITON.endpoint()).build(),
            judgedBy(contract, prompt),
            TritonFixtures.evaluation())
        .open();
  }

  @ParameterizedTest
  @EnumSource(Contract.class)
  void itsVerdictsAreTheCorrectness(Contract contract) throws Exception {
    try (KnowledgeQuery query = open(contract, REPEATING)) {
      Question question =
          openEnded("Say one of [\"CORRECT\", \"INCORRECT\", \"I don't know\", \"\"]");
      KnowledgeState state = measured(query.ask(question, 1, MODEL));
      int[] counts = new int[4];
      IntStream.range(0, 10)
          .mapToLong(k -> Seeds.seed(question.id(), 1, "base", k))
          .forEach(seed -> counts[(int) Long.remainderUnsigned(seed, 4)]++);
      assertThat(state.correctSamples()).isEqualTo(counts[0]);
      assertThat(state.refusedSamples()).isEqualTo(counts[2]);
      assertThat(counts[0] > 0 && counts[1] > 0).as("both are sampled").isTrue();
      assertThat(query.judge().cost().requests()).as("one a distinct answer").isEqualTo(2);
      assertThat(query.judge().cost().requestsWithTokens())
          .isEqualTo(contract == Contract.CRAFT ? 2 : query.judge().cost().requestsWithTokens());
    }
  }

  @ParameterizedTest
  @EnumSource(Contract.class)
  void aReplyThatIsNoVerdictIsNone(Contract contract) throws Exception {
    try (KnowledgeQuery query = open(contract, REPEATING)) {
      assertThat(failure(query.ask(openEnded("Say one of [\"CORRECT\", \"Maybe so\"]"), 1, MODEL)))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContaining("it said \"Maybe so\"");
    }
  }

  @ParameterizedTest
  @EnumSource(Contract.class)
  void itNeedsNoEmbeddingsToBeReady(Contract contract) throws Exception {
    String willing =
        "CORRECT or INCORRECT, {question}, {gold}, {answer}? Say one of [\"correct.\"]";
    try (KnowledgeQuery query = open(contract, willing)) {
      await(query.ready(MODEL));
    }
  }

  @Test
  void theDoctorTriesIt() throws Exception {
    assertThat(judge(examine(REPEATING)))
        .contains("fault", "it said \"Paris\"")
        .doesNotContain("remark");
    assertThat(
            judge(
                examine(
                    "CORRECT or INCORRECT, {question}, {gold}, {answer}? Say one of [\"correct\"]")))
        .contains("remark", "calls Paris CORRECT and Rome CORRECT");
  }

  private static Diagnosis examine(String prompt) throws InterruptedException {
    return Doctor.examine(
        new Doctor.Settings(
            settings(TRITON.endpoint()).build(),
            judgedBy(Contract.CRAFT, prompt),
            TritonFixtures.evaluation(),
            1_000,
            List.of(),
            Duration.ZERO),
        new ModelCheckpoint("doctor", 1, Role.INITIAL, "", MODEL.serving()),
        step -> {});
  }

  private static String judge(Diagnosis diagnosis) {
    return diagnosis.findings().stream()
        .filter(finding -> finding.check().equals("judge"))
        .map(finding -> finding.verdict().toString().toLowerCase(java.util.Locale.ROOT) + finding)
        .reduce("", String::concat);
  }
}
