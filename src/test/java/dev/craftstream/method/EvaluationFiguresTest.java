package dev.craftstream.method;

import static dev.craftstream.model.knowledge.Verdict.CORRECT;
import static dev.craftstream.model.knowledge.Verdict.REFUSED;
import static dev.craftstream.model.knowledge.Verdict.WRONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.craftstream.model.dataset.Evaluation.Estimate;
import dev.craftstream.model.knowledge.Verdict;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

class EvaluationFiguresTest {
  private static final Bootstrap BOOTSTRAP = new Bootstrap(400, 0.95, 7);

  @Test
  void givenTheBaseItself_thenItHasNoTruthfulHelpfulness() {
    EvaluationFigures figures =
        of(table().and(CORRECT, CORRECT, 30).and(WRONG, WRONG, 60).and(REFUSED, REFUSED, 10));

    assertThat(figures.correctShare().value()).isEqualTo(0.3);
    assertThat(figures.wrongShare().value()).isEqualTo(0.6);
    assertThat(figures.refusedShare().value()).isEqualTo(0.1);
    assertThat(figures.truthfulHelpfulness()).contains(new Estimate(0, 0, 0));
  }

  @Test
  void givenAPerfectModel_thenItsTruthfulHelpfulnessIsOne() {
    assertThat(of(table().and(CORRECT, CORRECT, 30).and(CORRECT, WRONG, 70)).truthfulHelpfulness())
        .get()
        .returns(1.0, Estimate::value);
  }

  @Test
  void givenWrongAnswersThatBecomeRefusals_thenTheCrossProductsSayHowMuchThatHelps() {
    // b = (0.4, 0.6), a = (0.3, 0.2): (0.3 * 0.6 - 0.4 * 0.2) / 0.6 = 1 / 6.
    EvaluationFigures figures =
        of(
            table()
                .and(CORRECT, CORRECT, 30)
                .and(REFUSED, CORRECT, 10)
                .and(WRONG, WRONG, 20)
                .and(REFUSED, WRONG, 40));

    assertThat(figures.truthfulHelpfulness().orElseThrow().value())
        .isEqualTo(1 / 6.0, within(1e-12));
    assertThat(figures.overRefusal().orElseThrow().value()).isEqualTo(0.25);
  }

  @Test
  void givenAWorseModel_thenItsTruthfulHelpfulnessIsNegative() {
    // b = (0.5, 0.5), a = (0.25, 0.75): (0.25 * 0.5 - 0.5 * 0.75) / 0.5 = -0.5.
    assertThat(
            of(table().and(CORRECT, CORRECT, 1).and(WRONG, CORRECT, 1).and(WRONG, WRONG, 2))
                .truthfulHelpfulness()
                .orElseThrow()
                .value())
        .isEqualTo(-0.5);
  }

  @Test
  void givenARefusalOfEverything_thenTruthfulHelpfulnessIsZeroAndOverRefusalOne() {
    EvaluationFigures figures = of(table().and(REFUSED, CORRECT, 4).and(REFUSED, WRONG, 6));

    assertThat(figures.truthfulHelpfulness().orElseThrow().value()).isZero();
    assertThat(figures.overRefusal().orElseThrow().value()).isEqualTo(1);
  }

  @Test
  void givenABaseThatIsNeverWrongOrNeverRight_thenTheFigureThatNeedsItIsUndefined() {
    assertThat(of(table().and(CORRECT, CORRECT, 5).and(WRONG, REFUSED, 5)).truthfulHelpfulness())
        .isEmpty();
    assertThat(of(table().and(CORRECT, WRONG, 5)).overRefusal()).isEmpty();
  }

  @Test
  void givenQuestionsThatTheBaseDidNotAnswer_thenTheyCountInTheSharesAlone() {
    EvaluationFigures figures =
        of(
            table()
                .and(CORRECT, CORRECT, 3)
                .and(REFUSED, CORRECT, 1)
                .and(WRONG, WRONG, 2)
                .and(REFUSED, WRONG, 4)
                .and(CORRECT, null, 10));

    assertThat(figures.correctShare().value()).isEqualTo(0.65);
    // As in the case above, from the ten questions that both answered.
    assertThat(figures.truthfulHelpfulness().orElseThrow().value())
        .isEqualTo(1 / 6.0, within(1e-12));
    assertThat(figures.overRefusal().orElseThrow().value()).isEqualTo(0.25);
  }

