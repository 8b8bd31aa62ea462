package dev.craftstream.model.dataset;

import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import java.util.List;

/**
 * How a model checkpoint does on the questions of one task and subject (paper, section 4.1).
 *
 * @param checkpoint the evaluated checkpoint, INITIAL or TUNED
 * @param base the INITIAL checkpoint that it is compared with
 * @param subject empty: all subjects together
 * @param correct how many questions it answered correctly
 * @param wrong how many wrongly
 * @param refused how many it refused
 * @param unanswered how many it failed to answer; they count in no other figure
 * @param correctShare Pc, 0 to 1; the shares are null where nothing was answered
 * @param wrongShare Pw
 * @param refusedShare Pr
 * @param truthfulHelpfulness THS against the base, at most 1; null where it is undefined
 * @param overRefusal share of what the base answers correctly that this one refuses; null for
 *     INITIAL and where the base answers none correctly
 * @param abstention how well it chooses what to refuse; null for INITIAL
 * @param truthfulness correct answers less wrong ones times {@code wrongPenalty}, over all answers,
 *     at most 1; null where nothing was answered
 * @param wrongPenalty what a wrong answer costs, where a correct one is worth 1
 * @param confidence of the intervals, above 0 and below 1
 * @param resamples of the bootstrap
 * @param seed of the bootstrap
 * @param promptVersion version of the refusal-aware prompt that most questions of the task were
 *     asked with; empty where nothing was answered
 * @param otherPromptVersions those of other prompts that some of them were asked with, because the
 *     job's prompt was changed
 * @param modelTime that it is of: when the newest of the two checkpoints was announced
 * @param otherSubjects where it is of all subjects, how many of these have no evaluation of their
 *     own, since there are more than may have one
 */
public record Evaluation(
    ModelCheckpoint checkpoint,
    ModelCheckpoint base,
    Task task,
    String subject,
    long correct,
    long wrong,
    long refused,
    long unanswered,
    Estimate correctShare,
    Estimate wrongShare,
    Estimate refusedShare,
    Estimate truthfulHelpfulness,
    Estimate overRefusal,
    Abstention abstention,
    Estimate truthfulness,
    double wrongPenalty,
    double confidence,
    int resamples,
    long seed,
    String promptVersion,
    List<String> otherPromptVersions,
    long modelTime,
    long otherSubjects) {

  /** A figure with the bounds of its confidence interval. */
  public record Estimate(double value, double low, double high) {}

  /**
   * How well a checkpoint chooses what to refuse, where what its base does not answer correctly is
   * to be refused. Each figure is 0 to 1, and null where it is a share of nothing.
   *
   * @param precision of what it refuses, the share that is to be refused
   * @param recall of what is to be refused, the share that it refuses
   * @param f1 their harmonic mean
   */
  public record Abstention(Estimate precision, Estimate recall, Estimate f1) {}
}
