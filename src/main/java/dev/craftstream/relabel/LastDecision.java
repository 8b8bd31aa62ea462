package dev.craftstream.relabel;

import dev.craftstream.model.label.Label;

/**
 * The relabeler's state of one question: what it decided last. Fields may only be added to (Flink's
 * POJO evolution).
 *
 * @param revision counts the decisions, and the times they were withdrawn, from 1
 * @param label the label; null where nothing is decided on the question's newest content
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

  boolean isInForce() {
    return label != null;
  }

  boolean isFinal() {
    return rehearsalAt > 0;
  }

  /** Nothing is decided on the content that the question has now. */
  LastDecision withdrawn(int newVersion) {
    return new LastDecision(revision + 1, null, newVersion, 0, 0, 0);
  }

  /** Whether this and {@code other} say the same, their revisions aside. */
  boolean sameAs(LastDecision other) {
    return new LastDecision(
            other.revision, label, questionVersion, initialAt, rehearsalAt, annotations)
        .equals(other);
  }
}
