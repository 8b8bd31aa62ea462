package dev.craftstream.model.knowledge;

import dev.craftstream.model.Cost;
import dev.craftstream.model.Question;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import java.util.List;

/**
 * What is known of a question changed: it was measured, its content or labels changed, or it went.
 *
 * @param questionId the question's id
 * @param question the question; null where it was removed
 * @param questionVersion counts its contents from 1
 * @param knowledge all of the live checkpoints that have measured this version, oldest first
 * @param measured the id of the checkpoint whose measurement this change is; empty for any other
 *     change
 * @param modelTime the newest model time that the job had seen
 * @param cost what that measurement has cost; null for any other change
 */
public record KnowledgeChange(
    String questionId,
    Question question,
    int questionVersion,
    List<CheckpointKnowledge> knowledge,
    String measured,
    long modelTime,
    Cost cost) {

  /** Whatever it has cost. */
  public KnowledgeChange(
      String questionId,
      Question question,
      int questionVersion,
      List<CheckpointKnowledge> knowledge,
      String measured,
      long modelTime) {
    this(questionId, question, questionVersion, knowledge, measured, modelTime, null);
  }

  /** The same measurement with what it has cost. */
  public KnowledgeChange costing(Cost its) {
    return new KnowledgeChange(
        questionId, question, questionVersion, knowledge, measured, modelTime, its);
  }

  /** What {@code checkpoint} knows of the question; null where it has not measured it. */
  public CheckpointKnowledge under(ModelCheckpoint checkpoint) {
    for (CheckpointKnowledge known : knowledge) {
      if (known.checkpoint().announcedAt() == checkpoint.announcedAt()) {
        return known;
      }
    }
    return null;
  }

  /** The same question before the checkpoint announced at {@code announcedAt} measured it. */
  public KnowledgeChange without(long announcedAt) {
    List<CheckpointKnowledge> others =
        knowledge.stream()
            .filter(known -> known.checkpoint().announcedAt() != announcedAt)
            .toList();
    return new KnowledgeChange(questionId, question, questionVersion, others, "", modelTime);
  }
}
