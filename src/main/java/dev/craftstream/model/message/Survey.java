package dev.craftstream.model.message;

import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.dataset.Dataset;
import java.util.List;
import java.util.Set;

/**
 * A look through all questions: which of them stand for which datasets, how a checkpoint does on
 * those of purpose EVALUATE, and which it is to be asked again.
 *
 * @param id names it for ever
 * @param modelTime it is made once this model time is complete
 * @param datasets what is to be selected; may be empty
 * @param evaluated the INITIAL or TUNED checkpoint to be evaluated; null for none
 * @param base the INITIAL checkpoint that {@code evaluated} is compared with, itself for INITIAL;
 *     null for none
 * @param retried the checkpoint that is asked again what it failed to answer; null for none
 */
public record Survey(
    String id,
    long modelTime,
    List<Dataset> datasets,
    ModelCheckpoint evaluated,
    ModelCheckpoint base,
    ModelCheckpoint retried) {

  /** One that finds what to select and what to evaluate. */
  public Survey(
      String id,
      long modelTime,
      List<Dataset> datasets,
      ModelCheckpoint evaluated,
      ModelCheckpoint base) {
    this(id, modelTime, datasets, evaluated, base, null);
  }

  /**
   * Whether all checkpoints that it rests on are live.
   *
   * @param live {@link ModelCheckpoint#announcedAt()} of those that are
   */
  public boolean restsOn(Set<Long> live) {
    for (Dataset dataset : datasets) {
      if (!isIn(live, dataset.initial()) || !isIn(live, dataset.rehearsal())) {
        return false;
      }
    }
    return isIn(live, evaluated) && isIn(live, base) && isIn(live, retried);
  }

  private static boolean isIn(Set<Long> live, ModelCheckpoint checkpoint) {
    return checkpoint == null || live.contains(checkpoint.announcedAt());
  }

  /** Whether the time of all that it selects is over; of one that selects nothing it never is. */
  public boolean isOver(long time) {
    return !datasets.isEmpty() && datasets.stream().allMatch(dataset -> dataset.isOver(time));
  }

  /** One that is made at once and has {@code checkpoint} asked again what it failed to answer. */
  public static Survey retrying(String id, ModelCheckpoint checkpoint) {
    return new Survey(id, 0, List.of(), null, null, checkpoint);
  }
}
