package dev.craftstream.embedded.bench;

import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.Measurement;
import dev.craftstream.knowledge.ServerHealth;
import dev.craftstream.knowledge.Spending;
import dev.craftstream.model.Question;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.KnowledgeState;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A model in this process, so that a job's own costs are measured. It knows something random, the
 * same for each question and model checkpoint, and answers at once or after a {@linkplain #takes
 * while}, which all of the process's instances share.
 */
public final class InProcessModel implements KnowledgeQuery {
  private static volatile long answerMillis;
  private static final Map<String, CompletableFuture<Long>> AWAITED = new ConcurrentHashMap<>();

  private final ScheduledExecutorService later =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "in-process-model");
            thread.setDaemon(true);
            return thread;
          });

  /** How long each answer takes from now on; zero for at once, on the thread that asks. */
  static void takes(Duration time) {
    answerMillis = time.toMillis();
  }

  /** When a question that is still to come is answered first, by {@link System#nanoTime}. */
  static CompletableFuture<Long> firstAnswer(String questionId) {
    return AWAITED.computeIfAbsent(questionId, id -> new CompletableFuture<>());
  }

  /** What a model checkpoint knows of a question. */
  public static KnowledgeState knows(Question question, ModelCheckpoint checkpoint) {
    SplittableRandom random =
        new SplittableRandom(31L * question.id().hashCode() + checkpoint.announcedAt());
    int correct = random.nextInt(11);
    return new KnowledgeState(
        correct / 10.0,
        random.nextDouble(),
        CertaintyKind.EMBEDDING_SIMILARITY,
        0,
        0,
        10,
        correct,
        0,
        correct == 0 ? "" : question.answer(),
        random.nextLong(),
        "oe-3shot-00000000",
        CorrectnessRule.SUBSTRING);
  }

  @Override
  public CompletableFuture<Measurement> ask(
      Question question, int questionVersion, ModelCheckpoint checkpoint, Spending spending) {
    Measurement measurement = Measurement.of(knows(question, checkpoint));
    if (spending != null) {
      spending.sent();
    }
    if (answerMillis == 0) {
      answered(question.id());
      return CompletableFuture.completedFuture(measurement);
    }
    CompletableFuture<Measurement> answer = new CompletableFuture<>();
    var unused =
        later.schedule(
            () -> {
              answered(question.id());
              answer.complete(measurement);
            },
            answerMillis,
            TimeUnit.MILLISECONDS);
    return answer;
  }

  private static void answered(String questionId) {
    if (!AWAITED.isEmpty()) {
      CompletableFuture<Long> first = AWAITED.remove(questionId);
      if (first != null) {
        first.complete(System.nanoTime());
      }
    }
  }

  @Override
  public CompletableFuture<Void> ready(ModelCheckpoint checkpoint) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public ServerHealth health() {
    return Healthy.ALWAYS;
  }

  @Override
  public void close() {
    later.shutdownNow();
  }

  /** Nothing goes wrong within a process. */
  private enum Healthy implements ServerHealth {
    ALWAYS;

    @Override
    public long retries() {
      return 0;
    }

    @Override
    public long failures(FailureKind trouble) {
      return 0;
    }

    @Override
    public long emptyAnswers() {
      return 0;
    }

    @Override
    public int models(FailureKind trouble) {
      return 0;
    }

    @Override
    public int streamsWaiting() {
      return 0;
    }
  }
}