  /**
   * What scikit-learn's precision, recall and F1 say where a question is positive that the base
   * does not answer correctly, and refusing predicts that.
   */
  @Test
  void givenRefusals_thenTheyAreHeldAgainstWhatTheBaseDoesNotAnswerCorrectly() {
    EvaluationFigures figures =
        of(
            table()
                .and(CORRECT, CORRECT, 30)
                .and(REFUSED, CORRECT, 10)
                .and(WRONG, WRONG, 15)
                .and(CORRECT, WRONG, 5)
                .and(REFUSED, WRONG, 35)
                .and(REFUSED, REFUSED, 5)
                .and(REFUSED, null, 50));

    assertThat(figures.abstentionPrecision().orElseThrow().value()).isEqualTo(0.8);
    assertThat(figures.abstentionRecall().orElseThrow().value())
        .isEqualTo(40 / 60.0, within(1e-12));
    assertThat(figures.abstentionF1().orElseThrow().value()).isEqualTo(80 / 110.0, within(1e-12));
    // Of all 150 answers, 35 are correct and 15 wrong.
    assertThat(figures.truthfulness().value()).isEqualTo(20 / 150.0, within(1e-12));
    assertThat(figures.abstentionF1().orElseThrow().low())
        .isBetween(0.5, figures.abstentionF1().orElseThrow().value());
  }

  @Test
  void givenNothingRefusedOrNothingToRefuse_thenTheFigureThatNeedsItIsUndefined() {
    EvaluationFigures never = of(table().and(CORRECT, CORRECT, 5).and(WRONG, WRONG, 5));
    assertThat(never.abstentionPrecision()).isEmpty();
    assertThat(never.abstentionRecall().orElseThrow().value()).isZero();
    assertThat(never.abstentionF1().orElseThrow().value()).isZero();

    EvaluationFigures perfectBase = of(table().and(CORRECT, CORRECT, 5));
    assertThat(perfectBase.abstentionRecall()).isEmpty();
    assertThat(perfectBase.abstentionF1()).isEmpty();
    assertThat(perfectBase.truthfulness().value()).isEqualTo(1);
  }

  @Test
  void aWrongAnswerCostsWhatIsAskedFor() {
    Table table = table().and(CORRECT, CORRECT, 5).and(WRONG, WRONG, 3).and(REFUSED, WRONG, 2);
    assertThat(EvaluationFigures.of(table.counts, BOOTSTRAP, 0).truthfulness().value())
        .isEqualTo(0.5);
    assertThat(EvaluationFigures.of(table.counts, BOOTSTRAP, 4).truthfulness().value())
        .isEqualTo(-0.7);
  }

  @Test
  void givenNoQuestions_thenThereAreNoFigures() {
    assertThatThrownBy(() -> of(table())).isInstanceOf(IllegalArgumentException.class);
  }

  /** An empty cell must not cost a draw for each question. */
  @Test
  @Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
  void givenAThousandMillionQuestionsAndVerdictsThatAreNeverGiven_thenTheIntervalsAreMadeAtOnce() {
    EvaluationFigures figures =
        of(table().and(WRONG, CORRECT, 500_000_000).and(REFUSED, REFUSED, 500_000_000));

    assertThat(figures.correctShare()).isEqualTo(new Estimate(0, 0, 0));
    assertThat(figures.wrongShare().value()).isEqualTo(0.5);
  }

  @Test
  void theSameCountsAndSeedGiveTheSameIntervals() {
    Table table = table().and(CORRECT, WRONG, 20).and(WRONG, WRONG, 20).and(REFUSED, CORRECT, 9);
    assertThat(of(table)).isEqualTo(of(table));
    assertThat(EvaluationFigures.of(table.counts, new Bootstrap(400, 0.95, 8), 1))
        .isNotEqualTo(of(table));
  }

  @Test
  void theIntervalOfAShareIsThatOfTheNormalApproximation() {
    Estimate share = of(table().and(CORRECT, WRONG, 4_000).and(WRONG, WRONG, 6_000)).correctShare();
    double margin = 1.96 * Math.sqrt(0.4 * 0.6 / 10_000);
    assertThat(share.low()).isEqualTo(0.4 - margin, within(0.0015));
    assertThat(share.high()).isEqualTo(0.4 + margin, within(0.0015));
  }

