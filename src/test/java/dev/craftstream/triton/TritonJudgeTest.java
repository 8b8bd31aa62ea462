package dev.craftstream.triton;

import static dev.craftstream.triton.TritonFixtures.await;
import static dev.craftstream.triton.TritonFixtures.checkpoint;
import static dev.craftstream.triton.TritonFixtures.failure;
import static dev.craftstream.triton.TritonFixtures.measured;
import static dev.craftstream.triton.TritonFixtures.settings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.Measurement;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.knowledge.Spending;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.method.Thoughts;
import dev.craftstream.method.judging.JudgingRules;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.evidence.EmbeddingPrecision;
import dev.craftstream.model.evidence.Evidence;
import dev.craftstream.model.evidence.JudgeReply;
import dev.craftstream.model.evidence.SampledText;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.JudgeModel;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.knowledge.Verdict;
import dev.craftstream.prompt.JudgePrompt;
import dev.craftstream.triton.client.TritonSettings;
import dev.craftstream.triton.recorded.ScriptedTriton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A judge model beside the model that answers, both scripted and on servers of their own. */
class TritonJudgeTest {
  private static final Serving MODEL = new Serving("model", "2", Contract.CRAFT, "", "", "");
  private static final int QUESTIONS = 40;

  private ScriptedTriton model;
  private ScriptedTriton judge;

  private static Serving judging(Contract contract) {
    return new Serving("judge", "7", contract, "", "", "");
  }

  @BeforeEach
  void start() throws Exception {
    model = ScriptedTriton.serving(MODEL);
    judge = ScriptedTriton.serving(judging(Contract.VLLM)).judging(TritonJudgeTest::strict);
  }

  @AfterEach
  void stop() {
    model.close();
    judge.close();
  }

  /** Takes nothing but the whole sentence for right. */
  private static String strict(String prompt) {
    return prompt.contains("Given answer: It is gold.\n") || prompt.contains("answer: Paris\n\n")
        ? "CORRECT"
        : "INCORRECT";
  }

  private JudgeSettings judgeSettings(ScriptedTriton at, Contract contract, int inFlight) {
    return new JudgeSettings(
        quick(at).build(),
        judging(contract),
        new JudgePrompt(JudgePrompt.TEXT),
        8,
        List.of(),
        Reasoning.NONE,
        inFlight);
  }

  private static TritonSettings.Builder quick(ScriptedTriton at) {
    return settings(at.endpoint()).deadline(Duration.ofSeconds(20));
  }

  private KnowledgeQuery open(JudgeSettings judgedBy) {
    return new TritonKnowledgeQuery.Factory(
            settings(model.endpoint()).build(),
            QuerySettings.builder()
                .samples(10)
                .judging(new JudgingRules(CorrectnessRule.JUDGE, List.of()))
                .judge(judgedBy)
                .build(),
            EvaluationSettings.standard(),
            EmbeddingPrecision.FP16)
        .open();
  }

  private static Question question(int number, Purpose purpose) {
    return new Question(
        "q" + number,
        Task.OPEN_ENDED,
        purpose,
        "Of what is thing " + number + "?",
        "gold",
        List.of("Au"),
        List.of(),
        "",
        List.of());
  }

  private static List<Measurement> ask(KnowledgeQuery query, Purpose purpose) throws Exception {
    List<CompletableFuture<Measurement>> asked =
        IntStream.range(0, QUESTIONS)
            .mapToObj(i -> query.ask(question(i, purpose), 1, checkpoint(MODEL)))
            .toList();
    List<Measurement> measured = new ArrayList<>();
    for (CompletableFuture<Measurement> answer : asked) {
      measured.add(await(answer));
    }
    return measured;
  }

  private static long times(Evidence evidence, String text) {
    return IntStream.of(evidence.textOfSample())
        .filter(i -> evidence.texts().get(i).text().equals(text))
        .count();
  }

