package dev.craftstream.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.craftstream.model.CertaintyKind;
import dev.craftstream.model.CorrectnessRule;
import dev.craftstream.model.KnowledgeState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlowPosteriorTest {

  /** Recorded from exact fractions: the integral over both posteriors' polynomials. */
  @ParameterizedTest(name = "{0} of {1}, then {2} of {3}: {4}")
  @CsvSource({
    "0, 10, 0, 10, 0.5",
    "0, 10, 1, 10, 0.7619047619047619",
    "0, 10, 2, 10, 0.8928571428571429",
    "0, 10, 3, 10, 0.9548872180451128",
    "3, 10, 6, 10, 0.9008097165991903",
    "2, 10, 4, 10, 0.8192724458204335",
    "4, 10, 3, 10, 0.32972136222910214",
    "9, 10, 10, 10, 0.7619047619047619",
    "5, 20, 7, 20, 0.7472622110702363",
    "1, 4, 9, 10, 0.9871794871794872",
    "10, 10, 0, 10, 0.0000014175710770138016",
  })
  void isTheProbabilityThatOneChanceIsGreaterThanTheOther(
      int before, int of, int after, int ofThese, double probability) {
    assertThat(FlowPosterior.riseProbability(sampled(before, of), sampled(after, ofThese)))
        .isCloseTo(probability, within(1e-11));
  }

  @Test
  void staysAProbabilityWithManySamples() {
    assertThat(FlowPosterior.riseProbability(sampled(0, 1_000), sampled(1_000, 1_000)))
        .isEqualTo(1.0);
    assertThat(FlowPosterior.riseProbability(sampled(1_000, 1_000), sampled(0, 1_000))).isZero();
    assertThat(FlowPosterior.riseProbability(sampled(500, 1_000), sampled(500, 1_000)))
        .isCloseTo(0.5, within(1e-9));
  }

  @Test
  void isCertainWhereNothingWasDrawn() {
    assertThat(FlowPosterior.riseProbability(weighed(0.3), weighed(0.31))).isEqualTo(1.0);
    assertThat(FlowPosterior.riseProbability(weighed(0.3), weighed(0.3))).isZero();
  }

  private static KnowledgeState sampled(int correct, int samples) {
    return new KnowledgeState(
        (double) correct / samples,
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

  private static KnowledgeState weighed(double correctness) {
    return new KnowledgeState(
        correctness,
        0,
        CertaintyKind.NONE,
        0,
        0,
        0,
        0,
        0,
        "",
        0,
        "",
        CorrectnessRule.LETTER_PROBABILITIES);
  }
}
