package dev.craftstream.method.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RankAreaTest {

  /** Recorded from numpy: the mean over all pairs of a positive and a negative, equals half. */
  @Test
  void isTheShareOfPairsInTheRightOrder() {
    double[] scores = {.1, .4, .35, .8, .4, .4, .9, .05, .6, .35};
    boolean[] positive = {false, false, true, true, true, false, true, false, false, false};
    assertThat(RankArea.of(scores, positive).orElseThrow())
        .isCloseTo(0.7708333333333334, within(1e-15));
  }

  @Test
  void isOneInPerfectOrderZeroInReverseAndAHalfWhereAllAreEqual() {
    assertThat(RankArea.of(new double[] {1, 2}, new boolean[] {false, true})).hasValue(1);
    assertThat(RankArea.of(new double[] {1, 2}, new boolean[] {true, false})).hasValue(0);
    assertThat(RankArea.of(new double[] {5, 5, 5}, new boolean[] {true, false, true}))
        .hasValue(0.5);
  }

  @Test
  void isUndefinedWithoutPositivesOrNegatives() {
    assertThat(RankArea.of(new double[] {1, 2}, new boolean[] {true, true})).isEmpty();
    assertThat(RankArea.of(new double[] {1, 2}, new boolean[] {false, false})).isEmpty();
    assertThat(RankArea.of(new double[0], new boolean[0])).isEmpty();
  }

  @Test
  void takesNoScoreThatHasNoRank() {
    assertThatThrownBy(() -> RankArea.of(new double[] {Double.NaN}, new boolean[] {true}))
        .hasMessageContaining("NaN");
  }
}
