package dev.craftstream.method;

import dev.craftstream.model.dataset.Evaluation.Estimate;
import dev.craftstream.model.knowledge.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How well a model checkpoint answers and refuses, beside the INITIAL checkpoint that it is
 * compared with, its base (paper, section 4.1).
 *
 * <p>Questions whose answer by the base could not be used count in the three shares, and in neither
 * of the figures that compare: both points of {@link #truthfulHelpfulness} are then of the same
 * questions.
 *
 * @param correctShare Pc, 0 to 1
 * @param wrongShare Pw
 * @param refusedShare Pr
 * @param truthfulHelpfulness THS; empty where the base is never wrong
 * @param overRefusal share of what the base answers correctly that is refused; empty where the base
 *     answers nothing correctly
 * @param abstentionPrecision of what is refused, the share that the base does not answer correctly;
 *     empty where nothing is refused
 * @param abstentionRecall of what the base does not answer correctly, the share that is refused;
 *     empty where it answers all correctly
 * @param abstentionF1 harmonic mean of the two; empty where there is nothing to refuse, and nothing
 *     refused
 * @param truthfulness correct answers less wrong ones times the penalty, over all answers: a
 *     refusal counts 0 (Yang et al., CRAG, 2024, with a penalty of 1)
 */
public record EvaluationFigures(
    Estimate correctShare,
    Estimate wrongShare,
    Estimate refusedShare,
    Optional<Estimate> truthfulHelpfulness,
    Optional<Estimate> overRefusal,
    Optional<Estimate> abstentionPrecision,
    Optional<Estimate> abstentionRecall,
    Optional<Estimate> abstentionF1,
    Estimate truthfulness) {

  /**
   * The figures of {@code counts}, with their intervals.
   *
   * @param wrongPenalty what a wrong answer costs, where a correct one is worth 1; not negative
   * @throws IllegalArgumentException where there are no questions
   */
  public static EvaluationFigures of(Contingency counts, Bootstrap bootstrap, double wrongPenalty) {
    if (counts.total() == 0) {
      throw new IllegalArgumentException("Figures are shares of questions, but there are none.");
    }
    List<Contingency> resampled = bootstrap.resample(counts);
    return new EvaluationFigures(
        share(Verdict.CORRECT, counts, resampled, bootstrap),
        share(Verdict.WRONG, counts, resampled, bootstrap),
        share(Verdict.REFUSED, counts, resampled, bootstrap),
        bootstrap.estimate(counts, resampled, EvaluationFigures::truthfulHelpfulness),
        bootstrap.estimate(counts, resampled, EvaluationFigures::overRefusal),
        bootstrap.estimate(counts, resampled, EvaluationFigures::abstentionPrecision),
        bootstrap.estimate(counts, resampled, EvaluationFigures::abstentionRecall),
        bootstrap.estimate(counts, resampled, EvaluationFigures::abstentionF1),
        bootstrap
            .estimate(
                counts, resampled, table -> OptionalDouble.of(truthfulness(table, wrongPenalty)))
            .orElseThrow());
  }

  private static Estimate share(
      Verdict verdict, Contingency counts, List<Contingency> resampled, Bootstrap bootstrap) {
    return bootstrap
        .estimate(
            counts,
            resampled,
            table -> OptionalDouble.of((double) table.count(verdict) / table.total()))
        .orElseThrow();
  }

  /**
   * In the plane of Pc and Pw let b be the base's point and a the evaluated one's: THS is cross(a,
   * b) / cross((1, 0), b), with cross((x1, y1), (x2, y2)) = x1 y2 - x2 y1. The base itself has 0, a
   * perfect model 1; at most 1.
   */
  static OptionalDouble truthfulHelpfulness(Contingency counts) {
    // Both points are shares of the same number of questions, which goes out of the fraction once.
    long compared = 0;
    for (Verdict verdict : Verdict.values()) {
      compared += counts.countCompared(verdict);
    }
    long baseWrong = counts.countBase(Verdict.WRONG);
    if (baseWrong == 0) {
      return OptionalDouble.empty();
    }
    double wrongs = (double) counts.countCompared(Verdict.WRONG) / baseWrong;
    return OptionalDouble.of(
        (counts.countCompared(Verdict.CORRECT) - counts.countBase(Verdict.CORRECT) * wrongs)
            / compared);
  }

  static OptionalDouble overRefusal(Contingency counts) {
    long baseCorrect = counts.countBase(Verdict.CORRECT);
    return baseCorrect == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) counts.count(Verdict.REFUSED, Verdict.CORRECT) / baseCorrect);
  }

  static OptionalDouble abstentionPrecision(Contingency counts) {
    return ratio(refusedRightly(counts), counts.countCompared(Verdict.REFUSED));
  }

  static OptionalDouble abstentionRecall(Contingency counts) {
    return ratio(refusedRightly(counts), toRefuse(counts));
  }

  static OptionalDouble abstentionF1(Contingency counts) {
    return ratio(
        2 * refusedRightly(counts), counts.countCompared(Verdict.REFUSED) + toRefuse(counts));
  }

  private static long refusedRightly(Contingency counts) {
    return counts.countCompared(Verdict.REFUSED) - counts.count(Verdict.REFUSED, Verdict.CORRECT);
  }

  /** What the base does not answer correctly. */
  private static long toRefuse(Contingency counts) {
    return counts.countBase(Verdict.WRONG) + counts.countBase(Verdict.REFUSED);
  }

  private static OptionalDouble ratio(long part, long whole) {
    return whole == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) part / whole);
  }

  private static double truthfulness(Contingency counts, double wrongPenalty) {
    return (counts.count(Verdict.CORRECT) - wrongPenalty * counts.count(Verdict.WRONG))
        / counts.total();
  }
}
