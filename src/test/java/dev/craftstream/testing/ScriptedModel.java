package dev.craftstream.testing;

import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.Measurement;
import dev.craftstream.knowledge.ServerHealth;
import dev.craftstream.knowledge.Spending;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.KnowledgeState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A model server for jobs in this JVM. It knows something of every question, always the same, and
 * answers at once; but for what the test tells it to keep for itself. It notes what it is asked.
 *
 * <p>An ask is named {@code question@checkpoint}.
 */
public final class ScriptedModel implements AutoCloseable {
  private static final Map<String, ScriptedModel> OPEN = new ConcurrentHashMap<>();
  private static final int SAMPLES = 10;

  private final String name = UUID.randomUUID().toString();
  private final Set<String> withheld = new HashSet<>();
  private final Set<String> unusable = new HashSet<>();
  private final List<String> asks = new ArrayList<>();
  private final Map<String, List<Runnable>> waiting = new ConcurrentHashMap<>();
  private boolean isSilent;

  public ScriptedModel() {
    OPEN.put(name, this);
  }

  /** Opens it in each task; a lookup by name, since factories are serialised. */
  public KnowledgeQuery.Factory factory() {
    String key = name;
    return () -> OPEN.get(key).new Query();
  }

  /** Asks of these names, or readiness of these checkpoints, hang until they are given. */
  public synchronized ScriptedModel withholding(String... names) {
    withheld.addAll(Set.of(names));
    return this;
  }

  /** From now on, whatever is asked hangs until {@link #speak}. */
  public synchronized void fallSilent() {
    isSilent = true;
  }

  /** Answers all that hangs, and what is asked from now on. */
  public void speak() {
    List<String> hanging;
    synchronized (this) {
      isSilent = false;
      hanging = List.copyOf(waiting.keySet());
    }
    give(hanging.toArray(String[]::new));
  }

  /** Answers to these asks can't be used. */
  public synchronized ScriptedModel spoiling(String... names) {
    unusable.addAll(Set.of(names));
    return this;
  }

  /** Answers what hangs, and will answer what is asked later. */
  public void give(String... names) {
    List<Runnable> hanging = new ArrayList<>();
    synchronized (this) {
      for (String given : names) {
        withheld.remove(given);
        List<Runnable> waits = waiting.remove(given);
        if (waits != null) {
          hanging.addAll(waits);
        }
      }
    }
    hanging.forEach(Runnable::run);
  }

  /** All asks so far, oldest first. */
  public synchronized List<String> asks() {
    return List.copyOf(asks);
  }

  /** Forgets what it was asked; from here it is another job that asks. */
  public synchronized void forgetAsks() {
    asks.clear();
    waiting.clear();
  }

  private synchronized void afterwards(String what, boolean hangs, Runnable answer) {
    if (hangs || withheld.contains(what)) {
      waiting.computeIfAbsent(what, w -> new ArrayList<>()).add(answer);
    } else {
      answer.run();
    }
  }

  private KnowledgeState knows(Question question, int version, ModelCheckpoint checkpoint) {
    SplittableRandom random =
        new SplittableRandom(31L * question.id().hashCode() + checkpoint.id().hashCode() + version);
    if (question.purpose() == Purpose.EVALUATE) {
      int verdict = random.nextInt(3);
      int correct = verdict == 0 ? 1 : 0;
      return new KnowledgeState(
          correct,
          0,
          CertaintyKind.NONE,
          0,
          0,
          1,
          correct,
          verdict == 1 ? 1 : 0,
          "",
          7,
          "evaluated",
          CorrectnessRule.SUBSTRING);
    }
    if (question.task() == Task.MULTIPLE_CHOICE) {
      double share = random.nextInt(1, 100) / 100.0;
      return new KnowledgeState(
          share,
          -share,
          CertaintyKind.OPTION_ENTROPY,
          share / 2,
          share / 8,
          0,
          0,
          0,
          "",
          0,
          "choice",
          CorrectnessRule.LETTER_PROBABILITIES);
    }
    int correct = random.nextInt(SAMPLES + 1);
    return new KnowledgeState(
        (double) correct / SAMPLES,
        random.nextInt(1, 100) / 100.0,
        CertaintyKind.EMBEDDING_SIMILARITY,
        0,
        0,
        SAMPLES,
        correct,
        SAMPLES - correct,
        correct == 0 ? "" : question.answer(),
        random.nextLong(),
        "open-ended",
        CorrectnessRule.SUBSTRING);
  }

  @Override
  public void close() {
    OPEN.remove(name);
  }

  private final class Query implements KnowledgeQuery {
    @Override
    public CompletableFuture<Measurement> ask(
        Question question, int questionVersion, ModelCheckpoint checkpoint, Spending spending) {
      String what = question.id() + "@" + checkpoint.id();
      CompletableFuture<Measurement> answer = new CompletableFuture<>();
      synchronized (ScriptedModel.this) {
        asks.add(what);
        if (unusable.contains(what)) {
          answer.completeExceptionally(new UnusableAnswerException("Nonsense."));
        } else {
          afterwards(
              what,
              isSilent,
              () -> answer.complete(Measurement.of(knows(question, questionVersion, checkpoint))));
        }
      }
      return answer;
    }

    @Override
    public CompletableFuture<Void> ready(ModelCheckpoint checkpoint) {
      CompletableFuture<Void> ready = new CompletableFuture<>();
      afterwards(checkpoint.id(), false, () -> ready.complete(null));
      return ready;
    }

    @Override
    public ServerHealth health() {
      return new CountedHealth();
    }

    @Override
    public void close() {}
  }
}