  @ParameterizedTest
  @EnumSource(Contract.class)
  void samplesAreRightWhereTheJudgeSaysSoAndEachTextIsAskedAboutOnce(Contract contract)
      throws Exception {
    try (ScriptedTriton other = ScriptedTriton.serving(judging(contract));
        KnowledgeQuery query =
            open(judgeSettings(other.judging(TritonJudgeTest::strict), contract, 64))) {
      await(query.ready(checkpoint(MODEL)));
      List<Measurement> all = ask(query, Purpose.TRAIN);

      int texts = 0;
      for (Measurement one : all) {
        KnowledgeState state = one.state();
        Evidence evidence = one.evidence();
        assertThat(state.correctnessRule()).isEqualTo(CorrectnessRule.JUDGE);
        assertThat(state.judge()).isEqualTo(evidence.judge());
        assertThat(state.judge().shown()).startsWith("judge version 7 with the prompt judge-");
        assertThat(state.correctSamples()).isEqualTo((int) times(evidence, "It is gold."));
        assertThat(state.refusedSamples()).isEqualTo((int) times(evidence, "I don't know"));
        for (SampledText text : evidence.texts()) {
          if (text.text().equals("I don't know")) {
            assertThat(text.reply()).as("a refusal is never asked about").isNull();
          } else {
            texts++;
            assertThat(text.reply().isCorrect()).isEqualTo(text.text().equals("It is gold."));
            assertThat(other.judged().stream().mapToLong(JudgeReply::hash))
                .contains(text.reply().promptHash());
          }
        }
      }
      assertThat(other.judged()).hasSize(texts).doesNotHaveDuplicates();
      assertThat(other.judged()).noneMatch(prompt -> prompt.contains("I don't know"));
      assertThat(other.judged())
          .allMatch(prompt -> prompt.contains("Right answer: gold\n"))
          .allMatch(prompt -> prompt.contains("Other forms of the right answer: Au\n"));
      assertThat(query.judge().cost().requests()).isEqualTo(texts);
      assertThat(query.judge().unreadable()).isZero();
    }
  }

  @Test
  void theCostOfAQuestionIsItsModelsAlone() throws Exception {
    Spending spending = new Spending();
    try (KnowledgeQuery query = open(judgeSettings(judge, Contract.VLLM, 64))) {
      await(query.ask(question(1, Purpose.TRAIN), 1, checkpoint(MODEL), spending));
      assertThat(spending.soFar().requests()).isEqualTo(1);
      assertThat(query.judge().cost().requests()).isEqualTo(judge.judged().size()).isPositive();
      assertThat(query.judge().verdicts()).isEqualTo(judge.judged().size());
    }
  }

  @Test
  void evaluatedAnswersAreJudgedByTheSameRule() throws Exception {
    try (KnowledgeQuery query = open(judgeSettings(judge, Contract.VLLM, 64))) {
      List<Measurement> all = ask(query, Purpose.EVALUATE);
      for (Measurement one : all) {
        String text = one.evidence().texts().get(0).text();
        assertThat(one.state().verdict())
            .isEqualTo(
                switch (text) {
                  case "It is gold." -> Verdict.CORRECT;
                  case "I don't know" -> Verdict.REFUSED;
                  default -> Verdict.WRONG;
                });
        assertThat(one.state().correctnessRule()).isEqualTo(CorrectnessRule.JUDGE);
        assertThat(one.state().judge()).isNotNull();
      }
      assertThat(all.stream().map(m -> m.state().verdict()).distinct()).hasSize(3);
      long refused = all.stream().filter(m -> m.state().verdict() == Verdict.REFUSED).count();
      assertThat(judge.judged()).hasSize(QUESTIONS - (int) refused);
    }
  }

