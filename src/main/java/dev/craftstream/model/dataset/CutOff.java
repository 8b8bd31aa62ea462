package dev.craftstream.model.dataset;

import dev.craftstream.model.label.Label;

/**
 * Up to where a dataset's candidates are taken.
 *
 * @param dataset the dataset
 * @param failure why the dataset is not built, a sentence; empty where it is
 * @param answers of the ANSWER candidates
 * @param refusals of the REFUSAL candidates
 * @param modelTime the newest model time that was complete when the questions were looked through
 * @param retired a checkpoint of it was retired: later changes have no place in it any more
 * @param cost what asking its checkpoints had cost then; null where that is not known
 */
public record CutOff(
    Dataset dataset,
    String failure,
    Bound answers,
    Bound refusals,
    long modelTime,
    boolean retired,
    DatasetCost cost) {

  /**
   * The word that a checkpoint of the dataset is retired.
   *
   * @param closed whether the dataset's cut-off was told before; else it is not built
   */
  public static CutOff retired(Dataset dataset, long modelTime, boolean closed) {
    return new CutOff(
        dataset,
        closed
            ? ""
            : "A model checkpoint that it rests on was retired before all questions were looked"
                + " through. If the dataset is still wanted, announce it again, and then those that were"
                + " made from it.",
        Bound.NOTHING,
        Bound.NOTHING,
        modelTime,
        true,
        null);
  }

  /** The same, after a checkpoint of the dataset is retired. */
  public CutOff frozen() {
    return new CutOff(dataset, failure, answers, refusals, modelTime, true, cost);
  }

  /** The same, before that. */
  public CutOff live() {
    return new CutOff(dataset, failure, answers, refusals, modelTime, false, cost);
  }

  public boolean isBuilt() {
    return failure.isEmpty();
  }

  public Bound of(Label label) {
    return label == Label.ANSWER ? answers : refusals;
  }

  /**
   * The bound of one label.
   *
   * @param candidates how many there are
   * @param unsure how many more there were if any sureness were enough
   * @param offered how many of these the survey offered
   * @param taken how many of these are taken
   * @param all whether there is no bound, for all candidates are taken
   * @param score first part of the last taken one's rank; infinite where none is taken
   * @param hash second part; the greatest number where all that have its score are taken
   * @param drawnAgain hashes of the candidates that are taken more than once
   * @param extraCopies how many more times each of these is taken
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Bound(
      long candidates,
      long unsure,
      long offered,
      long taken,
      boolean all,
      double score,
      long hash,
      long[] drawnAgain,
      int[] extraCopies) {

    /** Takes nothing. */
    public static final Bound NOTHING =
        new Bound(0, 0, 0, 0, false, Double.NEGATIVE_INFINITY, 0, new long[0], new int[0]);

    /** Whether a candidate of this rank is taken. */
    public boolean takes(double candidateScore, long candidateHash) {
      return all
          || candidateScore < score
          || (candidateScore == score && Long.compareUnsigned(candidateHash, hash) <= 0);
    }
  }
}