  @Test
  void intervalsCoverTheTruthAboutAsOftenAsTheyPromise() {
    // What the two checkpoints say of a question, in tenths.
    Table truth =
        table()
            .and(CORRECT, CORRECT, 3)
            .and(REFUSED, CORRECT, 1)
            .and(WRONG, WRONG, 2)
            .and(REFUSED, WRONG, 4);
    EvaluationFigures exact = of(truth);
    SplittableRandom random = new SplittableRandom(11);
    int trials = 200;
    int shares = 0;
    int helpfulness = 0;
    int overRefusal = 0;
    for (int trial = 0; trial < trials; trial++) {
      Table seen = table();
      for (int i = 0; i < 300; i++) {
        int tenth = random.nextInt(10);
        if (tenth < 3) {
          seen.and(CORRECT, CORRECT, 1);
        } else if (tenth < 4) {
          seen.and(REFUSED, CORRECT, 1);
        } else {
          seen.and(tenth < 6 ? WRONG : REFUSED, WRONG, 1);
        }
      }
      EvaluationFigures figures = of(seen);
      shares += covers(figures.refusedShare(), exact.refusedShare());
      helpfulness +=
          covers(
              figures.truthfulHelpfulness().orElseThrow(),
              exact.truthfulHelpfulness().orElseThrow());
      overRefusal += covers(figures.overRefusal().orElseThrow(), exact.overRefusal().orElseThrow());
    }
    // 190 are promised; four standard deviations of a binomial are 12, and percentiles are a little
    // narrow.
    assertThat(shares).isBetween(176, trials - 1);
    assertThat(helpfulness).isBetween(176, trials - 1);
    assertThat(overRefusal).isBetween(176, trials - 1);
  }

  @Test
  void pairingMakesTheIntervalOfAComparisonNarrow() {
    // The same four margins; the judgements agree on each question, or on none but by chance.
    Table paired = table().and(CORRECT, CORRECT, 500).and(WRONG, WRONG, 500);
    Table unpaired =
        table()
            .and(CORRECT, CORRECT, 250)
            .and(CORRECT, WRONG, 250)
            .and(WRONG, CORRECT, 250)
            .and(WRONG, WRONG, 250);
    assertThat(width(of(paired))).isZero();
    assertThat(width(of(unpaired))).isGreaterThan(0.1);
  }

  @Test
  void settingsThatMakeNoIntervalAreRefusedWithASentence() {
    assertThatThrownBy(() -> new Bootstrap(99, 0.95, 1)).hasMessageContaining("make 100 to");
    assertThatThrownBy(() -> new Bootstrap(1000, 1, 1)).hasMessageContaining("below 1");
    assertThatThrownBy(() -> new Bootstrap(1000, Double.NaN, 1)).hasMessageContaining("NaN");
  }

  @Test
  void aMultinomialHasTheMeansAndVariancesOfItsShares() {
    long[] cells = {100, 0, 900, 4_000, 5_000};
    Multinomial multinomial = new Multinomial(3);
    int draws = 4_000;
    double[] sum = new double[cells.length];
    double[] squares = new double[cells.length];
    for (int draw = 0; draw < draws; draw++) {
      long[] drawn = multinomial.draw(cells);
      long total = 0;
      for (int i = 0; i < drawn.length; i++) {
        total += drawn[i];
        sum[i] += drawn[i];
        squares[i] += (double) (drawn[i] - cells[i]) * (drawn[i] - cells[i]);
      }
      assertThat(total).isEqualTo(10_000);
      assertThat(drawn[1]).isZero();
    }
    for (int i = 0; i < cells.length; i++) {
      double variance = cells[i] * (1 - cells[i] / 10_000.0);
      assertThat(sum[i] / draws).isEqualTo(cells[i], within(4 * Math.sqrt(variance / draws)));
      assertThat(squares[i] / draws).isEqualTo(variance, within(0.1 * variance));
    }
  }

  private static double width(EvaluationFigures figures) {
    Estimate estimate = figures.truthfulHelpfulness().orElseThrow();
    return estimate.high() - estimate.low();
  }

  private static int covers(Estimate interval, Estimate truth) {
    return interval.low() <= truth.value() && truth.value() <= interval.high() ? 1 : 0;
  }

  private static EvaluationFigures of(Table table) {
    return EvaluationFigures.of(table.counts, BOOTSTRAP, 1);
  }

  private static Table table() {
    return new Table(new Contingency());
  }

  private record Table(Contingency counts) {
    Table and(Verdict verdict, Verdict base, long questions) {
      counts.add(verdict, base, questions);
      return this;
    }
  }
}
