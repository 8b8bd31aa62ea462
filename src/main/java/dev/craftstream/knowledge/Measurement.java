package dev.craftstream.knowledge;

import dev.craftstream.model.evidence.Evidence;
import dev.craftstream.model.knowledge.KnowledgeState;

/**
 * What a model checkpoint knows of a question.
 *
 * @param state what was measured
 * @param evidence what the measurement rests on; null where nobody wants to have it
 */
public record Measurement(KnowledgeState state, Evidence evidence) {

  /** Without what it rests on. */
  public static Measurement of(KnowledgeState state) {
    return new Measurement(state, null);
  }
}
