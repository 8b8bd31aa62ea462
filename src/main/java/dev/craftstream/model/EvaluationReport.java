package dev.craftstream.model;

import java.util.List;

/**
 * What a tracker counted for an evaluation in some of its key groups. The reports of a survey cover
 * each key group once.
 *
 * @param survey the survey, whose {@code evaluated} and {@code base} are set
 * @param keyGroups how many key groups this report covers
 * @param ofKeyGroups how many there are
 * @param cells the questions there
 */
public record EvaluationReport(Survey survey, int keyGroups, int ofKeyGroups, List<Cell> cells) {

  /**
   * Questions of one task and subject that were judged alike.
   *
   * @param verdict on the evaluated checkpoint's answer
   * @param baseVerdict on the base's answer; null where that could not be used
   * @param questions how many
   */
  public record Cell(
      Task task, String subject, Verdict verdict, Verdict baseVerdict, long questions) {}
}
