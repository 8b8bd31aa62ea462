package dev.craftstream.survey;

import dev.craftstream.model.label.Label;

/** Counts what of one dataset is settled at one time. */
final class Settlement {
  private final String datasetId;
  private long candidates;
  private long answerRecords;
  private long refusalRecords;

  Settlement(String datasetId) {
    this.datasetId = datasetId;
  }

  /**
   * A candidate is settled.
   *
   * @param copies how often it is in the dataset; 0 where it is not
   */
  void add(Label label, int copies) {
    candidates++;
    if (label == Label.ANSWER) {
      answerRecords += copies;
    } else {
      refusalRecords += copies;
    }
  }

  SettledCandidates sum() {
    return new SettledCandidates(datasetId, candidates, answerRecords, refusalRecords);
  }
}
