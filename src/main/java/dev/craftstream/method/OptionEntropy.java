package dev.craftstream.method;

import dev.craftstream.model.knowledge.Figures;
import java.util.Arrays;

/**
 * Certainty of a multiple-choice question: minus the entropy of the options' probabilities, or of
 * what samples chose: the sum of p ln p with 0 ln 0 = 0. At most 0; higher is surer.
 */
public final class OptionEntropy {

  private OptionEntropy() {}

  /**
   * The paper's (section 3.1): over the raw probabilities, which are taken over the whole
   * vocabulary and so add up to less than 1. It is also high where the model hardly thinks of any
   * letter.
   *
   * @throws IllegalArgumentException where these are no probabilities, or all are 0
   */
  public static double certainty(double[] probabilities) {
    Correctness.checkedSum(probabilities);
    return sum(probabilities, 1);
  }

  /**
   * Over the probabilities brought to a sum of 1, as correctness weighs them: minus the entropy
   * (Shannon, A Mathematical Theory of Communication, 1948) of the letter, given that the next
   * token is one. From -ln(options) to 0.
   *
   * @throws IllegalArgumentException where these are no probabilities, or all are 0
   */
  public static double normalizedCertainty(double[] probabilities) {
    return sum(probabilities, Correctness.checkedSum(probabilities));
  }

  /**
   * Over what samples chose: minus the entropy of the choice, from -ln(options + 1) to 0. That none
   * is chosen is a choice of its own.
   *
   * @param counts how many samples chose each option, and how many chose none
   * @throws IllegalArgumentException where there is no sample
   */
  public static double ofChoices(int... counts) {
    double[] chosen = Arrays.stream(counts).asDoubleStream().toArray();
    double samples = Arrays.stream(chosen).sum();
    if (!(samples > 0)) {
      throw new IllegalArgumentException("Choices are of samples, but there is no sample.");
    }
    return sum(chosen, samples);
  }

  private static double sum(double[] probabilities, double whole) {
    double sum = 0;
    for (double probability : probabilities) {
      double p = probability / whole;
      if (p > 0 && p < 1) {
        sum += p * Math.log(p);
      }
    }
    return Figures.round(sum);
  }
}
