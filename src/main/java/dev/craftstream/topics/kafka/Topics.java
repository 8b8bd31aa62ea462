package dev.craftstream.topics.kafka;

import dev.craftstream.topics.records.Rejection;
import dev.craftstream.topics.records.TopicSchema;
import java.io.Serializable;
import java.util.List;

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
    return prefix + "questions";
  }

  /** Which model checkpoints come and go; in. */
  public String modelCheckpoints() {
    return prefix + "model-checkpoints";
  }

  /** What users ask of the job's state; in. */
  public String requests() {
    return prefix + "requests";
  }

  /** The relabelled questions; out. */
  public String instructions() {
    return prefix + "instructions";
  }

  /** What each checkpoint knows of each question; out. */
  public String knowledge() {
    return prefix + "knowledge";
  }

  /** Which questions make which training dataset; out. */
  public String datasets() {
    return prefix + "datasets";
  }

  /** Which questions make which rehearsal set; out. */
  public String rehearsalSets() {
    return prefix + "rehearsal-sets";
  }

  /** What closes the datasets and rehearsal sets; out. */
  public String datasetManifests() {
    return prefix + "dataset-manifests";
  }

  /** How the model checkpoints do; out. */
  public String evaluations() {
    return prefix + "evaluations";
  }

  /** What could not be used, and why; out. */
  public String deadLetters() {
    return prefix + "dead-letters";
  }

  /**
   * What the records of one of these topics are.
   *
   * @throws IllegalArgumentException where it is none of them
   */
  public TopicSchema schema(String topic) {
    for (TopicSchema schema : TopicSchema.values()) {
      if (topic.equals(prefix + schema.topic())) {
        return schema;
      }
    }
    throw new IllegalArgumentException(topic + " is none of the job's topics.");
  }

  public List<String> all() {
    return List.of(
        questions(),
        modelCheckpoints(),
        requests(),
        instructions(),
        knowledge(),
        datasets(),
        rehearsalSets(),
        datasetManifests(),
        evaluations(),
        deadLetters());
  }
}