  @Test
  void aReplyThatIsNoVerdictMakesTheAnswerUnusableWithASentence() throws Exception {
    judge.judging(prompt -> prompt.contains("answer: Silver\n") ? "I think so" : strict(prompt));
    try (KnowledgeQuery query = open(judgeSettings(judge, Contract.VLLM, 64))) {
      int unusable = 0;
      for (int i = 0; i < QUESTIONS; i++) {
        CompletableFuture<Measurement> answer =
            query.ask(question(i, Purpose.TRAIN), 1, checkpoint(MODEL));
        try {
          assertThat(times(await(answer).evidence(), "Silver")).isZero();
        } catch (java.util.concurrent.ExecutionException e) {
          unusable++;
          assertThat(e.getCause())
              .isInstanceOf(UnusableAnswerException.class)
              .hasMessageContaining("Model judge version 7 at " + judge.endpoint())
              .hasMessageContaining("whether the answer \"Silver\" is right")
              .hasMessageContaining("it said \"I think so\"")
              .hasMessageContaining("judge.max-tokens");
        }
      }
      assertThat(unusable).isBetween(1, QUESTIONS - 1);
      assertThat(query.judge().unreadable()).isEqualTo(unusable);
    }
  }

  @Test
  void whileTheJudgeIsDownTheModelIsNotAskedAgain() throws Exception {
    judge.judgeIsDown(true);
    JudgeSettings hasty =
        new JudgeSettings(
            settings(judge.endpoint()).deadline(Duration.ofSeconds(2)).build(),
            judging(Contract.CRAFT),
            new JudgePrompt(JudgePrompt.TEXT),
            8,
            List.of(),
            Reasoning.NONE,
            64);
    try (KnowledgeQuery query = open(hasty)) {
      for (int attempt = 0; attempt < 2; attempt++) {
        Throwable failure = failure(query.ask(question(2, Purpose.TRAIN), 1, checkpoint(MODEL)));
        assertThat(failure)
            .isInstanceOfSatisfying(
                ServerUnavailableException.class,
                unavailable -> assertThat(unavailable.isWhileNobodyIsAnswered()).isTrue())
            .hasMessageContaining("judge version 7");
      }
      assertThat(model.requests()).isEqualTo(1);
      assertThat(List.of(FailureKind.values()).stream().mapToLong(query.health()::failures).sum())
          .isPositive();
      assertThat(List.of(FailureKind.values()).stream().mapToInt(query.health()::models).sum())
          .isPositive();

      judge.judgeIsDown(false);
      KnowledgeState state = measured(query.ask(question(2, Purpose.TRAIN), 1, checkpoint(MODEL)));
      assertThat(state.samples()).isEqualTo(10);
      assertThat(model.requests()).isEqualTo(1);
      // Another content of the question is another question.
      await(query.ask(question(2, Purpose.TRAIN), 2, checkpoint(MODEL)));
      assertThat(model.requests()).isEqualTo(2);
    }
  }

  @Test
  void whatWasJudgedBeforeTheJudgeWentDownIsNotAskedAgain() throws Exception {
    Map<String, Boolean> first = new ConcurrentHashMap<>();
    judge.judging(
        prompt -> {
          // The first text of each question is judged, then the judge is away.
          judge.judgeIsDown(true);
          first.put(prompt, true);
          return strict(prompt);
        });
    JudgeSettings oneByOne =
        new JudgeSettings(
            settings(judge.endpoint()).deadline(Duration.ofSeconds(2)).build(),
            judging(Contract.CRAFT),
            new JudgePrompt(JudgePrompt.TEXT),
            8,
            List.of(),
            Reasoning.NONE,
            1);
    try (KnowledgeQuery query = open(oneByOne)) {
      Question several = severalTexts(query);
      assertThat(failure(query.ask(several, 1, checkpoint(MODEL))))
          .isInstanceOf(ServerUnavailableException.class);
      assertThat(first).hasSize(1);
      judge.judging(TritonJudgeTest::strict).judgeIsDown(false);
      await(query.ask(several, 1, checkpoint(MODEL)));
      assertThat(judge.judged()).doesNotHaveDuplicates().hasSizeGreaterThan(1);
    }
  }

  /** One of which the model gives several texts, as a query without a judge sees it. */
  private Question severalTexts(KnowledgeQuery any) throws Exception {
    try (KnowledgeQuery query =
        new TritonKnowledgeQuery.Factory(
                settings(model.endpoint()).build(),
                QuerySettings.builder().build(),
                EvaluationSettings.standard(),
                EmbeddingPrecision.FP16)
            .open()) {
      for (int i = 0; i < QUESTIONS; i++) {
        Question question = question(i, Purpose.TRAIN);
        if (await(query.ask(question, 1, checkpoint(MODEL))).evidence().texts().size() > 3) {
          return question;
        }
      }
    }
    throw new AssertionError("The script gives one text a question.");
  }

