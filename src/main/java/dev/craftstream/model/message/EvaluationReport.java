package dev.craftstream.model.message;

import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.Verdict;
import java.util.List;

/**
 * What a tracker counted for an evaluation in some of its key groups. The reports of a survey cover
 * each key group once.
 *
 * @param survey the survey, whose {@code evaluated} and {@code base} are set
 * @param keyGroups how many key groups this report covers
 * @param ofKeyGroups how many there are
 * @param cells the questions there
 * @param prompts what they were asked with
 * @param abandoned whether a checkpoint was retired before these key groups were counted
 */
public record EvaluationReport(
    Survey survey,
    int keyGroups,
    int ofKeyGroups,
    List<Cell> cells,
    List<PromptUse> prompts,
    boolean abandoned) {

  public EvaluationReport(
      Survey survey, int keyGroups, int ofKeyGroups, List<Cell> cells, List<PromptUse> prompts) {
    this(survey, keyGroups, ofKeyGroups, cells, prompts, false);
  }

  /** Says that these key groups will not be counted. */
  public static EvaluationReport abandoned(Survey survey, int keyGroups, int ofKeyGroups) {
    return new EvaluationReport(survey, keyGroups, ofKeyGroups, List.of(), List.of(), true);
  }

  /**
   * Questions of one task and subject that were judged alike.
   *
   * @param verdict on the evaluated checkpoint's answer; null where that could not be used
   * @param baseVerdict on the base's answer; null where that could not be used, and where there is
   *     no verdict either
   * @param questions how many
   */
  public record Cell(
      Task task, String subject, Verdict verdict, Verdict baseVerdict, long questions) {}

  /**
   * Answers of the evaluated checkpoint to questions of one task that were asked with one prompt.
   *
   * @param version of the prompt
   * @param answers how many
   */
  public record PromptUse(Task task, String version, long answers) {}
}
