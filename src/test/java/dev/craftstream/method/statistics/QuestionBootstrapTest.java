package dev.craftstream.method.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.craftstream.method.statistics.QuestionBootstrap.Interval;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class QuestionBootstrapTest {
  private static final QuestionBootstrap BOOTSTRAP = new QuestionBootstrap(4_000, 0.95, 7);

  /** Of a share p of n the interval is near p +- 1.96 sqrt(p (1 - p) / n). */
  @Test
  void ofAShareIsNearTheNormalApproximation() {
    Interval interval =
        BOOTSTRAP.of(
            400,
            drawn -> Arrays.stream(drawn).filter(i -> i < 120).count() / (double) drawn.length);
    double half = 1.96 * Math.sqrt(0.3 * 0.7 / 400);
    assertThat(interval.value()).isEqualTo(0.3);
    assertThat(interval.low()).isCloseTo(0.3 - half, within(0.005));
    assertThat(interval.high()).isCloseTo(0.3 + half, within(0.005));
  }

  /** Recorded from numpy.quantile. */
  @Test
  void takesQuantilesAsNumpyDoes() {
    double[] sorted = {1, 1, 2, 3, 4, 5, 6, 9};
    assertThat(QuestionBootstrap.quantile(sorted, 0.025)).isCloseTo(1.0, within(1e-12));
    assertThat(QuestionBootstrap.quantile(sorted, 0.5)).isCloseTo(3.5, within(1e-12));
    assertThat(QuestionBootstrap.quantile(sorted, 0.975)).isCloseTo(8.475, within(1e-12));
  }

  /** Two figures that differ by a constant in every question differ by it in every resample. */
  @Test
  void pairsWhatIsComparedByQuestion() {
    double[] one = {0, 1, 0, 1, 1};
    Interval difference =
        BOOTSTRAP.of(5, drawn -> Arrays.stream(drawn).mapToDouble(i -> one[i] + 2 - one[i]).sum());
    assertThat(difference).isEqualTo(new Interval(10, 10, 10));
    assertThat(difference.excludesZero()).isTrue();
  }

  @Test
  void drawsTheSameResamplesForTheSameSeed() {
    assertThat(BOOTSTRAP.of(50, drawn -> drawn[0])).isEqualTo(BOOTSTRAP.of(50, drawn -> drawn[0]));
    assertThat(BOOTSTRAP.of(50, drawn -> Arrays.stream(drawn).sum()))
        .isNotEqualTo(
            new QuestionBootstrap(4_000, 0.95, 8).of(50, drawn -> Arrays.stream(drawn).sum()));
  }

  @Test
  void leavesOutWhatIsUndefined() {
    Interval interval =
        BOOTSTRAP.of(2, drawn -> drawn[0] == drawn[1] ? Double.NaN : drawn[0] + drawn[1]);
    assertThat(interval).isEqualTo(new Interval(1, 1, 1));
    assertThat(BOOTSTRAP.of(2, drawn -> Double.NaN).low()).isNaN();
    assertThat(new Interval(0.1, -0.1, 0.3).excludesZero()).isFalse();
  }

  @Test
  void refusesWhatNoIntervalCanBeMadeOf() {
    assertThatThrownBy(() -> new QuestionBootstrap(99, 0.95, 1)).hasMessageContaining("99");
    assertThatThrownBy(() -> new QuestionBootstrap(100, 1, 1))
        .hasMessageContaining("between 0 and 1");
  }
}
