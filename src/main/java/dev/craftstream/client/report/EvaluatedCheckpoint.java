package dev.craftstream.client.report;

import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Role;

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
 * @param precision of what it refuses, the share that INITIAL does not answer correctly; like the
 *     next two, null where it is undefined
 * @param recall of what INITIAL does not answer correctly, the share that it refuses
 * @param f1 harmonic mean of the two
 * @param truthfulness correct answers less wrong ones times the penalty, over all; null where none
 *     was judged, and of an earlier version
 * @param wrongPenalty what a wrong answer costs
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
    Estimate precision,
    Estimate recall,
    Estimate f1,
    Estimate truthfulness,
    double wrongPenalty,
    double confidence) {

  /** A figure with its interval. */
  public record Estimate(double value, double low, double high) {}
}
