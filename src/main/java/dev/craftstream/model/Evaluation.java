package dev.craftstream.model;

/**
 * How a model checkpoint does on the questions of one task and subject (paper, section 4.1).
 *
 * @param checkpoint the evaluated checkpoint, INITIAL or TUNED
 * @param base the INITIAL checkpoint that it is compared with
 * @param subject empty: all subjects together
 * @param correct how many questions it answered correctly
 * @param wrong how many wrongly
 * @param refused how many it refused
 * @param correctShare Pc, 0 to 1
 * @param wrongShare Pw
 * @param refusedShare Pr
 * @param truthfulHelpfulness THS against the base, at most 1; null where it is undefined
 * @param overRefusal share of what the base answers correctly that this one refuses; null for
 *     INITIAL and where the base answers none correctly
 * @param confidence of the intervals, above 0 and below 1
 * @param resamples of the bootstrap
 * @param seed of the bootstrap
 * @param promptVersion version of the refusal-aware prompt that was asked with
 * @param modelTime that it is of: when the newest of the two checkpoints was announced
 */
public record Evaluation(
    ModelCheckpoint checkpoint,
    ModelCheckpoint base,
    Task task,
    String subject,
    long correct,
    long wrong,
    long refused,
    Estimate correctShare,
    Estimate wrongShare,
    Estimate refusedShare,
    Estimate truthfulHelpfulness,
    Estimate overRefusal,
    double confidence,
    int resamples,
    long seed,
    String promptVersion,
    long modelTime) {

  /** A figure with the bounds of its confidence interval. */
  public record Estimate(double value, double low, double high) {}
}
