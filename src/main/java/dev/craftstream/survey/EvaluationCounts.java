package dev.craftstream.survey;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.knowledge.CheckpointKnowledge;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.knowledge.Verdict;
import dev.craftstream.model.message.EvaluationReport;
import dev.craftstream.model.message.EvaluationReport.Cell;
import dev.craftstream.model.message.EvaluationReport.PromptUse;
import dev.craftstream.model.message.Survey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How a survey's evaluated checkpoint, and the base beside it, did on questions of purpose
 * EVALUATE, and with which prompts it was asked.
 */
final class EvaluationCounts {
  /** Counts in one report. */
  private static final int MOST_IN_A_REPORT = 1_000;

  private final Survey survey;
  private final Map<Kind, Long> counts = new HashMap<>();
  private final Map<Prompt, Long> prompts = new HashMap<>();

  /**
   * @param verdict null: the checkpoint failed to answer
   */
  private record Kind(Task task, String subject, Verdict verdict, Verdict baseVerdict) {}

  private record Prompt(Task task, String version) {}

  EvaluationCounts(Survey survey) {
    this.survey = survey;
  }

  /** Whether the question can count at all. */
  static boolean concerns(KnowledgeChange question) {
    return question.question() != null && question.question().purpose() == Purpose.EVALUATE;
  }

  /**
   * Adds a question of any purpose.
   *
   * @param hasFailed whether the checkpoint failed to answer it
   */
  void add(KnowledgeChange question, boolean hasFailed) {
    add(question, hasFailed, 1);
  }

  /** Takes a question out again that was added just as it is here. */
  void remove(KnowledgeChange question, boolean hasFailed) {
    add(question, hasFailed, -1);
  }

  private void add(KnowledgeChange question, boolean hasFailed, long change) {
    if (!concerns(question)) {
      return;
    }
    Task task = question.question().task();
    String subject = question.question().subject();
    CheckpointKnowledge known = question.under(survey.evaluated());
    if (known != null) {
      Kind kind =
          new Kind(task, subject, known.state().verdict(), verdict(question, survey.base()));
      add(counts, kind, change);
      add(prompts, new Prompt(task, known.state().promptVersion()), change);
    } else if (hasFailed) {
      add(counts, new Kind(task, subject, null, null), change);
    }
  }

  private static <K> void add(Map<K, Long> counts, K kind, long change) {
    counts.merge(kind, change, (before, more) -> before + more == 0 ? null : before + more);
  }

  /** How many counts there are: with many subjects, many. */
  int size() {
    return counts.size() + prompts.size();
  }

  void clear() {
    counts.clear();
    prompts.clear();
  }

  /**
   * Reports what was counted since the last report, in records of bounded size.
   *
   * @param keyGroups how many key groups are counted with it
   */
  void report(int keyGroups, int ofKeyGroups, SurveyOutput output) {
    List<PromptUse> uses = new ArrayList<>();
    prompts.forEach(
        (prompt, answers) -> uses.add(new PromptUse(prompt.task, prompt.version, answers)));
    List<Cell> cells = new ArrayList<>();
    for (Map.Entry<Kind, Long> entry : counts.entrySet()) {
      Kind kind = entry.getKey();
      cells.add(
          new Cell(kind.task, kind.subject, kind.verdict, kind.baseVerdict, entry.getValue()));
      if (cells.size() == MOST_IN_A_REPORT) {
        output.report(new EvaluationReport(survey, 0, ofKeyGroups, List.copyOf(cells), List.of()));
        cells.clear();
      }
    }
    if (keyGroups > 0 || !cells.isEmpty() || !uses.isEmpty()) {
      output.report(new EvaluationReport(survey, keyGroups, ofKeyGroups, cells, uses));
    }
    clear();
  }

  private static Verdict verdict(KnowledgeChange change, ModelCheckpoint checkpoint) {
    CheckpointKnowledge known = change.under(checkpoint);
    return known == null ? null : known.state().verdict();
  }
}
