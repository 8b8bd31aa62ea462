package dev.craftstream.client.conflict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.craftstream.method.StaticConflict;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NearestAnswersTest {
  private static final float[] EAST = {1, 0, 0};
  private static final float[] NORTH = {0, 1, 0};
  private static final float[] NORTH_EAST = UnitVectors.of(new double[] {3, 4, 0});

  @Test
  void theNearestIsTheOneWithTheGreatestCosine() {
    float[][] answers = {EAST, NORTH, {0, 0, 1}};

    NearestAnswers nearest =
        NearestAnswers.exact(new float[][] {NORTH_EAST, {-1, 0, 0}}, answers, n -> {});

    assertThat(nearest.answers()).startsWith(1);
    assertThat(nearest.similarities()[0]).isCloseTo(0.8, within(1e-6));
    assertThat(nearest.similarities()[1]).isZero();
  }

  @Test
  void ofEquallySimilarOnesTheFirstIsTaken() {
    float[][] answers = new float[600][];
    Arrays.fill(answers, EAST);
    answers[70] = NORTH;
    answers[400] = NORTH;

    NearestAnswers nearest = NearestAnswers.exact(new float[][] {NORTH, EAST}, answers, n -> {});

    assertThat(nearest.answers()).containsExactly(70, 0);
    assertThat(nearest.similarities()).containsExactly(1, 1);
  }

  @Test
  void theExactSearchFindsWhatOneByOneComparisonFinds() {
    // Neither the samples nor the numbers fill whole blocks.
    var vectors = new ClusteredVectors(40, 50, 0.7, 3);
    float[][] answers = vectors.draw(1_001);
    float[][] refusals = vectors.draw(700);
    AtomicInteger searched = new AtomicInteger();

    NearestAnswers nearest = NearestAnswers.exact(refusals, answers, searched::addAndGet);

    assertThat(searched).hasValue(700);
    for (int i = 0; i < refusals.length; i++) {
      double greatest = -1;
      for (float[] answer : answers) {
        greatest = Math.max(greatest, UnitVectors.similarity(refusals[i], answer));
      }
      assertThat(nearest.similarities()[i]).isCloseTo(greatest, within(1e-6));
    }
  }

  @Test
  void theApproximateSearchFindsNearlyAllNearestAndTheSameConflict() {
    var vectors = new ClusteredVectors(200, 384, 0.7, 5);
    float[][] answers = vectors.draw(4_000);
    float[][] refusals = vectors.draw(2_000);
    AtomicInteger indexed = new AtomicInteger();
    AtomicInteger searched = new AtomicInteger();

    NearestAnswers exact = NearestAnswers.exact(refusals, answers, n -> {});
    NearestAnswers approximate =
        NearestAnswers.approximate(refusals, answers, indexed::addAndGet, searched::addAndGet);

    assertThat(indexed).hasValue(4_000);
    assertThat(searched).hasValue(2_000);
    int found = 0;
    for (int i = 0; i < refusals.length; i++) {
      found += approximate.similarities()[i] >= exact.similarities()[i] - 1e-6 ? 1 : 0;
    }
    assertThat(found / 2_000.0).isGreaterThanOrEqualTo(0.98);
    List<StaticConflict.Share> shares = conflict(exact).shares();
    assertThat(shares.get(0).share()).isBetween(0.2, 1.0);
    assertThat(shares.get(2).share()).isBetween(0.01, 0.9);
    for (int t = 0; t < shares.size(); t++) {
      assertThat(conflict(approximate).shares().get(t).share())
          .isCloseTo(shares.get(t).share(), within(0.005));
    }
  }

  @Test
  void aVectorOfZerosIsSimilarToNothing() {
    float[][] zero = {UnitVectors.of(new double[3])};

    assertThat(NearestAnswers.exact(zero, new float[][] {EAST}, n -> {}).similarities())
        .containsExactly(0);
    assertThat(
            NearestAnswers.approximate(zero, new float[][] {EAST}, n -> {}, n -> {}).similarities())
        .containsExactly(0);
  }

  @Test
  void vectorsOfTwoModelsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NearestAnswers.exact(new float[][] {{1}}, new float[][] {EAST}, n -> {}))
        .withMessageContaining("1 numbers, but another one has 3");
  }

  private static StaticConflict conflict(NearestAnswers nearest) {
    int[] once = new int[nearest.similarities().length];
    Arrays.fill(once, 1);
    return StaticConflict.of(nearest.similarities(), once, List.of(0.8, 0.9, 0.95));
  }
}
