package dev.craftstream.client.similar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.craftstream.method.StaticConflict;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NeighboursTest {
  private static final float[] EAST = {1, 0, 0};
  private static final float[] NORTH = {0, 1, 0};
  private static final float[] NORTH_EAST = UnitVectors.of(new double[] {3, 4, 0});

  @Test
  void theNearestIsTheOneWithTheGreatestCosine() {
    float[][] answers = {EAST, NORTH, {0, 0, 1}};

    Neighbours nearest =
        Neighbours.exact(new float[][] {NORTH_EAST, {-1, 0, 0}}, answers, 1, n -> {});

    assertThat(nearest.places()[0]).containsExactly(1);
    assertThat(nearest.similarities()[0][0]).isCloseTo(0.8, within(1e-6));
    assertThat(nearest.similarities()[1]).containsExactly(0);
  }

  @Test
  void ofEquallySimilarOnesTheFirstIsTaken() {
    float[][] answers = new float[600][];
    Arrays.fill(answers, EAST);
    answers[70] = NORTH;
    answers[400] = NORTH;

    Neighbours nearest = Neighbours.exact(new float[][] {NORTH, EAST}, answers, 1, n -> {});

    assertThat(nearest.places()).isDeepEqualTo(new int[][] {{70}, {0}});
    assertThat(nearest.similarities()).isDeepEqualTo(new double[][] {{1}, {1}});
  }

  @Test
  void theExactSearchFindsWhatOneByOneComparisonFinds() {
    // Neither the samples nor the numbers fill whole blocks.
    var vectors = new ClusteredVectors(40, 50, 0.7, 3);
    float[][] answers = vectors.draw(1_001);
    float[][] refusals = vectors.draw(700);
    AtomicInteger searched = new AtomicInteger();

    Neighbours nearest = Neighbours.exact(refusals, answers, 1, searched::addAndGet);

    assertThat(searched).hasValue(700);
    for (int i = 0; i < refusals.length; i++) {
      double greatest = -1;
      for (float[] answer : answers) {
        greatest = Math.max(greatest, UnitVectors.similarity(refusals[i], answer));
      }
      assertThat(nearest.similarities()[i][0]).isCloseTo(greatest, within(1e-6));
    }
  }

  @Test
  void theApproximateSearchFindsNearlyAllNearestAndTheSameConflict() {
    var vectors = new ClusteredVectors(200, 384, 0.7, 5);
    float[][] answers = vectors.draw(4_000);
    float[][] refusals = vectors.draw(2_000);
    AtomicInteger indexed = new AtomicInteger();
    AtomicInteger searched = new AtomicInteger();

    Neighbours exact = Neighbours.exact(refusals, answers, 1, n -> {});
    Neighbours approximate =
        Neighbours.approximate(refusals, answers, 1, indexed::addAndGet, searched::addAndGet);

    assertThat(indexed).hasValue(4_000);
    assertThat(searched).hasValue(2_000);
    int found = 0;
    for (int i = 0; i < refusals.length; i++) {
      found += approximate.similarities()[i][0] >= exact.similarities()[i][0] - 1e-6 ? 1 : 0;
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
  void severalNeighboursComeTheMostSimilarFirstAndOfEqualOnesTheFirst() {
    float[][] others = {EAST, NORTH, {0, 0, 1}, NORTH, NORTH_EAST};

    for (Neighbours found :
        List.of(
            Neighbours.exact(new float[][] {NORTH}, others, 3, n -> {}),
            Neighbours.approximate(new float[][] {NORTH}, others, 3, n -> {}, n -> {}))) {
      assertThat(found.places()[0]).containsExactly(1, 3, 4);
      assertThat(found.similarities()[0][2]).isCloseTo(0.8, within(1e-6));
    }
    assertThat(Neighbours.exact(new float[][] {NORTH}, others, 9, n -> {}).places()[0])
        .as("there are no more than these")
        .containsExactly(1, 3, 4, 0, 2);
  }

  @Test
  void theExactSearchFindsTheSameNeighboursAsSortingAll() {
    var vectors = new ClusteredVectors(40, 50, 0.7, 4);
    float[][] others = vectors.draw(900);
    float[][] queries = vectors.draw(300);

    Neighbours found = Neighbours.exact(queries, others, 5, n -> {});

    for (int i = 0; i < queries.length; i++) {
      float[] query = queries[i];
      double[] all =
          Arrays.stream(others).mapToDouble(o -> -UnitVectors.similarity(query, o)).toArray();
      Arrays.sort(all);
      for (int n = 0; n < 5; n++) {
        assertThat(found.similarities()[i][n]).isCloseTo(-all[n], within(1e-6));
      }
    }
  }

  @Test
  void aVectorOfZerosIsSimilarToNothing() {
    float[][] zero = {UnitVectors.of(new double[3])};

    assertThat(Neighbours.exact(zero, new float[][] {EAST}, 1, n -> {}).similarities()[0])
        .containsExactly(0);
    assertThat(
            Neighbours.approximate(zero, new float[][] {EAST}, 1, n -> {}, n -> {})
                .similarities()[0])
        .containsExactly(0);
  }

  @Test
  void vectorsOfTwoModelsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Neighbours.exact(new float[][] {{1}}, new float[][] {EAST}, 1, n -> {}))
        .withMessageContaining("1 numbers, but another one has 3");
  }

  private static StaticConflict conflict(Neighbours nearest) {
    int[] once = new int[nearest.similarities().length];
    Arrays.fill(once, 1);
    return StaticConflict.of(nearest.nearest(), once, List.of(0.8, 0.9, 0.95));
  }
}
