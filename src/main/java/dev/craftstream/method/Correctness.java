package dev.craftstream.method;

import dev.craftstream.model.Figures;
import dev.craftstream.model.Question;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How right a model checkpoint is about a question, from 0 to 1 (paper, section 3.1). */
public final class Correctness {

  /**
   * How far the options' probabilities may exceed a sum of 1: what a server's half-precision
   * softmax may be off.
   */
  private static final double SUM_TOLERANCE = 1e-3;

  private Correctness() {}

  /**
   * Whether an open-ended sample is correct: the gold answer or one of the aliases, lower-cased, is
   * a substring of the stripped, lower-cased sample, and the sample is no refusal ("I don't know"
   * is not right about a question whose answer is "no"). Blank aliases name nothing and are passed
   * over.
   *
   * <p>Where a gold answer itself reads like a refusal and says more than that (the song "I Don't
   * Know How to Love Him"), containing it is correct.
   */
  public static boolean isCorrect(Question question, String sample) {
    return isCorrect(loweredGold(question), sample);
  }

  /** How many of the samples are correct. */
  static int countCorrect(Question question, List<String> samples) {
    List<String> gold = loweredGold(question);
    int correct = 0;
    for (String sample : samples) {
      if (isCorrect(gold, sample)) {
        correct++;
      }
    }
    return correct;
  }

  /**
   * Open-ended: the share of correct samples.
   *
   * @throws IllegalArgumentException where there is no sample
   */
  public static double ofSamples(Question question, List<String> samples) {
    if (samples.isEmpty()) {
      throw new IllegalArgumentException(
          "Correctness is a share of samples, but there is no sample.");
    }
    return share(countCorrect(question, samples), samples.size());
  }

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

  static double share(int correct, int samples) {
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

  private static List<String> loweredGold(Question question) {
    List<String> gold = new ArrayList<>(question.aliases().size() + 1);
    gold.add(question.answer().toLowerCase(Locale.ROOT));
    for (String alias : question.aliases()) {
      gold.add(alias.toLowerCase(Locale.ROOT));
    }
    gold.removeIf(String::isBlank);
    return gold;
  }

  private static boolean isCorrect(List<String> loweredGold, String sample) {
    String lowered = sample.strip().toLowerCase(Locale.ROOT);
    boolean refusal = Refusals.isRefusal(sample);
    for (String alias : loweredGold) {
      if (lowered.contains(alias) && (!refusal || readsLikeRefusalButSaysMore(alias))) {
        return true;
      }
    }
    return false;
  }

  private static boolean readsLikeRefusalButSaysMore(String alias) {
    return Refusals.isRefusal(alias) && !Refusals.isOnlyRefusal(alias);
  }
}
