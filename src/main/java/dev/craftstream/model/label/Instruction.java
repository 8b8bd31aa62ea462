package dev.craftstream.model.label;

import dev.craftstream.model.Task;
import java.util.List;

/**
 * A question, relabelled; or the word that it is none any more.
 *
 * @param questionId the question's id
 * @param revision counts the decisions on this question from 1
 * @param decision the label and what it rests on; null where the question was removed or is no
 *     longer one to train on, and then all that follows is empty as well
 * @param prompt what the trainer shows the model
 * @param response what the model shall say; empty where the label is {@link Label#DROPPED}
 */
public record Instruction(
    String questionId,
    int revision,
    Decision decision,
    int questionVersion,
    Task task,
    String prompt,
    String response,
    String subject,
    List<String> tags,
    String trainingPromptVersion,
    long modelTime) {

  /** Takes the question's instruction back. */
  public static Instruction tombstone(String questionId, int revision, long modelTime) {
    return new Instruction(
        questionId, revision, null, 0, null, "", "", "", List.of(), "", modelTime);
  }

  public boolean isTombstone() {
    return decision == null;
  }
}
