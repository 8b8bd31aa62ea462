package dev.craftstream.method.posterior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.label.Thresholds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassPosteriorTest {
  /** What rounding to 12 decimals leaves. */
  private static final double EXACT = 6e-13;

  /**
   * Recorded from SciPy 1.17.1: cdf(share) and sf(share) of scipy.stats.beta(k + 1, n - k + 1),
   * which mpmath confirms with 40 digits.
   */
  @ParameterizedTest(name = "{0} of {1}, {2}: {3} and {4}")
  @CsvSource({
    "0, 10, 0.49, 0.9993928836384792, 0.0006071163615208264",
    "1, 10, 0.51, 0.9951326717558456, 0.004867328244154331",
    "4, 10, 0.49, 0.7025855546614914, 0.29741444533850847",
    "6, 10, 0.51, 0.2974144453385085, 0.7025855546614915",
    "9, 10, 0.51, 0.007023503005829168, 0.9929764969941708",
    "10, 10, 0.51, 0.0006071163615208261, 0.9993928836384792",
    "0, 1, 0.49, 0.7399, 0.2601",
    "1, 1, 0.49, 0.24009999999999998, 0.7599",
    "1, 1, 0.51, 0.2601, 0.7399",
    "0, 1000, 0.49, 1.0, 1.8955981406348218e-293",
    "1000, 1000, 0.51, 1.89559814063473e-293, 1.0",
    "490, 1000, 0.49, 0.49966366646707405, 0.5003363335329257",
    "520, 1000, 0.51, 0.26386490137268703, 0.7361350986273124",
    "3, 7, 0.49, 0.6146338791152035, 0.3853661208847965",
    "0, 40, 0.51, 0.9999999999998014, 1.9862745642600734e-13",
    "10, 10, 0.995, 0.946354579813443, 0.05364542018655701",
    "3, 10, 0.0, 0.0, 1.0",
    "3, 10, 1.0, 1.0, 0.0",
    "3, 10, 1e-09, 3.299999981520002e-34, 1.0",
    "700, 1000, 0.7, 0.5073372186677383, 0.49266278133226177",
    "1000, 1000, 0.999, 0.3673277293461928, 0.6326722706538073",
    "0, 1000, 0.001, 0.6326722706538069, 0.36732772934619307",
  })
  void isTheTailOfABetaDistribution(
      int correct, int of, double share, double atMost, double atLeast) {
    assertThat(ClassPosterior.atMost(share, correct, of)).isCloseTo(atMost, within(EXACT));
    assertThat(ClassPosterior.atLeast(share, correct, of)).isCloseTo(atLeast, within(EXACT));
  }

  @ParameterizedTest(name = "{0}, {1} of {2}: {3}")
  @CsvSource({
    // At most .49, between .49 and .51, at least .51; multiple choice: below .5 or from .5 on.
    "OPEN_ENDED, 0, 10, 0.9993928836384792",
    "OPEN_ENDED, 4, 10, 0.7025855546614914",
    "OPEN_ENDED, 5, 10, 0.05410454857005087",
    "OPEN_ENDED, 6, 10, 0.7025855546614915",
    "OPEN_ENDED, 10, 10, 0.9993928836384792",
    "OPEN_ENDED, 490, 1000, 0.49966366646707405",
    "MULTIPLE_CHOICE, 4, 10, 0.7255859375",
    "MULTIPLE_CHOICE, 5, 10, 0.5",
    "MULTIPLE_CHOICE, 10, 10, 0.99951171875",
  })
  void isOfTheClassThatWasMeasured(Task task, int correct, int of, double probability) {
    assertThat(ClassPosterior.probability(task, Thresholds.PAPER, state(correct, of)))
        .isCloseTo(probability, within(EXACT));
  }

  @Test
  void obeysTheUsersThresholds() {
    Thresholds strict = new Thresholds(0.9, 0.1, 0.9, 0.1);
    // 8 of 10 is between: .9 to .1 of Beta(9, 3), by SciPy.
    assertThat(ClassPosterior.probability(Task.OPEN_ENDED, strict, state(8, 10)))
        .isCloseTo(0.9104381036, within(1e-10));
  }

  @Test
  void isCertainWhereNothingWasDrawn() {
    assertThat(ClassPosterior.probability(Task.MULTIPLE_CHOICE, Thresholds.PAPER, state(0, 0)))
        .isEqualTo(1.0);
  }

  private static KnowledgeState state(int correct, int samples) {
    return new KnowledgeState(
        samples == 0 ? 0.3 : (double) correct / samples,
        0,
        CertaintyKind.NONE,
        0,
        0,
        samples,
        correct,
        0,
        "",
        0,
        "",
        CorrectnessRule.SUBSTRING);
  }
}
