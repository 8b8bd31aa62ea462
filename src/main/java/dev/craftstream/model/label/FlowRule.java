package dev.craftstream.model.label;

/**
 * Which REFUSAL candidates stay what they are, by their knowledge flow (paper, section 3.2): the
 * others are dropped, since the model is about to learn them.
 */
public enum FlowRule {
  /**
   * Where flow is below 0. A question that is answered right under neither model checkpoint has
   * flow 0, so it never becomes a REFUSAL.
   */
  FALLS,
  /** Where flow is at most 0. */
  NOT_RISES,
  /**
   * Everywhere but where the flow is surely above 0: where the probability of that, given how many
   * of the samples were correct, is above {@link FlowFilter#riseProbability()}. What so few samples
   * make of chance drops nothing.
   */
  RISES_SURELY
}
