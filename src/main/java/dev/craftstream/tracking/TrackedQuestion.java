package dev.craftstream.tracking;

import dev.craftstream.model.Origin;
import dev.craftstream.model.Question;
import dev.craftstream.model.knowledge.KnowledgeState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The tracker's state of one question. Immutable; {@link TrackedQuestionSerializer} says how it
 * lies in the state backend.
 *
 * @param question the question as it is now
 * @param version counts its contents from 1
 * @param origin where its newest event lies
 * @param measured an entry for each live model checkpoint that was asked, oldest first
 * @param reconciledAt the newest model time at which no answer was missing; {@link #NEVER} at first
 * @param failed the failed attempts under the model checkpoint that was asked last; {@link
 *     Failed#NONE} where none counts, or it has answered since
 */
public record TrackedQuestion(
    Question question,
    int version,
    Origin origin,
    List<Measured> measured,
    long reconciledAt,
    Failed failed) {

  /**
   * The value of {@code reconciledAt} while an answer has been missing ever since the question
   * came.
   */
  public static final long NEVER = -1;

  /**
   * One model checkpoint's answer.
   *
   * @param announcedAt identifies the checkpoint
   * @param state what it knows; null where the answer could not be used
   */
  public record Measured(long announcedAt, KnowledgeState state) {}

  /**
   * Attempts that count against the question.
   *
   * @param announcedAt identifies the model checkpoint
   * @param attempts how many; 0 only in {@link #NONE}
   */
  public record Failed(long announcedAt, int attempts) {
    public static final Failed NONE = new Failed(0, 0);
  }

  static TrackedQuestion first(Question question, Origin origin) {
    return new TrackedQuestion(question, 1, origin, List.of(), NEVER, Failed.NONE);
  }

  /** Another content, of which nothing is known yet. */
  TrackedQuestion changed(Question newQuestion, Origin newOrigin) {
    return new TrackedQuestion(newQuestion, version + 1, newOrigin, List.of(), NEVER, Failed.NONE);
  }

  /** The same content with other labels on it; what was measured, or is missing, stays so. */
  TrackedQuestion relabelled(Question newQuestion, Origin newOrigin) {
    return new TrackedQuestion(newQuestion, version, newOrigin, measured, reconciledAt, failed);
  }

  /** Forgets that a checkpoint's answer could not be used; its answer is missing at {@code now}. */
  TrackedQuestion retried(long announcedAt, long now) {
    List<Measured> kept = measured.stream().filter(m -> m.announcedAt != announcedAt).toList();
    return new TrackedQuestion(
        question, version, origin, kept, Math.min(reconciledAt, now - 1), failed);
  }

  TrackedQuestion with(Measured measurement) {
    List<Measured> all = new ArrayList<>(measured);
    all.removeIf(m -> m.announcedAt == measurement.announcedAt);
    all.add(measurement);
    all.sort((a, b) -> Long.compare(a.announcedAt, b.announcedAt));
    return new TrackedQuestion(
        question,
        version,
        origin,
        List.copyOf(all),
        reconciledAt,
        failed.announcedAt == measurement.announcedAt ? Failed.NONE : failed);
  }

  /** Forgets the checkpoints that are not among {@code live}; returns this where there are none. */
  TrackedQuestion without(Set<Long> live) {
    List<Measured> kept = measured.stream().filter(m -> live.contains(m.announcedAt)).toList();
    Failed keptFailed = live.contains(failed.announcedAt) ? failed : Failed.NONE;
    return kept.size() == measured.size() && keptFailed.equals(failed)
        ? this
        : new TrackedQuestion(question, version, origin, kept, reconciledAt, keptFailed);
  }

  TrackedQuestion reconciled(long modelTime) {
    return new TrackedQuestion(question, version, origin, measured, modelTime, failed);
  }

  /** One more attempt counts against it. */
  TrackedQuestion withFailed(long announcedAt, int attempts) {
    return new TrackedQuestion(
        question, version, origin, measured, reconciledAt, new Failed(announcedAt, attempts));
  }

  /** How many attempts under a model checkpoint count against it, 0 or more. */
  int failedAttempts(long announcedAt) {
    return failed.announcedAt == announcedAt ? failed.attempts : 0;
  }

  /** Announcements of the checkpoints that it was asked under. */
  Set<Long> asked() {
    return measured.stream().map(Measured::announcedAt).collect(Collectors.toSet());
  }

  /** Whether a checkpoint was asked and its answer could not be used. */
  boolean hasFailed(long announcedAt) {
    return measured.contains(new Measured(announcedAt, null));
  }

  boolean hasAsked(long announcedAt) {
    for (Measured m : measured) {
      if (m.announcedAt == announcedAt) {
        return true;
      }
    }
    return false;
  }
}
