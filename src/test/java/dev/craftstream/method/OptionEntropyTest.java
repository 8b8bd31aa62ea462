package dev.craftstream.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class OptionEntropyTest {

  @Test
  void isTheNegativeEntropyOfTheRawProbabilities() {
    assertThat(OptionEntropy.certainty(new double[] {0.5, 0.25}))
        .isEqualTo(0.5 * Math.log(0.5) + 0.25 * Math.log(0.25), within(1e-12));
  }

  @Test
  void normalizedIsThatOfTheProbabilitiesBroughtToASumOfOne() {
    assertThat(OptionEntropy.normalizedCertainty(new double[] {0.5, 0.25, 0}))
        .isEqualTo(2 / 3.0 * Math.log(2 / 3.0) + 1 / 3.0 * Math.log(1 / 3.0), within(1e-12));
    assertThat(OptionEntropy.normalizedCertainty(new double[] {0.1, 0.1, 0.1, 0.1}))
        .isEqualTo(-Math.log(4), within(1e-12));
  }

  @Test
  void onlyTheRawOneIsHighForAModelThatHardlyThinksOfALetter() {
    double[] elsewhere = {0.01, 0.01};
    double[] undecided = {0.5, 0.5};
    assertThat(OptionEntropy.certainty(elsewhere))
        .isGreaterThan(OptionEntropy.certainty(undecided));
    assertThat(OptionEntropy.normalizedCertainty(elsewhere))
        .isEqualTo(OptionEntropy.normalizedCertainty(undecided));
  }

  @Test
  void isHighestForAModelThatIsSure() {
    assertThat(OptionEntropy.certainty(new double[] {1, 0, 0, 0})).isEqualTo(0);
    assertThat(OptionEntropy.normalizedCertainty(new double[] {0.6, 0, 0, 0})).isEqualTo(0);
    assertThat(OptionEntropy.certainty(new double[] {0.9, 0.1, 0, 0}))
        .isGreaterThan(OptionEntropy.certainty(new double[] {0.25, 0.25, 0.25, 0.25}));
  }

  @Test
  void ofChoicesIsThatOfTheirShares() {
    assertThat(OptionEntropy.ofChoices(2, 1, 1))
        .isEqualTo(0.5 * Math.log(0.5) + 0.5 * Math.log(0.25), within(1e-12));
    assertThat(OptionEntropy.ofChoices(0, 4, 0)).isZero();
    assertThatThrownBy(() -> OptionEntropy.ofChoices(0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no sample");
  }

  @Test
  void neverExceedsZeroAlsoWhereAServerOvershootsOne() {
    assertThat(OptionEntropy.certainty(new double[] {1.0004, 0})).isEqualTo(0);
  }

  @Test
  void refusesWhatAreNoProbabilities() {
    assertThatThrownBy(() -> OptionEntropy.certainty(new double[] {-3.2, 1.5}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Option A has the probability -3.2");
    assertThatThrownBy(() -> OptionEntropy.normalizedCertainty(new double[] {0, 0}))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
