package dev.craftstream.method.posterior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.KnowledgeState;
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
    "0, 1, 1, 1, 0.8333333333333333",
    // By SciPy's quadrature, to 5e-14.
    "500, 1000, 520, 1000, 0.8143794992418388",
    "0, 1000, 3, 1000, 0.9376873594218395",
    "1000, 1000, 999, 1000, 0.24987506246876248",
    "3, 10, 330, 1000, 0.5184252306784103",
    "1900, 4000, 2000, 4000, 0.9873431188017426",
  })
  void isTheProbabilityThatOneChanceIsGreaterThanTheOther(
      int before, int of, int after, int ofThese, double probability) {
    assertThat(FlowPosterior.riseProbability(sampled(before, of), sampled(after, ofThese)))
        .isCloseTo(probability, within(6e-13));
    assertThat(FlowPosterior.fallProbability(sampled(before, of), sampled(after, ofThese)))
        .isCloseTo(1 - probability, within(6e-13));
  }

  @Test
  void staysAProbabilityWithManySamples() {
    assertThat(FlowPosterior.riseProbability(sampled(0, 1_000), sampled(1_000, 1_000)))
        .isEqualTo(1.0);
    assertThat(FlowPosterior.riseProbability(sampled(1_000, 1_000), sampled(0, 1_000))).isZero();
    assertThat(FlowPosterior.riseProbability(sampled(500, 1_000), sampled(500, 1_000)))
        .isCloseTo(0.5, within(1e-12));
  }

  @Test
  void isCertainWhereNothingWasDrawn() {
    assertThat(FlowPosterior.riseProbability(weighed(0.3), weighed(0.31))).isEqualTo(1.0);
    assertThat(FlowPosterior.riseProbability(weighed(0.3), weighed(0.3))).isZero();
    assertThat(FlowPosterior.fallProbability(weighed(0.3), weighed(0.31))).isZero();
    assertThat(FlowPosterior.fallProbability(weighed(0.3), weighed(0.3))).isZero();
    assertThat(FlowPosterior.fallProbability(weighed(0.3), weighed(0.29))).isEqualTo(1.0);
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
