package dev.craftstream.client.report;

import dev.craftstream.model.Role;
import dev.craftstream.model.Task;

/**
 * How a model checkpoint does on one task's questions of purpose EVALUATE.
 *
 * @param checkpointId the INITIAL or TUNED checkpoint
 * @param questions how many were judged
 * @param unanswered how many it failed to answer
 * @param correct share answered correctly; the shares are null where none was judged
 * @param wrong share answered wrongly
 * @param refused share refused
 * @param truthfulHelpfulness THS against INITIAL; null where it is undefined
 * @param overRefusal share refused of what INITIAL answers correctly; null where it is undefined
 * @param confidence of the intervals, between 0 and 1
 */
public record EvaluatedCheckpoint(
    String checkpointId,
    Role role,
    Task task,
    long questions,
    long unanswered,
    Estimate correct,
    Estimate wrong,
    Estimate refused,
    Estimate truthfulHelpfulness,
    Estimate overRefusal,
    double confidence) {

  /** A figure with its interval. */
  public record Estimate(double value, double low, double high) {}
}
