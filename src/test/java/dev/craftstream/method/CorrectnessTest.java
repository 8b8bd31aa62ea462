package dev.craftstream.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CorrectnessTest {

  @Test
  void openEndedCorrectnessIsTheShareOfCorrectSamples() {
    assertThat(Correctness.share(2, 3)).isEqualTo(2 / 3.0);
    assertThatThrownBy(() -> Correctness.share(0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no sample");
  }

  @Test
  void multipleChoiceCorrectnessIsTheTargetsShareOfTheOptions() {
    double[] half = {0.25, 0.125, 0.0625, 0.0625};
    assertThat(Correctness.ofOptions(half, 0)).isEqualTo(0.5);
    assertThat(Correctness.ofOptions(half, 3)).isEqualTo(0.125);
  }

  @Test
  void roundingErrorsDoNotMoveAQuestionAcrossAThreshold() {
    double[] half = {0.02, 0.08, 0.18, 0.08};
    // What is rounded away here:
    assertThat(0.18 / (0.02 + 0.08 + 0.18 + 0.08)).isLessThan(0.5);
    assertThat(Correctness.ofOptions(half, 2)).isEqualTo(0.5);
  }

  @Test
  void whatAreNoProbabilitiesIsRefusedWithASentence() {
    assertThatThrownBy(() -> Correctness.ofOptions(new double[] {0.5, -0.1}, 0))
        .hasMessage("Option B has the probability -0.1; a probability lies between 0 and 1.");
    assertThatThrownBy(() -> Correctness.ofOptions(new double[] {Double.NaN, 0.1}, 0))
        .hasMessageContaining("Option A has the probability NaN");
    assertThatThrownBy(() -> Correctness.ofOptions(new double[] {0, 0}, 0))
        .hasMessageContaining("No option has a probability above 0");
    assertThatThrownBy(() -> Correctness.ofOptions(new double[] {0.9, 0.9}, 0))
        .hasMessageContaining("add up to 1.8");
    assertThatThrownBy(() -> Correctness.ofOptions(new double[] {0.5, 0.5}, 2))
        .hasMessageContaining("The target is option 3, but there are 2 probabilities.");
  }
}
