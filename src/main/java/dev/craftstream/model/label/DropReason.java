package dev.craftstream.model.label;

import dev.craftstream.model.Question;
import java.util.Optional;

/** Why a question is in neither set. */
public enum DropReason {
  /** Correctness lies between the two thresholds. */
  UNDECIDED_CORRECTNESS,
  /** Unknown to INITIAL, but the knowledge flows: the model is about to learn it. */
  KNOWLEDGE_FLOW,
  /** It says the same as a question of the evaluation, by its tag {@link #EVALUATED_TAG}. */
  EVALUATED,
  /** It says the same as another question to train on, by its tag {@link #DUPLICATE_TAG}. */
  DUPLICATE;

  /** What {@code ./craft check} tags questions with that say the same as one to evaluate with. */
  public static final String EVALUATED_TAG = "craft:evaluated";

  /** What {@code ./craft check} tags questions with that say the same as another one. */
  public static final String DUPLICATE_TAG = "craft:duplicate";

  /** Why a question is left out of all datasets by its tags, whatever the model knows of it. */
  public static Optional<DropReason> byTags(Question question) {
    if (question.tags().contains(EVALUATED_TAG)) {
      return Optional.of(EVALUATED);
    }
    return question.tags().contains(DUPLICATE_TAG) ? Optional.of(DUPLICATE) : Optional.empty();
  }
}
