package dev.craftstream.model;

/**
 * What one model checkpoint knows of one question (paper, section 3.1).
 *
 * @param correctness share of correct samples, or the target's share among the options'
 *     probabilities; 0 to 1
 * @param certainty open-ended: mean cosine similarity of the samples, -1 to 1; multiple choice: sum
 *     of p ln p over the raw option probabilities, at most 0; higher is surer
 * @param targetProbability multiple choice: the target letter's probability over the whole
 *     vocabulary; else 0
 * @param samples open-ended: number of samples; else 0
 * @param correctSamples how many of these are correct
 * @param frequentCorrectAnswer open-ended: the most frequent correct sample, trimmed; empty where
 *     none is correct
 * @param seed seed of the first sample, unsigned; 0 where nothing was drawn
 * @param promptVersion version of the knowledge query's prompt
 */
public record KnowledgeState(
    double correctness,
    double certainty,
    double targetProbability,
    int samples,
    int correctSamples,
    String frequentCorrectAnswer,
    long seed,
    String promptVersion) {

  /**
   * Knowledge flow (paper, section 3.1): correctness under REHEARSAL minus correctness under
   * INITIAL, which is this; -1 to 1, rounded to 12 decimals so that 0.3 - 0.1 is 0.2.
   */
  public double flowTo(KnowledgeState rehearsal) {
    return Figures.round(rehearsal.correctness - correctness);
  }

  public Verdict verdict() {
    return correctness == 1 ? Verdict.CORRECT : Verdict.WRONG;
  }
}
