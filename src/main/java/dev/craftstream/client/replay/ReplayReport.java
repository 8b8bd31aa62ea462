package dev.craftstream.client.replay;

import dev.craftstream.v1.Reason;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** What became of the dead letters that were chosen. */
public final class ReplayReport {
  private final Map<Reason, Map<Outcome, Long>> outcomes = new EnumMap<>(Reason.class);
  private final Map<String, Long> askAgain = new TreeMap<>();

  void add(Reason reason, Outcome outcome) {
    outcomes
        .computeIfAbsent(reason, any -> new EnumMap<>(Outcome.class))
        .merge(outcome, 1L, Long::sum);
  }

  void addAskAgain(Reason reason, String checkpointId) {
    add(reason, Outcome.ASK_AGAIN);
    askAgain.merge(checkpointId, 1L, Long::sum);
  }

  /** By reason; reasons without a dead letter are not there. */
  public Map<Reason, Map<Outcome, Long>> outcomes() {
    return outcomes;
  }

  /** How many dead letters had this outcome. */
  public long count(Outcome outcome) {
    return outcomes.values().stream()
        .mapToLong(byOutcome -> byOutcome.getOrDefault(outcome, 0L))
        .sum();
  }

  /** How many answers of each model checkpoint could not be used. */
  public Map<String, Long> askAgain() {
    return askAgain;
  }
}
