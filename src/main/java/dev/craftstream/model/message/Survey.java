package dev.craftstream.model.message;

import dev.craftstream.model.Dataset;
import dev.craftstream.model.ModelCheckpoint;
import java.util.List;

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

  /** One that is made at once and has {@code checkpoint} asked again what it failed to answer. */
  public static Survey retrying(String id, ModelCheckpoint checkpoint) {
    return new Survey(id, 0, List.of(), null, null, checkpoint);
  }
}
