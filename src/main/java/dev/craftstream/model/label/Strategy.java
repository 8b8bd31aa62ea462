package dev.craftstream.model.label;

/** Which questions may become which instruction (paper, section 3.2). */
public enum Strategy {
  /** Every question keeps its answer. */
  VAN_TUNING,
  /** Correctness alone decides (R-Tuning's rule). */
  COR_RAIT,
  /** CRaFT without flow. */
  CORCER_RAIT,
  /** CRaFT without certainty. */
  CRAFT_WITHOUT_CERTAINTY,
  /** Correctness, certainty and knowledge flow. */
  CRAFT;

  /** Whether correctness divides ANSWER from REFUSAL candidates; else all are ANSWER candidates. */
  public boolean usesCorrectness() {
    return this != VAN_TUNING;
  }

  /** Whether REFUSAL candidates must also pass the flow rule. */
  public boolean usesFlow() {
    return this == CRAFT || this == CRAFT_WITHOUT_CERTAINTY;
  }

  /** Whether the most certain ANSWER and least certain REFUSAL candidates are taken first. */
  public boolean usesCertainty() {
    return this == CRAFT || this == CORCER_RAIT;
  }
}
