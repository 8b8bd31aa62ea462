package dev.craftstream.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.craftstream.model.knowledge.CertaintyKind;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SemanticEntropyTest {
  private static final double[] PARIS = {1, 0};
  private static final double[] IT_IS_PARIS = {0.9, Math.sqrt(0.19)};
  private static final double[] ROME = {0, 1};

  @Test
  void isZeroWhereAllSamplesMeanTheSame() {
    assertThat(certainty(PARIS, IT_IS_PARIS, PARIS)).isEqualTo(0);
  }

  @Test
  void isMinusTheLogarithmOfTheSamplesWhereNoTwoMeanTheSame() {
    assertThat(certainty(PARIS, ROME, new double[] {-1, 0})).isEqualTo(-Math.log(3), within(1e-12));
  }

  @Test
  void isMinusTheEntropyOverTheClustersShares() {
    assertThat(certainty(PARIS, ROME, IT_IS_PARIS, PARIS))
        .isEqualTo(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25), within(1e-12));
  }

  @Test
  void theThresholdIsPartOfTheSameMeaning() {
    double[][] embeddings = {{1, 0}, {0.6, 0.8}};
    assertThat(SemanticEntropy.certainty(embeddings, 0.6)).isEqualTo(0);
    assertThat(SemanticEntropy.certainty(embeddings, 0.61)).isNegative();
  }

  @Test
  void samplesThatAThirdOneLinksMeanTheSame() {
    // Cosines of neighbours are 0.9, that of the ends 0.62.
    double angle = Math.acos(0.9);
    double[] third = {Math.cos(2 * angle), Math.sin(2 * angle)};
    assertThat(certainty(PARIS, third)).isNegative();
    assertThat(certainty(PARIS, third, IT_IS_PARIS)).isEqualTo(0);
  }

  @Test
  void doesNotDependOnTheOrderOfTheSamples() {
    Random random = new Random(5);
    double[][] embeddings = new double[12][2];
    for (double[] embedding : embeddings) {
      double angle = random.nextDouble() * 2 * Math.PI;
      embedding[0] = Math.cos(angle);
      embedding[1] = Math.sin(angle);
    }
    double expected = SemanticEntropy.certainty(embeddings, 0.97);
    assertThat(expected).isBetween(-Math.log(12) + 0.1, -0.1);
    List<double[]> shuffled = Arrays.asList(embeddings);
    for (int round = 0; round < 50; round++) {
      Collections.shuffle(shuffled, random);
      assertThat(SemanticEntropy.certainty(embeddings, 0.97)).isEqualTo(expected);
    }
  }

  @Test
  void equalVectorsAreOneMeaningAlsoWhereTheyAreZeros() {
    double[] zeros = {0, 0};
    assertThat(certainty(zeros, zeros)).isEqualTo(0);
    assertThat(certainty(zeros, PARIS)).isEqualTo(-Math.log(2), within(1e-12));
    double[] odd = {0.1, 0.7};
    assertThat(SemanticEntropy.certainty(new double[][] {odd, odd}, 1)).isEqualTo(0);
  }

  @Test
  void aKindOfTheOtherTaskIsRefusedWithASentence() {
    assertThatThrownBy(
            () ->
                new CertaintyMeasures(
                    CertaintyKind.OPTION_ENTROPY, CertaintyKind.OPTION_ENTROPY, 0.9))
        .hasMessage(
            "The certainty of open-ended questions can't be OPTION_ENTROPY; choose"
                + " EMBEDDING_SIMILARITY or SEMANTIC_ENTROPY.");
    assertThatThrownBy(
            () ->
                new CertaintyMeasures(
                    CertaintyKind.SEMANTIC_ENTROPY, CertaintyKind.OPTION_ENTROPY, 0))
        .hasMessageContaining("above 0 and up to 1");
  }

  private static double certainty(double[]... embeddings) {
    return SemanticEntropy.certainty(embeddings, CertaintyMeasures.CLUSTER_SIMILARITY);
  }
}
