package dev.craftstream.method;

/** What knowledge of a multiple-choice question is measured by. */
public enum ChoiceMeasure {
  /** The paper's (section 3.1): the probabilities of the option letters as the next token. */
  LETTER_PROBABILITIES,
  /** The options that samples choose, for models that think first or tell no probabilities. */
  SAMPLES
}
