package dev.craftstream.tracking;

import dev.craftstream.model.KnowledgeState;
import dev.craftstream.model.ModelCheckpoint;
import dev.craftstream.model.Question;
import java.util.concurrent.CompletableFuture;

/** A question that is being asked; not state, since a restored task asks again. */
final class InFlightRequest {
  /** Where the question waits if the task fails; changes for a probe. */
  Lane lane;

  /** As it was announced last when it was asked. */
  ModelCheckpoint checkpoint;

  final Question question;
  final int questionVersion;

  /** The lowest model time that cannot be complete before the answer. */
  long holds;

  /** Failures in a row. */
  int failures;

  /**
   * How many of these count against the question: the checkpoint answered others since the last.
   */
  int attempts;

  long startedNanos;

  /**
   * How many answers the checkpoint had given at first, and then at the last failure that counts.
   */
  long answersBefore;

  /** The attempt under way; null while the question rests after a failure. */
  CompletableFuture<KnowledgeState> attempt;

  InFlightRequest(
      Lane lane,
      ModelCheckpoint checkpoint,
      Question question,
      int questionVersion,
      long holds,
      long answersBefore) {
    this.answersBefore = answersBefore;
    this.lane = lane;
    this.checkpoint = checkpoint;
    this.question = question;
    this.questionVersion = questionVersion;
    this.holds = holds;
  }
}
