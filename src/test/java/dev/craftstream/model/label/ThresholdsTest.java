package dev.craftstream.model.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ThresholdsTest {

  @Test
  void thePapersAreTheDefault() {
    assertThat(Thresholds.PAPER).isEqualTo(new Thresholds(0.51, 0.49, 0.5, 0.5));
  }

  @Test
  void thresholdsThatPutAQuestionIntoBothSetsAreRefused() {
    assertThatThrownBy(() -> new Thresholds(0.5, 0.5, 0.5, 0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("The open-ended REFUSAL threshold (0.5) must be below")
        .hasMessageContaining("can't be in both sets");
    assertThatThrownBy(() -> new Thresholds(0.51, 0.49, 0.5, 0.6))
        .hasMessageContaining("The multiple-choice REFUSAL threshold (0.6) must not be above");
    assertThatCode(() -> new Thresholds(0.51, 0.49, 0.7, 0.3)).doesNotThrowAnyException();
  }

  @Test
  void thresholdsAreShares() {
    assertThatThrownBy(() -> new Thresholds(1.1, 0.49, 0.5, 0.5))
        .hasMessage(
            "The open-ended ANSWER threshold is 1.1; correctness is a share, so set it between 0"
                + " and 1.");
    assertThatThrownBy(() -> new Thresholds(0.51, Double.NaN, 0.5, 0.5))
        .hasMessageContaining("The open-ended REFUSAL threshold is NaN");
    assertThatThrownBy(() -> new Thresholds(0.51, 0.49, 0.5, -0.5))
        .hasMessageContaining("The multiple-choice REFUSAL threshold is -0.5");
  }
}
