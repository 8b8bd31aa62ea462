package dev.craftstream.triton;

import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.Measurement;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.prompt.TrainingPrompt;
import dev.craftstream.triton.client.TritonSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What the tests of this package ask, and whom. */
final class TritonFixtures {
  private static final int PATIENCE_SECONDS = 90;

  private TritonFixtures() {}

  static Question openEnded(String text) {
    return new Question(
        "q-" + text.length(),
        Task.OPEN_ENDED,
        Purpose.TRAIN,
        text,
        "Paris",
        List.of(),
        List.of(),
        "",
        List.of());
  }

  static Question multipleChoice(String text, String target, String... options) {
    return new Question(
        "mc-" + text.length(),
        Task.MULTIPLE_CHOICE,
        Purpose.TRAIN,
        text,
        target,
        List.of(),
        List.of(options),
        "",
        List.of());
  }

  /** The same question, to evaluate a checkpoint with. */
  static Question evaluated(Question q) {
    return new Question(
        q.id(),
        q.task(),
        Purpose.EVALUATE,
        q.text(),
        q.answer(),
        q.aliases(),
        q.options(),
        q.subject(),
        q.tags());
  }

  /** The same question with another gold answer. */
  static Question withAnswer(Question q, String answer) {
    return new Question(
        q.id(),
        q.task(),
        q.purpose(),
        q.text(),
        answer,
        q.aliases(),
        q.options(),
        q.subject(),
        q.tags());
  }

  static ModelCheckpoint craft(String model) {
    return craft(model, "");
  }

  static ModelCheckpoint craft(String model, String version) {
    return craft(model, version, "");
  }

  static ModelCheckpoint craft(String model, String version, String adapter) {
    return checkpoint(new Serving(model, version, Contract.CRAFT, "", "", adapter));
  }

  static ModelCheckpoint vllm(String model, String embedder) {
    return vllm(model, embedder, "");
  }

  static ModelCheckpoint vllm(String model, String embedder, String adapter) {
    return checkpoint(new Serving(model, "", Contract.VLLM, embedder, "", adapter));
  }

  static ModelCheckpoint llmapi(String model, String adapter) {
    return llmapi(model, "minilm_like", adapter);
  }

  static ModelCheckpoint llmapi(String model, String embedder, String adapter) {
    return checkpoint(new Serving(model, "", Contract.LLMAPI, embedder, "", adapter));
  }

  static ModelCheckpoint checkpoint(Serving serving) {
    return new ModelCheckpoint("base", 1, Role.INITIAL, "", serving);
  }

  /** Quick retries, so that no test waits for them. */
  static TritonSettings.Builder settings(String... servers) {
    return TritonSettings.to(servers)
        .deadline(Duration.ofSeconds(60))
        .retryBackoff(Duration.ofMillis(20), Duration.ofMillis(200));
  }

  static QuerySettings query() {
    return QuerySettings.builder()
        .samples(4)
        .temperature(0.75)
        .maxTokens(20)
        .stop(List.of("Answer the following question", "\n"))
        .build();
  }

  static EvaluationSettings evaluation() {
    return new EvaluationSettings(30, List.of("\n"), TrainingPrompt.standard());
  }

  static KnowledgeQuery open(TritonSettings settings) {
    return new TritonKnowledgeQuery.Factory(settings, query(), evaluation()).open();
  }

  /** The future's result; fails the test where it does not come. */
  static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** What was measured. */
  static KnowledgeState measured(CompletableFuture<Measurement> future) throws Exception {
    return await(future).state();
  }

  /** What the future fails with. */
  static Throwable failure(CompletableFuture<?> future)
      throws InterruptedException, TimeoutException {
    try {
      Object result = future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      throw new AssertionError("It should have failed, but gave " + result);
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }
}
