package dev.craftstream.model.dataset;

import dev.craftstream.model.Cost;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import java.util.function.Function;

/**
 * What asking the model checkpoints of a dataset had cost when the questions were looked through:
 * all that they had been asked by then, whether it came into the dataset or not.
 *
 * @param initial of the INITIAL checkpoint
 * @param rehearsal of the REHEARSAL checkpoint; nothing where the dataset has none
 */
public record DatasetCost(Cost initial, Cost rehearsal) {
  public static final DatasetCost NONE = new DatasetCost(Cost.NONE, Cost.NONE);

  /**
   * A dataset's.
   *
   * @param costs a model checkpoint's
   */
  public static DatasetCost of(Dataset dataset, Function<ModelCheckpoint, Cost> costs) {
    return new DatasetCost(
        costs.apply(dataset.initial()),
        dataset.rehearsal() == null ? Cost.NONE : costs.apply(dataset.rehearsal()));
  }

  /** Both together. */
  public DatasetCost plus(DatasetCost other) {
    return new DatasetCost(initial.plus(other.initial), rehearsal.plus(other.rehearsal));
  }
}
