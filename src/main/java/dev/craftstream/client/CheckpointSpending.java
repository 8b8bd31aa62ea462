package dev.craftstream.client;

import dev.craftstream.client.LiveCheckpoints.Life;
import dev.craftstream.model.Cost;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.KnowledgeRecord;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What asking model checkpoints has cost, as far as the topics of knowledge and dead letters tell:
 * each measurement, and each question that was given up, says what it has cost. Those of before
 * costs were counted do not.
 */
final class CheckpointSpending {
  /** By the model checkpoint's id, and when it was announced. */
  private final Map<String, Map<Long, Cost>> measured = new HashMap<>();

  /** By its id, and when the dead letter was written, in milliseconds. */
  private final Map<String, NavigableMap<Long, Cost>> givenUp = new HashMap<>();

  void add(KnowledgeRecord knowledge) {
    if (knowledge.hasCost()) {
      measured
          .computeIfAbsent(knowledge.getCheckpointId(), id -> new HashMap<>())
          .merge(knowledge.getCheckpointTime(), cost(knowledge.getCost()), Cost::plus);
    }
  }

  void add(DeadLetter letter, long writtenAt) {
    if (letter.hasCost()) {
      givenUp
          .computeIfAbsent(letter.getCheckpointId(), id -> new TreeMap<>())
          .merge(writtenAt, cost(letter.getCost()), Cost::plus);
    }
  }

  /** Of a model checkpoint since it was announced; empty where no record tells it. */
  Optional<Cost> of(Life life) {
    String id = life.checkpoint().id();
    Cost ofMeasured = measured.getOrDefault(id, Map.of()).get(life.checkpoint().announcedAt());
    return givenUp
        .getOrDefault(id, new TreeMap<>())
        .tailMap(life.announced(), true)
        .values()
        .stream()
        .reduce(Cost::plus)
        .map(cost -> ofMeasured == null ? cost : cost.plus(ofMeasured))
        .or(() -> Optional.ofNullable(ofMeasured));
  }

  private static Cost cost(dev.craftstream.v1.Cost cost) {
    return new Cost(
        cost.getRequests(),
        cost.getRequestsWithTokens(),
        cost.getPromptTokens(),
        cost.getGeneratedTokens());
  }
}
