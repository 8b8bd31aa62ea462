package dev.craftstream.method;

import dev.craftstream.model.knowledge.CorrectnessRule;

/** What knowledge of a multiple-choice question is measured by. */
public enum ChoiceMeasure {
  /** The paper's (section 3.1): the probabilities of the option letters as the next token. */
  LETTER_PROBABILITIES(CorrectnessRule.LETTER_PROBABILITIES),
  /** The options that samples choose, for models that think first or tell no probabilities. */
  SAMPLES(CorrectnessRule.CHOSEN_OPTION);

  private final CorrectnessRule rule;

  ChoiceMeasure(CorrectnessRule rule) {
    this.rule = rule;
  }

  /** How correctness is then measured. */
  public CorrectnessRule rule() {
    return rule;
  }
}
