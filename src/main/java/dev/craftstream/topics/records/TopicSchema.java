package dev.craftstream.topics.records;

import com.google.protobuf.Message;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.ModelCheckpointEvent;
import dev.craftstream.v1.QuestionEvent;
import dev.craftstream.v1.Request;
import dev.craftstream.v1.SampleRecord;

/** What the records of each topic are, by the topic's name without a prefix. */
public enum TopicSchema {
  QUESTIONS("questions", QuestionEvent.getDefaultInstance(), true, true, "question_id"),
  MODEL_CHECKPOINTS(
      "model-checkpoints", ModelCheckpointEvent.getDefaultInstance(), true, false, "checkpoint_id"),
  REQUESTS("requests", Request.getDefaultInstance(), true, false, "request_id"),
  INSTRUCTIONS("instructions", Instruction.getDefaultInstance(), false, true, "question_id"),
  KNOWLEDGE("knowledge", KnowledgeRecord.getDefaultInstance(), false, false, "question_id"),
  SAMPLES("samples", SampleRecord.getDefaultInstance(), false, false, "question_id"),
  DATASETS(
      "datasets",
      DatasetRecord.getDefaultInstance(),
      false,
      false,
      "dataset_id, a line break and question_id"),
  REHEARSAL_SETS(
      "rehearsal-sets",
      DatasetRecord.getDefaultInstance(),
      false,
      false,
      "dataset_id, a line break and question_id"),
  DATASET_MANIFESTS(
      "dataset-manifests", DatasetManifest.getDefaultInstance(), false, true, "dataset_id"),
  EVALUATIONS(
      "evaluations",
      Evaluation.getDefaultInstance(),
      false,
      true,
      "checkpoint_id, task and subject, with line breaks between them"),
  DEAD_LETTERS(
      "dead-letters",
      DeadLetter.getDefaultInstance(),
      false,
      false,
      "question_id or checkpoint_id where there is one, else the original record's key");

  private final String topic;
  private final Message empty;
  private final boolean input;
  private final boolean compacted;
  private final String key;

  TopicSchema(String topic, Message empty, boolean input, boolean compacted, String key) {
    this.topic = topic;
    this.empty = empty;
    this.input = input;
    this.compacted = compacted;
    this.key = key;
  }

  /** The topic's name, without a prefix. */
  public String topic() {
    return topic;
  }

  /** A message of the topic's values in which nothing is set. */
  public Message empty() {
    return empty;
  }

  /** The schema's name, which has its version in it, such as {@code craftstream.v1.Instruction}. */
  public String schemaName() {
    return empty.getDescriptorForType().getFullName();
  }

  /** Whether the job reads the topic; it writes the others. */
  public boolean isInput() {
    return input;
  }

  /** Whether the newest record of each key is kept, as the job makes the topic. */
  public boolean isCompacted() {
    return compacted;
  }

  /** What the records' keys are made of. */
  public String key() {
    return key;
  }
}
