package dev.craftstream.tracking;

import dev.craftstream.model.KnowledgeState;
import dev.craftstream.model.ModelCheckpoint;
import java.util.concurrent.CompletableFuture;

/** A question that is being asked; not state, since a restored task asks again. */
final class Asked {
  final Lane lane;
  final ModelCheckpoint checkpoint;
  final int questionVersion;

  /** The lowest model time that cannot be complete before the answer. */
  long holds;

  /** Failures in a row, and how many of these count against the question. */
  int failures;

  int attempts;

  long startedNanos;

  /** How many answers the checkpoint had given when this attempt began. */
  long answersBefore;

  /** The attempt under way; null while the question rests after a failure. */
  CompletableFuture<KnowledgeState> attempt;

  Asked(Lane lane, ModelCheckpoint checkpoint, int questionVersion, long holds) {
    this.lane = lane;
    this.checkpoint = checkpoint;
    this.questionVersion = questionVersion;
    this.holds = holds;
  }
}
