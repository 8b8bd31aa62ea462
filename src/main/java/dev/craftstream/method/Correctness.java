package dev.craftstream.method;

import dev.craftstream.model.Question;
import dev.craftstream.model.knowledge.Figures;

/**
 * How right a model checkpoint is about a question, from 0 to 1 (paper, section 3.1): the share of
 * correct samples, see {@link dev.craftstream.method.judging.Judge}, or the target's among the
 * options.
 */
public final class Correctness {

  /**
   * How far the options' probabilities may exceed a sum of 1: what a server's half-precision
   * softmax may be off.
   */
  private static final double SUM_TOLERANCE = 1e-3;

  private Correctness() {}

  /**
   * Multiple choice: the target's probability as a share of all options'.
   *
   * @param probabilities each option's probability over the whole vocabulary, in the order of the
   *     letters
   * @param target position of the right option, from 0
   * @throws IllegalArgumentException where these are no probabilities, or all are 0
   */
  public static double ofOptions(double[] probabilities, int target) {
    double sum = checkedSum(probabilities);
    if (target < 0 || target >= probabilities.length) {
      throw new IllegalArgumentException(
          "The target is option "
              + (target + 1)
              + ", but there are "
              + probabilities.length
              + " probabilities.");
    }
    return Figures.round(probabilities[target] / sum);
  }

  /**
   * The share of correct samples.
   *
   * @throws IllegalArgumentException where there is no sample
   */
  static double share(int correct, int samples) {
    if (samples == 0) {
      throw new IllegalArgumentException(
          "Correctness is a share of samples, but there is no sample.");
    }
    return (double) correct / samples;
  }

  static double checkedSum(double[] probabilities) {
    double sum = 0;
    for (int i = 0; i < probabilities.length; i++) {
      double p = probabilities[i];
      if (!(p >= 0 && p <= 1 + SUM_TOLERANCE)) {
        throw new IllegalArgumentException(
            "Option "
                + Question.optionLetter(i)
                + " has the probability "
                + p
                + "; a probability lies between 0 and 1.");
      }
      sum += p;
    }
    if (!(sum > 0)) {
      throw new IllegalArgumentException(
          "No option has a probability above 0, so that none can be weighed against the others.");
    }
    if (sum > 1 + SUM_TOLERANCE) {
      throw new IllegalArgumentException(
          "The options' probabilities add up to "
              + sum
              + "; over the whole vocabulary they add up to 1 at most.");
    }
    return sum;
  }
}
