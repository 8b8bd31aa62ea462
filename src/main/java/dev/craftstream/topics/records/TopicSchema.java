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

/** What the records of each topic are, by the topic's name without a prefix. */
public enum TopicSchema {
  QUESTIONS("questions", QuestionEvent.getDefaultInstance()),
  MODEL_CHECKPOINTS("model-checkpoints", ModelCheckpointEvent.getDefaultInstance()),
  REQUESTS("requests", Request.getDefaultInstance()),
  INSTRUCTIONS("instructions", Instruction.getDefaultInstance()),
  KNOWLEDGE("knowledge", KnowledgeRecord.getDefaultInstance()),
  DATASETS("datasets", DatasetRecord.getDefaultInstance()),
  REHEARSAL_SETS("rehearsal-sets", DatasetRecord.getDefaultInstance()),
  DATASET_MANIFESTS("dataset-manifests", DatasetManifest.getDefaultInstance()),
  EVALUATIONS("evaluations", Evaluation.getDefaultInstance()),
  DEAD_LETTERS("dead-letters", DeadLetter.getDefaultInstance());

  private final String topic;
  private final Message empty;

  TopicSchema(String topic, Message empty) {
    this.topic = topic;
    this.empty = empty;
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
}
