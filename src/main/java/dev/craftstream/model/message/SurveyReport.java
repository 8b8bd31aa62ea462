package dev.craftstream.model.message;

import dev.craftstream.model.dataset.Dataset;
import dev.craftstream.model.dataset.DatasetCost;

/**
 * What a tracker found for one dataset in some of its key groups. The reports on a dataset cover
 * each key group once.
 *
 * @param dataset the dataset
 * @param outcome what happened in these key groups
 * @param keyGroups how many key groups this report covers
 * @param ofKeyGroups how many there are
 * @param modelTime the newest model time that was complete
 * @param questions questions of the dataset's task and purpose there, candidates or not
 * @param answers ANSWER candidates there
 * @param refusals REFUSAL candidates there
 * @param cost what asking the dataset's checkpoints had cost for the questions there. It is in one
 *     report on each key group, which need not be the one that covers it
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record SurveyReport(
    Dataset dataset,
    Outcome outcome,
    int keyGroups,
    int ofKeyGroups,
    long modelTime,
    long questions,
    Ranks answers,
    Ranks refusals,
    DatasetCost cost) {

  /** Without a cost. */
  public SurveyReport(
      Dataset dataset,
      Outcome outcome,
      int keyGroups,
      int ofKeyGroups,
      long modelTime,
      long questions,
      Ranks answers,
      Ranks refusals) {
    this(
        dataset,
        outcome,
        keyGroups,
        ofKeyGroups,
        modelTime,
        questions,
        answers,
        refusals,
        DatasetCost.NONE);
  }

  /** The same with a cost. */
  public SurveyReport costing(DatasetCost its) {
    return new SurveyReport(
        dataset, outcome, keyGroups, ofKeyGroups, modelTime, questions, answers, refusals, its);
  }

  /** What a report says of its key groups. */
  public enum Outcome {
    /** All questions were looked at. */
    SURVEYED,
    /** A checkpoint of the dataset was retired before all questions were looked at. */
    ABANDONED,
    /** The same after that: the dataset takes no later changes from here any more. */
    RETIRED
  }

  /**
   * Candidates of one label.
   *
   * @param candidates how many there are
   * @param unsure how many more there were if any sureness were enough
   * @param scores of those that were offered, the rank's first part; lower is taken first
   * @param hashes of the same, the rank's second part
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Ranks(long candidates, long unsure, double[] scores, long[] hashes) {
    public static final Ranks NONE = new Ranks(0, 0, new double[0], new long[0]);
  }
}
