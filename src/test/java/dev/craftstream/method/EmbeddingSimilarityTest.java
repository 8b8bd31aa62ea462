package dev.craftstream.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class EmbeddingSimilarityTest {

  @Test
  void isOneWhereAllSamplesMeanTheSame() {
    double[] e = {0.6, 0.8};
    assertThat(EmbeddingSimilarity.of(new double[][] {e, e, e})).isEqualTo(1);
  }

  @Test
  void isTheMeanCosineOfAllPairs() {
    // Cosines of the three pairs: 0, 0.6, 0.8.
    double[][] embeddings = {{1, 0}, {0, 1}, {0.6, 0.8}};
    assertThat(EmbeddingSimilarity.of(embeddings)).isEqualTo(1.4 / 3, within(1e-12));
  }

  @Test
  void isMinusOneForOpposites() {
    assertThat(EmbeddingSimilarity.of(new double[][] {{1, 0}, {-1, 0}})).isEqualTo(-1);
  }

  @Test
  void doesNotDependOnTheVectorsLengths() {
    assertThat(EmbeddingSimilarity.of(new double[][] {{2, 0}, {0, 0.1}, {30, 40}}))
        .isEqualTo(1.4 / 3, within(1e-12));
  }

  @Test
  void isTheSameToTheBitInWhateverOrderTheSamplesCome() {
    Random random = new Random(7);
    double[][] embeddings = new double[10][384];
    for (double[] e : embeddings) {
      for (int d = 0; d < e.length; d++) {
        e[d] = random.nextGaussian();
      }
    }
    double[][] reversed = new double[10][];
    for (int i = 0; i < 10; i++) {
      reversed[i] = embeddings[9 - i];
    }
    assertThat(EmbeddingSimilarity.of(reversed)).isEqualTo(EmbeddingSimilarity.of(embeddings));
  }

  @Test
  void countsAVectorOfZerosAsSimilarToNothing() {
    assertThat(EmbeddingSimilarity.of(new double[][] {{1, 0}, {1, 0}, {0, 0}}))
        .isEqualTo(1 / 3.0, within(1e-12));
    assertThat(EmbeddingSimilarity.of(new double[][] {{0, 0}, {0, 0}})).isEqualTo(0);
  }

  @Test
  void needsTwoVectorsOfOneLengthAndFiniteNumbers() {
    assertThatThrownBy(() -> EmbeddingSimilarity.of(new double[][] {{1, 0}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("needs at least 2 embeddings, but there is 1.");
    assertThatThrownBy(() -> EmbeddingSimilarity.of(new double[0][]))
        .hasMessageEndingWith("but there is none.");
    assertThatThrownBy(() -> EmbeddingSimilarity.of(new double[][] {{1, 0}, {1}}))
        .hasMessage("Embedding 2 has 1 numbers, but the first one has 2.");
    assertThatThrownBy(() -> EmbeddingSimilarity.of(new double[][] {{1, 0}, {1, Double.NaN}}))
        .hasMessageStartingWith("Embedding 2 holds a number that is not finite");
    assertThatThrownBy(() -> EmbeddingSimilarity.of(new double[][] {{1e200, 0}, {1, 1}}))
        .hasMessageStartingWith("Embedding 1 holds a number that is not finite, or far too large");
  }
}
