package dev.craftstream.model.knowledge;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.checkpoint.Contract;
import java.util.Objects;

/**
 * What one model checkpoint knows of one question (paper, section 3.1); or, for a question of
 * purpose {@link Purpose#EVALUATE}, how it answered (section 4.1).
 *
 * <p>An evaluation is of one answer: {@code samples} is 1 for both tasks, {@code correctness},
 * {@code correctSamples} and {@code refusedSamples} are 0 or 1, {@code certainty} and {@code
 * targetProbability} are 0, which means not measured, and {@code frequentCorrectAnswer} is empty.
 *
 * @param correctness share of correct samples, or the target's share among the options'
 *     probabilities; 0 to 1
 * @param certainty as {@code certaintyKind} says; higher is surer
 * @param certaintyKind how certainty was measured; {@link CertaintyKind#NONE} for an evaluation
 * @param targetProbability multiple choice: the target letter's probability over the whole
 *     vocabulary or, where samples are drawn, the share of those that choose it; else 0
 * @param unseenProbability multiple choice: how much of the next token's probability lies on tokens
 *     that the server does not tell (with {@link Contract#VLLM} all but the 20 most probable ones);
 *     0 to 1. Where it is above 0, the options' probabilities, {@code targetProbability} among
 *     them, are lower bounds, which together miss at most so much. 0 where all are exact, for other
 *     tasks, and for what was measured before it was kept
 * @param samples number of samples; 0 where letters are weighed
 * @param correctSamples how many of these are correct
 * @param refusedSamples how many of these are refusals; 0 for what was measured before refusals
 *     were counted
 * @param frequentCorrectAnswer open-ended: the most frequent correct sample, trimmed; empty where
 *     none is correct
 * @param seed seed of the first sample, unsigned; 0 where nothing was drawn
 * @param promptVersion version of the prompt that was asked with
 * @param correctnessRule how correctness was measured
 * @param judge who judged, where that is {@link CorrectnessRule#JUDGE}; else null
 */
public record KnowledgeState(
    double correctness,
    double certainty,
    CertaintyKind certaintyKind,
    double targetProbability,
    double unseenProbability,
    int samples,
    int correctSamples,
    int refusedSamples,
    String frequentCorrectAnswer,
    long seed,
    String promptVersion,
    CorrectnessRule correctnessRule,
    JudgeModel judge) {

  /** Measured without a judge model. */
  public KnowledgeState(
      double correctness,
      double certainty,
      CertaintyKind certaintyKind,
      double targetProbability,
      double unseenProbability,
      int samples,
      int correctSamples,
      int refusedSamples,
      String frequentCorrectAnswer,
      long seed,
      String promptVersion,
      CorrectnessRule correctnessRule) {
    this(
        correctness,
        certainty,
        certaintyKind,
        targetProbability,
        unseenProbability,
        samples,
        correctSamples,
        refusedSamples,
        frequentCorrectAnswer,
        seed,
        promptVersion,
        correctnessRule,
        null);
  }

  /** The same where that model judged; itself for null. */
  public KnowledgeState judgedBy(JudgeModel model) {
    return model == null
        ? this
        : new KnowledgeState(
            correctness,
            certainty,
            certaintyKind,
            targetProbability,
            unseenProbability,
            samples,
            correctSamples,
            refusedSamples,
            frequentCorrectAnswer,
            seed,
            promptVersion,
            correctnessRule,
            model);
  }

  /** Whether correctness was measured in one way, so that the two can be compared. */
  public boolean isJudgedLike(KnowledgeState other) {
    return correctnessRule == other.correctnessRule && Objects.equals(judge, other.judge);
  }

  /**
   * Knowledge flow (paper, section 3.1): correctness under REHEARSAL minus correctness under
   * INITIAL, which is this; -1 to 1, rounded to 12 decimals so that 0.3 - 0.1 is 0.2.
   */
  public double flowTo(KnowledgeState rehearsal) {
    return Figures.round(rehearsal.correctness - correctness);
  }

  /** How the one answer of an evaluation was judged. */
  public Verdict verdict() {
    if (correctness == 1) {
      return Verdict.CORRECT;
    }
    return refusedSamples > 0 ? Verdict.REFUSED : Verdict.WRONG;
  }
}
