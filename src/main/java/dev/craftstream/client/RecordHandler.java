package dev.craftstream.client;

import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;

/** Takes the records of the job's topics by their kind; what it does not override is ignored. */
public interface RecordHandler {

  /** Where the record lies that is handed over next; of input also one that the job refuses. */
  default void begin(RecordPlace place) {}

  default void add(QuestionEvent event) {}

  /**
   * An announcement or a retirement.
   *
   * @param writtenAt the record's time, in milliseconds
   */
  default void add(ModelCheckpointEvent event, long writtenAt) {}

  default void add(KnowledgeRecord knowledge) {}

  default void add(Instruction instruction) {}

  default void add(DatasetRecord member) {}

  default void add(DatasetManifest manifest) {}

  default void add(Evaluation evaluation) {}

  /**
   * A dead letter.
   *
   * @param writtenAt the record's time, in milliseconds
   */
  default void add(DeadLetter letter, long writtenAt) {}

  /** A question's measurements are taken back. */
  default void removeKnowledge(String questionId) {}

  /** A question's instructions are taken back. */
  default void removeInstructions(String questionId) {}

  /** A dataset's manifest is taken back. */
  default void removeManifest(String datasetId) {}
}
