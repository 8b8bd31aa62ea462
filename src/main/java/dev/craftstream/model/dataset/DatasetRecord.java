package dev.craftstream.model.dataset;

import dev.craftstream.model.Task;
import dev.craftstream.model.label.Decision;
import java.util.List;

/**
 * A question's place in a dataset.
 *
 * @param datasetId the dataset
 * @param kind what it trains
 * @param mark how the record came into it
 * @param revision counts the records on this question in this dataset from 1
 * @param decision the label and what it rests on; null with {@link Mark#REMOVED}, and then what
 *     follows the task is empty. A rehearsal set's has no strategy and no REHEARSAL
 * @param question the question alone, with its lettered options where it has any
 * @param prompt what the trainer shows the model
 * @param response what the model shall say
 * @param copies how often the trainer takes it, at least 1
 * @param selectionSeed seed of the dataset's random choices
 */
public record DatasetRecord(
    String datasetId,
    DatasetKind kind,
    String questionId,
    Mark mark,
    int revision,
    Decision decision,
    int questionVersion,
    Task task,
    String question,
    String prompt,
    String response,
    int copies,
    String subject,
    List<String> tags,
    String trainingPromptVersion,
    long selectionSeed,
    long modelTime) {

  /** How a record came into its dataset. */
  public enum Mark {
    /** Belongs to the dataset as its manifest counts it. */
    BASE,
    /** Came or was measured later, and passes the stored cut-off. */
    ADDED,
    /** Was in it already; its subject, tags or label changed. */
    CHANGED,
    /** Is in it no more: the question was removed, or its content changed. */
    REMOVED
  }
}
