package dev.craftstream.triton.recorded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.Measurement;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.method.Thoughts;
import dev.craftstream.method.judging.JudgingRules;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.evidence.EmbeddingPrecision;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.prompt.JudgePrompt;
import dev.craftstream.triton.EvaluationSettings;
import dev.craftstream.triton.JudgeSettings;
import dev.craftstream.triton.QuerySettings;
import dev.craftstream.triton.Reasoning;
import dev.craftstream.triton.TritonKnowledgeQuery;
import dev.craftstream.triton.client.TritonSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReplayServerTest {
  /**
   * Twice what half precision may turn a vector by: 2^-11 of its length, and what is lost below.
   */
  private static final double HALF_PRECISION = 2 * 0x1p-11 + 1e-4;

  @TempDir private Path folder;

  private static Serving serving(Contract contract) {
    return contract == Contract.CRAFT
        ? new Serving("model", "2", contract, "", "", "")
        : new Serving("model", "2", contract, "mini", "", "");
  }

  private static ModelCheckpoint checkpoint(Contract contract) {
    return new ModelCheckpoint("base", 1, Role.INITIAL, "", serving(contract));
  }

  private static QuerySettings.Builder settings() {
    return QuerySettings.builder().samples(10);
  }

  private static KnowledgeQuery open(
      String endpoint, QuerySettings settings, EmbeddingPrecision recorded) {
    return new TritonKnowledgeQuery.Factory(
            TritonSettings.to(endpoint)
                .deadline(Duration.ofSeconds(30))
                .modelReadyTimeout(Duration.ofMillis(100))
                .build(),
            settings,
            EvaluationSettings.standard(),
            recorded)
        .open();
  }

  /** Open-ended ones, one to weigh and one to evaluate with. */
  private static List<Question> questions(Contract contract) {
    List<Question> questions = new ArrayList<>();
    IntStream.range(0, 30)
        .forEach(i -> questions.add(question("q" + i, Task.OPEN_ENDED, Purpose.TRAIN)));
    questions.add(question("held-out", Task.OPEN_ENDED, Purpose.EVALUATE));
    if (contract != Contract.LLMAPI) {
      questions.add(question("choice", Task.MULTIPLE_CHOICE, Purpose.TRAIN));
    }
    return questions;
  }

  private static Question question(String id, Task task, Purpose purpose) {
    boolean open = task == Task.OPEN_ENDED;
    return new Question(
        id,
        task,
        purpose,
        "Of what is " + id + "?",
        open ? "gold" : "A",
        List.of(),
        open ? List.of() : List.of("gold", "tin"),
        "",
        List.of());
  }

  private static List<Measurement> ask(
      String endpoint, QuerySettings settings, EmbeddingPrecision recorded, Contract contract)
      throws Exception {
    try (KnowledgeQuery query = open(endpoint, settings, recorded)) {
      query.ready(checkpoint(contract)).get(30, TimeUnit.SECONDS);
      List<CompletableFuture<Measurement>> answers =
          questions(contract).stream()
              .map(question -> query.ask(question, 1, checkpoint(contract)))
              .toList();
      List<Measurement> measured = new ArrayList<>();
      for (CompletableFuture<Measurement> answer : answers) {
        measured.add(answer.get(30, TimeUnit.SECONDS));
      }
      return measured;
    }
  }

  private RecordedAnswers recorded(List<Measurement> measured) {
    RecordedAnswers recorded = RecordedAnswers.in(folder.resolve("index"));
    measured.forEach(measurement -> recorded.add(measurement.evidence()));
    return recorded;
  }

  private static List<KnowledgeState> states(List<Measurement> measured) {
    return measured.stream().map(Measurement::state).toList();
  }

  private static String at(ReplayServer server) {
    return "127.0.0.1:" + server.port();
  }

  @ParameterizedTest
  @EnumSource
  void givenSinglePrecision_whenAskedAgain_thenEverythingIsTheSame(Contract contract)
      throws Exception {
    try (ScriptedTriton triton = ScriptedTriton.serving(serving(contract))) {
      List<Measurement> first =
          ask(triton.endpoint(), settings().build(), EmbeddingPrecision.FP32, contract);
      long asked = triton.requests();
      try (RecordedAnswers recorded = recorded(first);
          ReplayServer server = ReplayServer.start(recorded, "127.0.0.1", 0)) {
        assertThat(states(ask(at(server), settings().build(), null, contract)))
            .isEqualTo(states(first));
        assertThat(server.unanswered()).isZero();
      }
      assertThat(triton.requests()).isEqualTo(asked);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CRAFT", "VLLM"})
  void givenHalfPrecision_whenAskedAgain_thenOnlyCertaintyDiffersAndWithinItsError(
      Contract contract) throws Exception {
    try (ScriptedTriton triton = ScriptedTriton.serving(serving(contract))) {
      List<Measurement> first =
          ask(triton.endpoint(), settings().build(), EmbeddingPrecision.FP16, contract);
      try (RecordedAnswers recorded = recorded(first);
          ReplayServer server = ReplayServer.start(recorded, "127.0.0.1", 0)) {
        List<Measurement> again = ask(at(server), settings().build(), null, contract);
        for (int i = 0; i < first.size(); i++) {
          KnowledgeState before = first.get(i).state();
          KnowledgeState after = again.get(i).state();
          assertThat(after.certainty()).isEqualTo(before.certainty(), within(HALF_PRECISION));
          assertThat(after)
              .usingRecursiveComparison()
              .ignoringFields("certainty")
              .isEqualTo(before);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void givenAnotherRuleOfCorrectness_whenAskedAgain_thenItIsAsIfTheModelWereAsked(Contract contract)
      throws Exception {
    QuerySettings words =
        settings().judging(new JudgingRules(CorrectnessRule.WORDS, List.of())).build();
    try (ScriptedTriton triton = ScriptedTriton.serving(serving(contract))) {
      List<Measurement> first =
          ask(triton.endpoint(), settings().build(), EmbeddingPrecision.FP32, contract);
      List<Measurement> fresh = ask(triton.endpoint(), words, null, contract);
      assertThat(states(fresh)).isNotEqualTo(states(first));
      try (RecordedAnswers recorded = recorded(first);
          ReplayServer server = ReplayServer.start(recorded, "127.0.0.1", 0)) {
        assertThat(states(ask(at(server), words, null, contract))).isEqualTo(states(fresh));
        // The seeds of fewer samples are the first ones.
        QuerySettings fewer = settings().samples(4).build();
        assertThat(states(ask(at(server), fewer, null, contract)))
            .isEqualTo(states(ask(triton.endpoint(), fewer, null, contract)));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void givenWhatWasNotRecorded_whenAsked_thenItIsRefusedOnceAndASentenceSaysWhy(Contract contract)
      throws Exception {
    Question known = question("q1", Task.OPEN_ENDED, Purpose.TRAIN);
    try (ScriptedTriton triton = ScriptedTriton.serving(serving(contract))) {
      List<Measurement> first =
          ask(triton.endpoint(), settings().build(), EmbeddingPrecision.FP32, contract);
      try (RecordedAnswers recorded = recorded(first);
          ReplayServer server = ReplayServer.start(recorded, "127.0.0.1", 0)) {
        try (KnowledgeQuery query = open(at(server), settings().build(), null)) {
          assertThat(failure(query.ask(known, 2, checkpoint(contract))))
              .isInstanceOf(UnusableAnswerException.class)
              .hasMessageContaining("No recorded sample matches")
              .hasMessageContaining("with other seeds");
          Question unknown = question("never asked", Task.OPEN_ENDED, Purpose.TRAIN);
          assertThat(failure(query.ask(unknown, 1, checkpoint(contract))))
              .isInstanceOf(UnusableAnswerException.class)
              .hasMessageContaining("this prompt was not recorded for model version 2");
        }
        QuerySettings hotter = settings().temperature(2).build();
        try (KnowledgeQuery query = open(at(server), hotter, null)) {
          assertThat(failure(query.ask(known, 1, checkpoint(contract))))
              .isInstanceOf(UnusableAnswerException.class)
              .hasMessageContaining("another temperature");
        }
        QuerySettings more = settings().samples(11).build();
        try (KnowledgeQuery query = open(at(server), more, null)) {
          assertThat(failure(query.ask(known, 1, checkpoint(contract))))
              .isInstanceOf(UnusableAnswerException.class)
              .hasMessageContaining("query.samples");
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void givenAJudgeModel_whenAskedAgain_thenItsRecordedRepliesCountAndItIsNotAsked(Contract contract)
      throws Exception {
    Serving judging = new Serving("judge", "7", contract, "", "", "");
    try (ScriptedTriton triton = ScriptedTriton.serving(serving(contract), judging)) {
      triton.judging(
          prompt ->
              "<think>INCORRECT?</think> "
                  + (prompt.contains("answer: It is gold.\n") ? "CORRECT" : "INCORRECT"));
      List<Measurement> first =
          ask(
              triton.endpoint(),
              judged(triton.endpoint(), judging, ""),
              EmbeddingPrecision.FP32,
              contract);
      assertThat(states(first)).anyMatch(state -> state.correctSamples() > 0);
      int judged = triton.judged().size();
      assertThat(judged).isGreaterThan(30);
      try (RecordedAnswers recorded = recorded(first);
          ReplayServer server = ReplayServer.start(recorded, "127.0.0.1", 0)) {
        assertThat(states(ask(at(server), judged(at(server), judging, ""), null, contract)))
            .isEqualTo(states(first));
        assertThat(server.unanswered()).isZero();
        assertThat(triton.judged()).hasSize(judged);

        try (KnowledgeQuery query = open(at(server), judged(at(server), judging, "!"), null)) {
          assertThat(
                  failure(
                      query.ask(
                          question("q1", Task.OPEN_ENDED, Purpose.TRAIN), 1, checkpoint(contract))))
              .isInstanceOf(UnusableAnswerException.class)
              .hasMessageContaining("judge version 7 judged, and was not asked this")
              .hasMessageContaining("judge.endpoints");
        }
        // Another judge, of recorded answers.
        ask(at(server), judged(triton.endpoint(), judging, "!"), null, contract);
        assertThat(triton.judged()).hasSize(2 * judged);
        // Without a judge, it is as ever.
        assertThat(states(ask(at(server), settings().build(), null, contract)))
            .isEqualTo(states(ask(triton.endpoint(), settings().build(), null, contract)));
      }
    }
  }

  /** By a judge model that thinks. */
  private static QuerySettings judged(String endpoint, Serving judge, String more) {
    return settings()
        .judging(new JudgingRules(CorrectnessRule.JUDGE, List.of()))
        .judge(
            new JudgeSettings(
                TritonSettings.to(endpoint).deadline(Duration.ofSeconds(30)).build(),
                judge,
                new JudgePrompt(JudgePrompt.TEXT + more),
                8,
                List.of(),
                new Reasoning(new Thoughts("<think>", "</think>", false), 100),
                64))
        .build();
  }

  @Test
  void givenAModelThatWasNotRecorded_whenItIsToBeReady_thenItIsNot() throws Exception {
    try (ScriptedTriton triton = ScriptedTriton.serving(serving(Contract.CRAFT))) {
      List<Measurement> first =
          ask(triton.endpoint(), settings().build(), EmbeddingPrecision.FP32, Contract.CRAFT);
      try (RecordedAnswers recorded = recorded(first);
          ReplayServer server = ReplayServer.start(recorded, "127.0.0.1", 0);
          KnowledgeQuery query = open(at(server), settings().build(), null)) {
        Serving other = new Serving("model", "3", Contract.CRAFT, "", "", "");
        assertThat(failure(query.ready(new ModelCheckpoint("x", 1, Role.INITIAL, "", other))))
            .isInstanceOf(UnusableAnswerException.class)
            .hasMessageContaining("is not ready");
      }
    }
  }

  @Test
  void givenThoughtsThatAreCut_whenAskedAgain_thenTheyAreCutAgain() throws Exception {
    // What the scripted model says has a comma in one case; it stands for the mark of a thought.
    QuerySettings reasoning =
        settings().reasoning(new Reasoning(new Thoughts("gold", ",", true), 100)).build();
    try (ScriptedTriton triton = ScriptedTriton.serving(serving(Contract.VLLM))) {
      List<Measurement> first =
          ask(triton.endpoint(), reasoning, EmbeddingPrecision.FP32, Contract.VLLM);
      assertThat(first)
          .anyMatch(m -> m.evidence().texts().stream().anyMatch(text -> text.answer() != null));
      try (RecordedAnswers recorded = recorded(first);
          ReplayServer server = ReplayServer.start(recorded, "127.0.0.1", 0)) {
        assertThat(states(ask(at(server), reasoning, null, Contract.VLLM)))
            .isEqualTo(states(first));
      }
    }
  }

  private static Throwable failure(CompletableFuture<?> answer) throws Exception {
    try {
      throw new AssertionError(
          "It should have failed, but gave " + answer.get(30, TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }
}
