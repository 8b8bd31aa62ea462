package dev.craftstream.topics.kafka;

import dev.craftstream.topics.records.Rejection;
import dev.craftstream.topics.records.TopicSchema;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;

/**
 * The names of the job's topics.
 *
 * @param prefix stands before each name, so that several jobs can share a cluster; may be empty
 */
public record Topics(String prefix) implements Serializable {

  private static final int NAME_CHARACTERS = 249;

  public Topics {
    if (!prefix.matches("[a-zA-Z0-9._-]*")) {
      throw new IllegalArgumentException(
          "The topic prefix is %s; letters, digits, '.', '_' and '-' are allowed."
              .formatted(Rejection.shown(prefix)));
    }
    int room = NAME_CHARACTERS - "model-checkpoints".length();
    if (prefix.length() > room) {
      throw new IllegalArgumentException(
          "The topic prefix has %d characters; at most %d are allowed."
              .formatted(prefix.length(), room));
    }
  }

  /** What happened to the questions; in. */
  public String questions() {
    return name(TopicSchema.QUESTIONS);
  }

  /** Which model checkpoints come and go; in. */
  public String modelCheckpoints() {
    return name(TopicSchema.MODEL_CHECKPOINTS);
  }

  /** What users ask of the job's state; in. */
  public String requests() {
    return name(TopicSchema.REQUESTS);
  }

  /** The relabelled questions; out. */
  public String instructions() {
    return name(TopicSchema.INSTRUCTIONS);
  }

  /** What each checkpoint knows of each question; out. */
  public String knowledge() {
    return name(TopicSchema.KNOWLEDGE);
  }

  /** What measurements rest on; out, where it is wanted. */
  public String samples() {
    return name(TopicSchema.SAMPLES);
  }

  /** Which questions make which training dataset; out. */
  public String datasets() {
    return name(TopicSchema.DATASETS);
  }

  /** Which questions make which rehearsal set; out. */
  public String rehearsalSets() {
    return name(TopicSchema.REHEARSAL_SETS);
  }

  /** What closes the datasets and rehearsal sets; out. */
  public String datasetManifests() {
    return name(TopicSchema.DATASET_MANIFESTS);
  }

  /** How the model checkpoints do; out. */
  public String evaluations() {
    return name(TopicSchema.EVALUATIONS);
  }

  /** What could not be used, and why; out. */
  public String deadLetters() {
    return name(TopicSchema.DEAD_LETTERS);
  }

  /**
   * What the records of one of these topics are.
   *
   * @throws IllegalArgumentException where it is none of them
   */
  public TopicSchema schema(String topic) {
    for (TopicSchema schema : TopicSchema.values()) {
      if (topic.equals(name(schema))) {
        return schema;
      }
    }
    throw new IllegalArgumentException(topic + " is none of the job's topics.");
  }

  /** All of them, whether they are wanted or not. */
  public List<String> all() {
    return Stream.of(TopicSchema.values()).map(this::name).toList();
  }

  /** Those that the job reads: questions, model checkpoints, requests. */
  public List<String> inputs() {
    return Stream.of(TopicSchema.values()).filter(TopicSchema::isInput).map(this::name).toList();
  }

  /** The name of the topic of these records. */
  public String name(TopicSchema schema) {
    return prefix + schema.topic();
  }
}
