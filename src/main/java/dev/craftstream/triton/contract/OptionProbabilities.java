package dev.craftstream.triton.contract;

import dev.craftstream.triton.client.MalformedAnswerException;
import java.util.List;

/** What option probabilities must be. */
public final class OptionProbabilities {
  /** What rounding to half precision may add to a sum of 1. */
  private static final double TOLERANCE = 1e-3;

  private OptionProbabilities() {}

  /** Returns {@code probabilities} where they are some; a zero of theirs has no sign. */
  public static double[] checked(double[] probabilities, List<String> letters)
      throws MalformedAnswerException {
    double sum = 0;
    for (int i = 0; i < probabilities.length; i++) {
      double p = probabilities[i];
      if (!(p >= 0 && p <= 1 + TOLERANCE)) {
        throw new MalformedAnswerException(
            "the probability of option "
                + letters.get(i)
                + " should be between 0 and 1, but is "
                + p);
      }
      // -0.0 is no number below 0, but would be ordered before it.
      probabilities[i] = p + 0.0;
      sum += p;
    }
    if (sum > 1 + TOLERANCE) {
      throw new MalformedAnswerException(
          "the options' probabilities should add up to 1 at most, since they are taken over the"
              + " whole vocabulary, but add up to "
              + sum);
    }
    if (sum == 0) {
      throw new MalformedAnswerException(
          "no option of " + letters + " has a probability above 0, so that none can be weighed");
    }
    return probabilities;
  }
}
