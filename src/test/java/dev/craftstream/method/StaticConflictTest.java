package dev.craftstream.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.craftstream.method.StaticConflict.Quantile;
import dev.craftstream.method.StaticConflict.Share;
import java.util.List;
import org.junit.jupiter.api.Test;

class StaticConflictTest {

  @Test
  void theShareIsOfRefusalsWhoseNearestAnswerExceedsTheThreshold() {
    double[] nearest = {0.95, 0.2, 0.9, 0.81};

    StaticConflict conflict =
        StaticConflict.of(nearest, new int[] {1, 1, 1, 1}, List.of(0.8, 0.9, 0.95));

    assertThat(conflict.refusals()).isEqualTo(4);
    assertThat(conflict.shares())
        .containsExactly(new Share(0.8, 0.75), new Share(0.9, 0.25), new Share(0.95, 0));
  }

  @Test
  void aSampleDrawnAgainCountsAgain() {
    StaticConflict conflict =
        StaticConflict.of(new double[] {0.99, 0.1}, new int[] {3, 1}, List.of(0.9));

    assertThat(conflict.refusals()).isEqualTo(4);
    assertThat(conflict.shares()).containsExactly(new Share(0.9, 0.75));
    assertThat(conflict.quantiles())
        .contains(new Quantile(0, 0.1), new Quantile(0.25, 0.1), new Quantile(0.5, 0.99));
  }

  @Test
  void quantilesAreSamplesFromTheLeastSimilarToTheMost() {
    double[] nearest = new double[100];
    int[] copies = new int[100];
    for (int i = 0; i < 100; i++) {
      nearest[i] = (100 - i) / 100.0;
      copies[i] = 1;
    }

    assertThat(StaticConflict.of(nearest, copies, List.of()).quantiles())
        .containsExactly(
            new Quantile(0, 0.01),
            new Quantile(0.25, 0.25),
            new Quantile(0.5, 0.5),
            new Quantile(0.75, 0.75),
            new Quantile(0.9, 0.9),
            new Quantile(0.99, 0.99),
            new Quantile(1, 1));
  }

  @Test
  void roundingDoesNotCarryASampleOverTheThreshold() {
    double rounded = 0.9 + 1e-15;

    assertThat(StaticConflict.of(new double[] {rounded}, new int[] {1}, List.of(0.9)).shares())
        .containsExactly(new Share(0.9, 0));
  }

  @Test
  void withoutARefusalItIsUndefined() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StaticConflict.of(new double[0], new int[0], List.of(0.9)))
        .withMessageContaining("no REFUSAL sample")
        .withMessageContaining("undefined");
  }

  @Test
  void whatIsNoSimilarityIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StaticConflict.of(new double[] {1}, new int[] {1}, List.of(90.0)))
        .withMessageContaining("The threshold 90.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StaticConflict.of(new double[] {Double.NaN}, new int[] {1}, List.of(0.9)))
        .withMessageContaining("NaN");
  }
}
