package dev.craftstream.tracking;

import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.Measurement;
import dev.craftstream.knowledge.Spending;
import dev.craftstream.model.Question;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.testing.CountedHealth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** A model server whose answers the test gives by hand, in whatever order it likes. */
public final class ScriptedQuery implements KnowledgeQuery {
  private static final Map<String, ScriptedQuery> OPEN = new ConcurrentHashMap<>();

  public final List<Ask> asks = new ArrayList<>();
  private final CountedHealth health = new CountedHealth();
  public final List<CompletableFuture<Void>> readiness = new ArrayList<>();
  private final String name = UUID.randomUUID().toString();

  /** One request. */
  public record Ask(
      Question question,
      int version,
      ModelCheckpoint checkpoint,
      Spending spending,
      CompletableFuture<Measurement> answer) {

    public String what() {
      return question.id() + "@" + checkpoint.id();
    }

    public void answer(KnowledgeState state) {
      answer.complete(Measurement.of(state));
    }

    public void answer(double correctness) {
      answer(knows(correctness));
    }
  }

  public ScriptedQuery() {
    OPEN.put(name, this);
  }

  public static KnowledgeState knows(double correctness) {
    return new KnowledgeState(
        correctness,
        0.5,
        CertaintyKind.EMBEDDING_SIMILARITY,
        0,
        0,
        10,
        (int) (correctness * 10),
        0,
        "",
        1,
        "v1",
        CorrectnessRule.SUBSTRING);
  }

  public Factory factory() {
    String key = name;
    return () -> OPEN.get(key);
  }

  /** Requests without an answer, oldest first. */
  public List<Ask> open() {
    return asks.stream().filter(a -> !a.answer.isDone()).toList();
  }

  public List<String> openNames() {
    return open().stream().map(Ask::what).toList();
  }

  public Ask open(String what) {
    return open().stream()
        .filter(a -> a.what().equals(what))
        .findFirst()
        .orElseThrow(() -> new AssertionError(what + " is not asked; asked: " + openNames()));
  }

  @Override
  public CompletableFuture<Measurement> ask(
      Question question, int questionVersion, ModelCheckpoint checkpoint, Spending spending) {
    spending.sent();
    Ask ask = new Ask(question, questionVersion, checkpoint, spending, new CompletableFuture<>());
    asks.add(ask);
    return ask.answer;
  }

  @Override
  public CompletableFuture<Void> ready(ModelCheckpoint checkpoint) {
    CompletableFuture<Void> ready = new CompletableFuture<>();
    readiness.add(ready);
    return ready;
  }

  @Override
  public CountedHealth health() {
    return health;
  }

  @Override
  public void close() {}
}
