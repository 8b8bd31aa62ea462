package dev.craftstream.method.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.craftstream.method.statistics.CertaintyQuality.Figures;
import dev.craftstream.method.statistics.QuestionBootstrap.Interval;
import dev.craftstream.model.knowledge.CertaintyKind;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Recorded from scikit-learn 1.9.1, where each question counts once as right with the weight of its
 * correctness and once as wrong with the rest, and from lm-polygraph 0.7.0 ({@code
 * PredictionRejectionArea}, {@code RiskCoverageCurveAUC} and {@code ECE} with 10 bins).
 * lm-polygraph takes equals in the order of the rows; recorded is the mean over all their orders.
 */
class CertaintyQualityTest {
  private static final CertaintyKind SIMILARITY = CertaintyKind.EMBEDDING_SIMILARITY;

  @Test
  void figuresAreThoseOfScikitLearnAndLmPolygraph() {
    Figures<Double> figures = quality(SIMILARITY, 211).figures();

    assertThat(figures.areaUnderRoc()).isCloseTo(0.5026745369123511, within(1e-12));
    assertThat(figures.averagePrecision()).isCloseTo(0.4157438199937951, within(1e-12));
    assertThat(figures.rejectionRatio()).isCloseTo(0.028955355864717962, within(1e-12));
    assertThat(figures.riskCoverageArea()).isCloseTo(0.5901588691049755, within(1e-12));
    assertThat(figures.calibrationError()).isCloseTo(0.266824644549763, within(1e-12));
  }

  @Test
  void equalsCountInTheMeanOverAllTheirOrders() {
    // 23 certainties of 211 questions.
    Figures<Double> many = quality(SIMILARITY, 23).figures();
    assertThat(many.areaUnderRoc()).isCloseTo(0.5061860355507687, within(1e-12));
    assertThat(many.averagePrecision()).isCloseTo(0.40220641548314107, within(1e-12));
    assertThat(many.calibrationError()).isCloseTo(0.26501507970702287, within(1e-12));
    // Of 20,000 random orders, with a standard error of 0.000035.
    assertThat(many.riskCoverageArea()).isCloseTo(0.5981522897508618, within(0.00015));

    // Of all 5,040 orders.
    Figures<Double> few =
        new CertaintyQuality(
                SIMILARITY,
                new double[] {.5, .5, .9, .5, .9, .1, .1},
                new double[] {1, 0, .5, .3, 1, 0, .8})
            .figures();
    assertThat(few.riskCoverageArea()).isCloseTo(0.37946712018140594, within(1e-12));
    assertThat(few.rejectionRatio()).isCloseTo(0.37324252200581504, within(1e-12));
    assertThat(few.areaUnderRoc()).isCloseTo(0.6429738562091503, within(1e-12));
    assertThat(few.averagePrecision()).isCloseTo(0.6290079365079364, within(1e-12));
  }

  @Test
  void theOrderOfTheQuestionsIsOfNoAccount() {
    double[] certainty = certainties(23);
    double[] correctness = correctness();
    double[] backwards = reversed(certainty);
    assertThat(new CertaintyQuality(SIMILARITY, backwards, reversed(correctness)).figures())
        .usingRecursiveComparison()
        .withComparatorForType((a, b) -> Math.abs(a - b) < 1e-12 ? 0 : 1, Double.class)
        .isEqualTo(new CertaintyQuality(SIMILARITY, certainty, correctness).figures());
  }

  @Test
  void anEntropyIsReadAsTheReciprocalOfAnEffectiveNumber() {
    double[] certainty =
        Arrays.stream(certainties(211)).map(value -> Math.log(value * .9 + .1)).toArray();
    Figures<Double> figures =
        new CertaintyQuality(CertaintyKind.SEMANTIC_ENTROPY, certainty, correctness()).figures();

    assertThat(figures.calibrationError()).isCloseTo(0.26137440758293834, within(1e-12));
    assertThat(figures.rejectionRatio()).isCloseTo(0.028955355864717962, within(1e-12));
    assertThat(CertaintyQuality.confidence(CertaintyKind.OPTION_ENTROPY, -Math.log(4)))
        .isCloseTo(0.25, within(1e-12));
    assertThat(CertaintyQuality.confidence(SIMILARITY, -0.2)).isZero();
  }

