package dev.craftstream.survey;

import dev.craftstream.model.KnowledgeChange;
import dev.craftstream.model.ModelCheckpoint;
import java.util.stream.Stream;

/**
 * The questions of a tracker task, as surveys see them. All methods but {@link #ids} set the key.
 */
public interface SurveyedQuestions {

  /** All ids in the order of their key groups; those that came since are left out. */
  Stream<String> ids();

  /** What is known of a question; null where there is none of this id. */
  KnowledgeChange knowledge(String id) throws Exception;

  /** Whether the checkpoint failed to answer it. */
  boolean hasFailed(String id, ModelCheckpoint checkpoint) throws Exception;

  /**
   * Has the question asked again where the checkpoint failed to answer it.
   *
   * @return what was known of it until now; null where the checkpoint did not fail
   */
  KnowledgeChange reopen(String id, ModelCheckpoint checkpoint) throws Exception;
}
