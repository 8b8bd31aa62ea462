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

/** Counts how a checkpoint, and the base beside it, did on the questions that pass by. */
final class EvaluationSurvey {
  private final Survey survey;
  private final Map<Kind, Long> counts = new HashMap<>();

  private record Kind(Task task, String subject, Verdict verdict, Verdict baseVerdict) {}

  EvaluationSurvey(Survey survey) {
    this.survey = survey;
  }

  void visit(KnowledgeChange change) {
    if (change.question().purpose() != Purpose.EVALUATE) {
      return;
    }
    Verdict verdict = verdict(change, survey.evaluated());
    if (verdict != null) {
      Kind kind =
          new Kind(
              change.question().task(),
              change.question().subject(),
              verdict,
              verdict(change, survey.base()));
      counts.merge(kind, 1L, Long::sum);
    }
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
