package dev.craftstream.client;

import dev.craftstream.client.exchange.Names;
import dev.craftstream.client.report.EvaluatedCheckpoint;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.v1.Estimate;
import dev.craftstream.v1.Evaluation;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The evaluations so far, over all subjects together; those of a single one are left out. */
public final class EvaluationLedger {
  private final Map<String, Evaluation> evaluations = new TreeMap<>();

  public void add(Evaluation evaluation) {
    if (evaluation.getSubject().isEmpty()) {
      evaluations.put(evaluation.getCheckpointId() + "\n" + evaluation.getTask(), evaluation);
    }
  }

  /** One for each model checkpoint and task. */
  public List<EvaluatedCheckpoint> all() {
    return evaluations.values().stream()
        .sorted(
            Comparator.comparingLong(Evaluation::getModelTime).thenComparing(Evaluation::getTask))
        .map(EvaluationLedger::evaluated)
        .toList();
  }

  private static EvaluatedCheckpoint evaluated(Evaluation evaluation) {
    return new EvaluatedCheckpoint(
        evaluation.getCheckpointId(),
        Role.valueOf(Names.constant(evaluation.getRole())),
        Task.valueOf(Names.constant(evaluation.getTask())),
        evaluation.getCorrect() + evaluation.getWrong() + evaluation.getRefused(),
        evaluation.getUnanswered(),
        evaluation.hasCorrectShare() ? estimate(evaluation.getCorrectShare()) : null,
        evaluation.hasWrongShare() ? estimate(evaluation.getWrongShare()) : null,
        evaluation.hasRefusedShare() ? estimate(evaluation.getRefusedShare()) : null,
        evaluation.hasTruthfulHelpfulness() ? estimate(evaluation.getTruthfulHelpfulness()) : null,
        evaluation.hasOverRefusal() ? estimate(evaluation.getOverRefusal()) : null,
        evaluation.hasAbstentionPrecision() ? estimate(evaluation.getAbstentionPrecision()) : null,
        evaluation.hasAbstentionRecall() ? estimate(evaluation.getAbstentionRecall()) : null,
        evaluation.hasAbstentionF1() ? estimate(evaluation.getAbstentionF1()) : null,
        evaluation.hasTruthfulness() ? estimate(evaluation.getTruthfulness()) : null,
        evaluation.getWrongPenalty(),
        evaluation.getConfidence());
  }

  private static EvaluatedCheckpoint.Estimate estimate(Estimate estimate) {
    return new EvaluatedCheckpoint.Estimate(
        estimate.getValue(), estimate.getLow(), estimate.getHigh());
  }
}
