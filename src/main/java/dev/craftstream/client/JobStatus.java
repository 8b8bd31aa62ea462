package dev.craftstream.client;

import dev.craftstream.model.Cost;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.v1.DatasetManifest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the job's topics say of it at one time.
 *
 * @param modelTime the newest model time
 * @param checkpoints the model checkpoints that are live, in the order of their announcement
 * @param questions how many are known, by task and purpose
 * @param labels the newest decisions, by label (ANSWER, REFUSAL, DROPPED) and stage (PROVISIONAL,
 *     FINAL)
 * @param deadLetters by reason
 * @param datasets the manifests, of datasets and rehearsal sets
 * @param lags of the job's consumer group; empty where it has committed nothing since it started
 */
public record JobStatus(
    long modelTime,
    List<Live> checkpoints,
    Map<Task, Map<Purpose, Long>> questions,
    Map<String, Map<String, Long>> labels,
    Map<String, Long> deadLetters,
    List<DatasetManifest> datasets,
    List<Lag> lags) {

  /**
   * A live model checkpoint.
   *
   * @param measured how many of the questions are measured under it as they are now, as far as the
   *     topic of knowledge still goes back
   * @param cost what asking it has cost, as far as the topics of knowledge and dead letters still
   *     go back; empty where they tell nothing of it
   */
  public record Live(ModelCheckpoint checkpoint, long measured, Optional<Cost> cost) {}

  /** How many records of a topic the job has not read as of its newest Flink checkpoint. */
  public record Lag(String topic, long records) {}

  /** All questions. */
  public long allQuestions() {
    return questions.values().stream()
        .flatMap(byPurpose -> byPurpose.values().stream())
        .mapToLong(Long::longValue)
        .sum();
  }

  /** How many questions a checkpoint of this role is asked. */
  public long toMeasure(Role role) {
    return questions.values().stream()
        .flatMap(byPurpose -> byPurpose.entrySet().stream())
        .filter(count -> role.measures(count.getKey()))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
