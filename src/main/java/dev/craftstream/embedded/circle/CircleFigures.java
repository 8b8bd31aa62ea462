package dev.craftstream.embedded.circle;

import dev.craftstream.client.report.CircleData;
import dev.craftstream.client.report.EvaluatedCheckpoint;
import dev.craftstream.method.Bootstrap;
import dev.craftstream.method.Contingency;
import dev.craftstream.method.EvaluationFigures;
import dev.craftstream.model.Question;
import dev.craftstream.model.dataset.Evaluation.Estimate;
import dev.craftstream.model.knowledge.Verdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the models of a circle do on the held-out questions of both tasks together. The job evaluates
 * each against its own INITIAL checkpoint; here all are compared with the first one, too.
 */
record CircleFigures(CircleLedger ledger, Bootstrap bootstrap, double wrongPenalty) {
  private static final int EXAMPLES = 4;

  /** THS of one checkpoint against another; empty where it is undefined. */
  Optional<Estimate> truthfulHelpfulness(String checkpointId, String baseId) throws IOException {
    return figures(checkpointId, baseId).truthfulHelpfulness();
  }

  /** The model before it was tuned. */
  CircleData.Point first() throws IOException {
    String id = new Turn(1).initial();
    return point(id, "INITIAL, " + id, id, id, true);
  }

  /**
   * A turn's model.
   *
   * @param name for people
   */
  CircleData.Point tuned(String checkpointId, Turn turn, String name) throws IOException {
    return point(checkpointId, name, new Turn(1).initial(), turn.initial(), false);
  }

  private CircleData.Point point(
      String id, String name, String firstId, String baseId, boolean isFirst) throws IOException {
    EvaluationFigures ofFirst = figures(id, firstId);
    return new CircleData.Point(
        id,
        name,
        ledger.verdicts(id).size(),
        estimate(ofFirst.correctShare()),
        estimate(ofFirst.wrongShare()),
        estimate(ofFirst.refusedShare()),
        isFirst ? null : ofFirst.overRefusal().map(CircleFigures::estimate).orElse(null),
        isFirst ? null : ofFirst.truthfulHelpfulness().map(CircleFigures::estimate).orElse(null),
        isFirst ? null : truthfulHelpfulness(id, baseId).map(CircleFigures::estimate).orElse(null));
  }

  private EvaluationFigures figures(String checkpointId, String baseId) throws IOException {
    Map<String, Verdict> base = ledger.verdicts(baseId);
    Contingency counts = new Contingency();
    ledger
        .verdicts(checkpointId)
        .forEach((question, verdict) -> counts.add(verdict, base.get(question), 1));
    if (counts.total() == 0) {
      throw new IOException(
          "%s has answered none of the held-out questions; ./craft consume dead-letters says why."
              .formatted(checkpointId));
    }
    return EvaluationFigures.of(counts, bootstrap, wrongPenalty);
  }

  /** The ways that held-out questions went from the first INITIAL checkpoint to a later one. */
  List<CircleData.Side> sides(String checkpointId) {
    Map<String, Verdict> before = ledger.verdicts(new Turn(1).initial());
    Map<String, Verdict> after = ledger.verdicts(checkpointId);
    List<CircleData.Side> sides = new ArrayList<>();
    for (Verdict from : Verdict.values()) {
      for (Verdict to : Verdict.values()) {
        List<Question> went =
            from == to
                ? List.of()
                : ledger.questions().stream()
                    .filter(q -> before.get(q.id()) == from && after.get(q.id()) == to)
                    .toList();
        if (!went.isEmpty()) {
          sides.add(new CircleData.Side(from, to, went.size(), examples(went)));
        }
      }
    }
    return sides;
  }

  private static List<CircleData.Example> examples(List<Question> questions) {
    return questions.stream()
        .limit(EXAMPLES)
        .map(q -> new CircleData.Example(q.text(), gold(q)))
        .toList();
  }

  private static String gold(Question question) {
    return question.options().isEmpty()
        ? question.answer()
        : question.options().get(question.targetIndex());
  }

  private static EvaluatedCheckpoint.Estimate estimate(Estimate estimate) {
    return new EvaluatedCheckpoint.Estimate(estimate.value(), estimate.low(), estimate.high());
  }
}
