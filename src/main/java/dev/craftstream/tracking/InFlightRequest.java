package dev.craftstream.tracking;

import dev.craftstream.knowledge.Measurement;
import dev.craftstream.knowledge.Spending;
import dev.craftstream.model.Question;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.tracking.Lanes.Lane;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;

/** A question that is being asked; not state, since a restored task asks again. */
final class InFlightRequest {
  final Question question;
  final int questionVersion;

  /** Which lane it came from, and so whose slot it takes; changes when it becomes a probe. */
  Lane lane;

  /** The model checkpoint as it was announced last when it was asked. */
  ModelCheckpoint checkpoint;

  /** The lowest model time that cannot be complete before the answer. */
  long holds;

  /** What asking the question has cost so far, over all attempts. */
  final Spending spending = new Spending();

  /** Failures in a row. */
  int failures;

  /**
   * How many of these count against the question: the model checkpoint answered others since the
   * last.
   */
  int attempts;

  /**
   * How many answers the model checkpoint had given at first, and then at the last failure that
   * counts.
   */
  long answersBefore;

  /** When the attempt was sent, and when it ended. */
  long startedNanos;

  long endedNanos;

  /** The attempt under way; null while the question rests after a failure. */
  CompletableFuture<Measurement> attempt;

  /** What wakes the question; null while it does not rest. */
  ScheduledFuture<?> rest;

  InFlightRequest(
      TrackedQuestion question,
      Lane lane,
      ModelCheckpoint checkpoint,
      long holds,
      long answersBefore) {
    this.question = question.question();
    this.questionVersion = question.version();
    this.lane = lane;
    this.checkpoint = checkpoint;
    this.holds = holds;
    this.answersBefore = answersBefore;
    this.attempts = question.failedAttempts(checkpoint.announcedAt());
  }

  String questionId() {
    return question.id();
  }

  /** Whether it is at the server, and does not rest. */
  boolean isUnderWay() {
    return attempt != null;
  }

  /**
   * Whether it asks what the question is now. Versions alone don't tell: a question that was
   * removed and came back has the first again.
   *
   * @param now the question; null where it is there no more
   */
  boolean asks(TrackedQuestion now) {
    return now != null && now.version() == questionVersion && now.question().sameContent(question);
  }
}