  @Test
  void givenThePerfectOrderOrItsOpposite_thenTheFiguresAreAtTheirEnds() {
    double[] correctness = {1, 1, 0, 0};
    Figures<Double> best =
        new CertaintyQuality(SIMILARITY, new double[] {.9, .8, .2, .1}, correctness).figures();
    assertThat(best.areaUnderRoc()).isEqualTo(1);
    assertThat(best.averagePrecision()).isEqualTo(1);
    assertThat(best.rejectionRatio()).isEqualTo(1);
    assertThat(best.riskCoverageArea()).isCloseTo((1 / 3.0 + 2 / 4.0) / 4, within(1e-12));

    Figures<Double> worst =
        new CertaintyQuality(SIMILARITY, new double[] {.1, .2, .8, .9}, correctness).figures();
    assertThat(worst.areaUnderRoc()).isZero();
    assertThat(worst.rejectionRatio()).isCloseTo(-1, within(1e-12));

    Figures<Double> equal = new CertaintyQuality(SIMILARITY, new double[4], correctness).figures();
    assertThat(equal.areaUnderRoc()).isEqualTo(0.5);
    assertThat(equal.rejectionRatio()).isCloseTo(0, within(1e-12));
    assertThat(equal.riskCoverageArea()).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void givenNothingToTellApart_thenTheFiguresThatNeedItAreUndefined() {
    Figures<Double> right =
        new CertaintyQuality(SIMILARITY, new double[] {.5, .6}, new double[] {1, 1}).figures();
    assertThat(right.areaUnderRoc()).isNaN();
    assertThat(right.averagePrecision()).isEqualTo(1);
    assertThat(right.rejectionRatio()).isNaN();
    assertThat(right.riskCoverageArea()).isZero();

    Figures<Double> wrong =
        new CertaintyQuality(SIMILARITY, new double[] {.5, .6}, new double[2]).figures();
    assertThat(wrong.averagePrecision()).isNaN();
    assertThat(wrong.riskCoverageArea()).isEqualTo(1);
  }

  @Test
  void theCurvesGoThroughAllQuestions() {
    CertaintyQuality quality = quality(SIMILARITY, 23);
    double mean = Arrays.stream(correctness()).map(share -> 1 - share).average().orElseThrow();
    assertThat(quality.risk(211)).isCloseTo(mean, within(1e-12));
    double area = IntStream.rangeClosed(1, 211).mapToDouble(quality::risk).average().orElseThrow();
    assertThat(area).isCloseTo(quality.figures().riskCoverageArea(), within(1e-12));
    assertThat(quality.calibration()).hasSize(10);
    assertThat(quality.calibration().stream().mapToInt(bin -> bin.questions()).sum())
        .isEqualTo(211);
  }

  @Test
  void anIntervalIsAroundItsFigureAndNarrowsWithTheQuestions() {
    QuestionBootstrap bootstrap = new QuestionBootstrap(400, 0.95, 1);
    CertaintyQuality quality = quality(SIMILARITY, 23);
    Interval roc = quality.figures(bootstrap).areaUnderRoc();
    assertThat(roc.value()).isEqualTo(quality.figures().areaUnderRoc());
    assertThat(roc.low()).isBetween(0.40, 0.47);
    assertThat(roc.high()).isBetween(0.54, 0.61);
    Interval risk = quality.figures(bootstrap).riskCoverageArea();
    assertThat(risk.low()).isLessThan(risk.value());
    assertThat(risk.high()).isGreaterThan(risk.value());
  }

  @Test
  void whatIsNoNumberIsRefused() {
    assertThatThrownBy(
            () -> new CertaintyQuality(SIMILARITY, new double[] {Double.NaN}, new double[1]))
        .hasMessageContaining("can't be compared");
    assertThatThrownBy(() -> new CertaintyQuality(SIMILARITY, new double[0], new double[0]))
        .hasMessageContaining("no questions");
  }

  private static CertaintyQuality quality(CertaintyKind kind, int levels) {
    return new CertaintyQuality(kind, certainties(levels), correctness());
  }

  private static double[] certainties(int levels) {
    return IntStream.range(0, 211).mapToDouble(i -> i * 37 % levels / (levels - 1.0)).toArray();
  }

  private static double[] correctness() {
    return IntStream.range(0, 211).mapToDouble(i -> (i * i * 7 + i * 3) % 11 / 10.0).toArray();
  }

  private static double[] reversed(double[] values) {
    return IntStream.range(0, values.length)
        .mapToDouble(i -> values[values.length - 1 - i])
        .toArray();
  }
}
