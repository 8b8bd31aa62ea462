package dev.craftstream.survey;

import dev.craftstream.model.Task;
import dev.craftstream.model.dataset.DatasetKind;
import dev.craftstream.model.label.Label;

/**
 * A question's state in one dataset. Fields may only be added to (Flink's POJO evolution).
 *
 * @param kind the dataset's, which says to which topic its records go
 * @param task the question's
 * @param revision counts the records on this question from 1
 * @param label the label in the dataset; null where the question is in it no more
 * @param questionVersion which content of the question
 * @param annotations hash of the subject and the tags
 * @param content hash of what is asked and what is right; 0 where it is not known. Versions alone
 *     don't tell: those of a question that was removed and came back begin at 1 again
 * @param copies how often the question is in it; 0 where that is not known
 */
public record Membership(
    DatasetKind kind,
    Task task,
    int revision,
    Label label,
    int questionVersion,
    int annotations,
    int content,
    int copies) {

  boolean isIn() {
    return label != null;
  }
}
