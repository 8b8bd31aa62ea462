package dev.craftstream.model.checkpoint;

import dev.craftstream.model.Purpose;

/** A model checkpoint's place in the method. */
public enum Role {
  /** The model that is to be tuned. */
  INITIAL,
  /** The same model after a short tuning on what it already knows. */
  REHEARSAL,
  /** The result of training on the instructions. */
  TUNED;

  /** Whether questions of {@code purpose} are measured under checkpoints of this role. */
  public boolean measures(Purpose purpose) {
    return switch (this) {
      case INITIAL -> true;
      case REHEARSAL -> purpose == Purpose.TRAIN;
      case TUNED -> purpose == Purpose.EVALUATE;
    };
  }
}
