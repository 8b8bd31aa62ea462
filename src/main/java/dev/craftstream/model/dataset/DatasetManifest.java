package dev.craftstream.model.dataset;

/**
 * Closes a dataset, or says why it was not built.
 *
 * @param cutOff the dataset, its failure and its bounds
 * @param answerRecords ANSWER records, drawing again counted
 * @param refusalRecords REFUSAL records, drawing again counted
 */
public record DatasetManifest(CutOff cutOff, long answerRecords, long refusalRecords) {

  /** When the questions were looked through. */
  public long modelTime() {
    return cutOff.modelTime();
  }

  public boolean complete() {
    return cutOff.isBuilt();
  }
}
