package dev.craftstream.selection;

import dev.craftstream.model.Label;

/**
 * The relabeler's state of one question: what it decided last. Fields may only be added to (Flink's
 * POJO evolution).
 *
 * @param revision counts the decisions from 1
 * @param label the label
 * @param questionVersion which content of the question
 * @param initialAt announcement of the INITIAL checkpoint that it rests on
 * @param rehearsalAt announcement of the REHEARSAL checkpoint; 0 while provisional
 * @param annotations hash of the subject and the tags
 */
public record LastDecision(
    int revision,
    Label label,
    int questionVersion,
    long initialAt,
    long rehearsalAt,
    int annotations) {

  boolean isFinal() {
    return rehearsalAt > 0;
  }

  /** Whether this and {@code other} say the same, their revisions aside. */
  boolean sameAs(LastDecision other) {
    return new LastDecision(
            other.revision, label, questionVersion, initialAt, rehearsalAt, annotations)
        .equals(other);
  }
}