  @Test
  void noMoreThanSoManyAnswersAreJudgedAtOnceAndTheOthersWait() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    judge.judging(
        prompt -> {
          try {
            assertThat(open.await(30, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          return strict(prompt);
        });
    try (KnowledgeQuery query = open(judgeSettings(judge, Contract.CRAFT, 3))) {
      List<CompletableFuture<Measurement>> all =
          IntStream.range(0, QUESTIONS)
              .mapToObj(i -> query.ask(question(i, Purpose.TRAIN), 1, checkpoint(MODEL)))
              .toList();
      org.awaitility.Awaitility.await()
          .until(() -> query.judge().waiting() > 20 && judge.mostJudging() == 3);
      open.countDown();
      for (CompletableFuture<Measurement> one : all) {
        await(one);
      }
      assertThat(judge.mostJudging()).isEqualTo(3);
      assertThat(query.judge().waiting()).isZero();
    }
  }

  @Test
  void aQuestionThatIsTakenBackIsJudgedNoMore() throws Exception {
    judge.judgeIsDown(true);
    try (KnowledgeQuery query = open(judgeSettings(judge, Contract.CRAFT, 1))) {
      CompletableFuture<Measurement> first =
          query.ask(question(1, Purpose.TRAIN), 1, checkpoint(MODEL));
      CompletableFuture<Measurement> second =
          query.ask(question(2, Purpose.TRAIN), 1, checkpoint(MODEL));
      org.awaitility.Awaitility.await().until(() -> query.judge().waiting() > 0);
      first.cancel(false);
      second.cancel(false);
      org.awaitility.Awaitility.await().until(() -> query.judge().waiting() == 0);
      judge.judgeIsDown(false);
      await(query.ask(question(3, Purpose.TRAIN), 1, checkpoint(MODEL)));
      assertThat(judge.judged()).allMatch(prompt -> prompt.contains("thing 3?"));
    }
  }

  @Test
  void aCheckpointIsReadyWhenItsJudgeGivesVerdicts() throws Exception {
    judge.judging(prompt -> "Well.");
    try (KnowledgeQuery query = open(judgeSettings(judge, Contract.VLLM, 64))) {
      assertThat(failure(query.ready(checkpoint(MODEL))))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContaining("it said \"Well.\"");
    }
    JudgeSettings missing =
        new JudgeSettings(
            quick(judge).modelReadyTimeout(Duration.ofMillis(100)).build(),
            new Serving("nobody", "", Contract.VLLM, "", "", ""),
            new JudgePrompt(JudgePrompt.TEXT),
            8,
            List.of(),
            Reasoning.NONE,
            1);
    try (KnowledgeQuery query = open(missing)) {
      assertThat(failure(query.ready(checkpoint(MODEL))))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContaining("Model nobody");
    }
  }

  @Test
  void theThoughtsOfAJudgeAreCut() throws Exception {
    judge.judging(
        prompt -> "<think>INCORRECT? No, " + strict(prompt) + "</think>\n" + strict(prompt));
    JudgeSettings thinking =
        new JudgeSettings(
            quick(judge).build(),
            judging(Contract.VLLM),
            new JudgePrompt(JudgePrompt.TEXT),
            8,
            List.of(),
            new Reasoning(new Thoughts("<think>", "</think>", false), 100),
            64);
    try (KnowledgeQuery query = open(thinking)) {
      for (Measurement one : ask(query, Purpose.TRAIN)) {
        assertThat(one.state().correctSamples())
            .isEqualTo((int) times(one.evidence(), "It is gold."));
        assertThat(one.state().judge())
            .extracting(JudgeModel::promptVersion)
            .asString()
            .endsWith("-thoughts-cut");
      }
    }
  }
}
