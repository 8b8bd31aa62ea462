package dev.craftstream.survey;

import dev.craftstream.model.Cost;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.knowledge.KnowledgeChange;
import java.util.BitSet;
import java.util.stream.Stream;

/** The questions of a tracker task, as surveys see them. What takes an id makes it the key. */
public interface SurveyedQuestions {

  /** All ids in the order of their keys; those that came since are left out. To be closed. */
  Stream<String> ids();

  /** The ids of those that have something promised, in the same way. */
  Stream<String> promisedIds();

  /** Makes the question the current one. */
  void setCurrent(String id);

  /** What is known of a question; null where there is none of this id. */
  KnowledgeChange knowledge(String id) throws Exception;

  /** What asking the checkpoint has cost so far for the questions of these key groups. */
  Cost cost(ModelCheckpoint checkpoint, BitSet keyGroups);

  /** Whether the checkpoint failed to answer it. */
  boolean hasFailed(String id, ModelCheckpoint checkpoint) throws Exception;

  /**
   * Has the question asked again where the checkpoint failed to answer it.
   *
   * @return what was known of it until now; null where the checkpoint did not fail
   */
  KnowledgeChange reopen(String id, ModelCheckpoint checkpoint) throws Exception;
}
