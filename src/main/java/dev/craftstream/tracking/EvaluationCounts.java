package dev.craftstream.tracking;

import dev.craftstream.model.CheckpointKnowledge;
import dev.craftstream.model.EvaluationReport;
import dev.craftstream.model.EvaluationReport.Cell;
import dev.craftstream.model.KnowledgeChange;
import dev.craftstream.model.ModelCheckpoint;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Survey;
import dev.craftstream.model.Task;
import dev.craftstream.model.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How a survey's evaluated checkpoint, and the base beside it, did on questions of purpose
 * EVALUATE. Other questions, and those that the checkpoint did not answer, do not count.
 */
final class EvaluationCounts {
  private final Survey survey;
  private final Map<Kind, Long> counts = new HashMap<>();

  private record Kind(Task task, String subject, Verdict verdict, Verdict baseVerdict) {}

  EvaluationCounts(Survey survey) {
    this.survey = survey;
  }

  /** Whether the question can count at all. */
  static boolean concerns(KnowledgeChange question) {
    return question.question() != null && question.question().purpose() == Purpose.EVALUATE;
  }

  void add(KnowledgeChange question) {
    add(question, 1);
  }

  /** Takes a question out again that was added just as it is here. */
  void remove(KnowledgeChange question) {
    add(question, -1);
  }

  void add(EvaluationCounts others) {
    others.counts.forEach(this::add);
  }

  private void add(KnowledgeChange question, long change) {
    Verdict verdict = concerns(question) ? verdict(question, survey.evaluated()) : null;
    if (verdict != null) {
      add(
          new Kind(
              question.question().task(),
              question.question().subject(),
              verdict,
              verdict(question, survey.base())),
          change);
    }
  }

  private void add(Kind kind, long change) {
    counts.merge(kind, change, (before, more) -> before + more == 0 ? null : before + more);
  }

  /** What was counted since the last report. */
  EvaluationReport report(int keyGroups, int ofKeyGroups) {
    List<Cell> cells = new ArrayList<>();
    counts.forEach(
        (kind, questions) ->
            cells.add(
                new Cell(kind.task, kind.subject, kind.verdict, kind.baseVerdict, questions)));
    counts.clear();
    return new EvaluationReport(survey, keyGroups, ofKeyGroups, cells);
  }

  private static Verdict verdict(KnowledgeChange change, ModelCheckpoint checkpoint) {
    CheckpointKnowledge known = change.under(checkpoint);
    return known == null ? null : known.state().verdict();
  }
}
