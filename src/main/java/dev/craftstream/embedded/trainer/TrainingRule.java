package dev.craftstream.embedded.trainer;

import dev.craftstream.model.label.Strategy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which datasets the trainer makes model checkpoints of: one of each that matches, and each seed.
 *
 * @param strategy of datasets, which make TUNED checkpoints; null for rehearsal sets, which make
 *     REHEARSAL ones
 * @param requestPrefix null: what the job chose by itself; else what requests asked for whose ids
 *     begin so
 * @param seeds of the training, at least one
 * @param checkpointId the id to announce; {@code {initial}}, {@code {dataset}} and {@code {seed}}
 *     in it are filled in
 * @param hyperParameters what differs from the trainer's own for this kind, by its options' names
 */
public record TrainingRule(
    Strategy strategy,
    String requestPrefix,
    List<Integer> seeds,
    String checkpointId,
    Map<String, Object> hyperParameters) {

  public TrainingRule {
    seeds = List.copyOf(seeds);
    hyperParameters = Map.copyOf(hyperParameters);
  }

  /** Rehearsal sets, with one seed. */
  public static TrainingRule rehearsal(String checkpointId) {
    return new TrainingRule(null, null, List.of(1), checkpointId, Map.of());
  }

  /** A strategy's datasets that the job chooses by itself, with one seed. */
  public static TrainingRule tuning(Strategy strategy, String checkpointId) {
    return new TrainingRule(strategy, null, List.of(1), checkpointId, Map.of());
  }

  /** As the trainer's file of options has it. */
  Map<String, Object> option() {
    Map<String, Object> option = new LinkedHashMap<>();
    option.put("kind", strategy == null ? "REHEARSAL" : "TRAINING");
    option.put("strategy", strategy == null ? "" : strategy.name());
    option.put("request-prefix", requestPrefix);
    option.put("seeds", seeds);
    option.put("checkpoint-id", checkpointId);
    option.put("hyper-parameters", hyperParameters);
    return option;
  }
}
