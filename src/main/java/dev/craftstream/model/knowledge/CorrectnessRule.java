package dev.craftstream.model.knowledge;

import dev.craftstream.model.Task;

/**
 * How correctness was measured. Figures of one rule can be compared with each other, and only
 * these.
 */
public enum CorrectnessRule {
  /** The paper's (section 3.1): the lower-cased gold answer or an alias is in the sample. */
  SUBSTRING(Task.OPEN_ENDED),
  /** The same in one spelling of code points, and for golds that have a letter or digit. */
  NORMALIZED_SUBSTRING(Task.OPEN_ENDED),
  /** The gold answer's words stand in the sample, whatever their case, accents and articles. */
  WORDS(Task.OPEN_ENDED),
  /** The paper's (section 3.1): the target letter's share of the options' probabilities. */
  LETTER_PROBABILITIES(Task.MULTIPLE_CHOICE),
  /** The option that an answer in words chooses is the target. */
  CHOSEN_OPTION(Task.MULTIPLE_CHOICE),
  /** A {@link JudgeModel} says that the sample gives the gold answer. */
  JUDGE(Task.OPEN_ENDED);

  private final Task task;

  CorrectnessRule(Task task) {
    this.task = task;
  }

  /** Whether answers to questions of {@code asked} are judged by it. */
  public boolean isFor(Task asked) {
    return task == asked;
  }
}
