package dev.craftstream.model;

/**
 * Up to where a dataset's candidates are taken.
 *
 * @param dataset the dataset
 * @param failure why the dataset is not built, a sentence; empty where it is
 * @param answers of the ANSWER candidates
 * @param refusals of the REFUSAL candidates
 * @param retired a checkpoint of it was retired: later changes have no place in it any more
 */
public record CutOff(
    Dataset dataset, String failure, Bound answers, Bound refusals, boolean retired) {

  public Bound of(Label label) {
    return label == Label.ANSWER ? answers : refusals;
  }

  /**
   * The bound of one label.
   *
   * @param candidates how many there are
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
      long offered,
      long taken,
      boolean all,
      double score,
      long hash,
      long[] drawnAgain,
      int[] extraCopies) {

    /** Whether a candidate of this rank is taken. */
    public boolean takes(double candidateScore, long candidateHash) {
      return all
          || candidateScore < score
          || candidateScore == score && Long.compareUnsigned(candidateHash, hash) <= 0;
    }

    /** How often a candidate that is taken is in the dataset. */
    public int copies(long candidateHash) {
      for (int i = 0; i < drawnAgain.length; i++) {
        if (drawnAgain[i] == candidateHash) {
          return 1 + extraCopies[i];
        }
      }
      return 1;
    }
  }
}
