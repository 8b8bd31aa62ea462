package dev.craftstream.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.model.Task;
import dev.craftstream.model.dataset.CutOff.Bound;
import dev.craftstream.model.dataset.DatasetKind;
import dev.craftstream.model.dataset.Selection;
import dev.craftstream.model.dataset.Shortage;
import dev.craftstream.model.dataset.Ties;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.label.RehearsalThresholds;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Thresholds;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CutOffsTest {
  private static final List<Rank> RANKS =
      List.of(new Rank(0.3, 5), new Rank(0.1, 9), new Rank(0.2, -1L), new Rank(0.2, 4));

  private static Selection selection(int answers, Strategy strategy, Ties ties, Shortage shortage) {
    return new Selection(
        DatasetKind.TRAINING,
        Task.MULTIPLE_CHOICE,
        strategy,
        Thresholds.PAPER,
        RehearsalThresholds.PAPER,
        answers,
        0,
        ties,
        shortage,
        1,
        CorrectnessRule.SUBSTRING,
        0);
  }

  private static Bound bound(int answers, Strategy strategy, Ties ties, Shortage shortage) {
    return bound(answers, strategy, ties, shortage, RANKS);
  }

  private static Bound bound(
      int answers, Strategy strategy, Ties ties, Shortage shortage, List<Rank> ranks) {
    BestRanks best = new BestRanks(answers, Ties.EXACT);
    ranks.forEach(best::offer);
    return CutOffs.bound(
        selection(answers, strategy, ties, shortage),
        "d",
        Label.ANSWER,
        ranks.size(),
        0,
        ranks.size(),
        best,
        best.tied());
  }

  private static List<Rank> taken(Bound bound) {
    return RANKS.stream().filter(rank -> bound.takes(rank.score(), rank.hash())).toList();
  }

  @Test
  void exactlyAsManyAsWantedAreTaken_equalsByTheirUnsignedHash() {
    Bound bound = bound(2, Strategy.CRAFT, Ties.EXACT, Shortage.FAIL);
    assertThat(taken(bound)).containsExactlyInAnyOrder(new Rank(0.1, 9), new Rank(0.2, 4));
    assertThat(bound.taken()).isEqualTo(2);
  }

  @Test
  void allThatTieAtTheCutOffAreTakenWhereThatIsTheRule() {
    Bound bound = bound(2, Strategy.CRAFT, Ties.KEEP_ALL, Shortage.FAIL);
    assertThat(taken(bound)).hasSize(3).doesNotContain(new Rank(0.3, 5));
    assertThat(bound.taken()).isEqualTo(3);
  }

  @Test
  void chanceKnowsNoTies() {
    assertThat(bound(2, Strategy.COR_RAIT, Ties.KEEP_ALL, Shortage.FAIL).taken()).isEqualTo(2);
  }

  @Test
  void noneIsTakenWhereNoneIsWanted() {
    assertThat(taken(bound(0, Strategy.CRAFT, Ties.KEEP_ALL, Shortage.FAIL))).isEmpty();
  }

  @Test
  void asManyCandidatesAsWantedIsNoShortage() {
    Bound bound = bound(4, Strategy.CRAFT, Ties.EXACT, Shortage.FAIL);
    assertThat(bound.all()).isFalse();
    assertThat(taken(bound)).hasSize(4);
    assertThat(bound.takes(0.31, 0)).as("a later, worse one").isFalse();
  }

  @Test
  void aShortDatasetTakesAllThereAreAndAllThatCome() {
    Bound bound = bound(9, Strategy.CRAFT, Ties.EXACT, Shortage.SHORT);
    assertThat(bound.taken()).isEqualTo(4);
    assertThat(bound.takes(100, -1L)).isTrue();
    assertThat(bound.drawnAgain()).isEmpty();
  }

  @Test
  void drawingAgainFillsTheDataset_theSameWayEachTime() {
    Bound bound = bound(50, Strategy.CRAFT, Ties.EXACT, Shortage.DRAW_AGAIN);
    assertThat(RANKS.size() + Arrays.stream(bound.extraCopies()).sum()).isEqualTo(50);
    assertThat(bound.drawnAgain()).as("in the order of their ranks").containsExactly(9, 4, -1L, 5);
    Bound again =
        bound(
            50,
            Strategy.CRAFT,
            Ties.EXACT,
            Shortage.DRAW_AGAIN,
            List.of(RANKS.get(2), RANKS.get(0), RANKS.get(3), RANKS.get(1)));
    assertThat(Arrays.equals(again.extraCopies(), bound.extraCopies())).isTrue();
  }

  @Test
  void tooFewFailWhereThatIsTheRule_andDrawingAgainFromNothing() {
    assertThat(CutOffs.failure(selection(5, Strategy.CRAFT, Ties.EXACT, Shortage.FAIL), 9, 4, 0))
        .contains("5 ANSWER", "4 candidates");
    assertThat(CutOffs.failure(selection(5, Strategy.CRAFT, Ties.EXACT, Shortage.FAIL), 9, 5, 0))
        .isEmpty();
    assertThat(
            CutOffs.failure(selection(5, Strategy.CRAFT, Ties.EXACT, Shortage.DRAW_AGAIN), 9, 0, 0))
        .isNotEmpty();
    assertThat(
            CutOffs.failure(selection(5, Strategy.CRAFT, Ties.EXACT, Shortage.DRAW_AGAIN), 9, 1, 0))
        .isEmpty();
    assertThat(CutOffs.failure(selection(5, Strategy.CRAFT, Ties.EXACT, Shortage.SHORT), 9, 0, 0))
        .isEmpty();
  }

  @Test
  void nothingIsBuiltOfNoQuestions() {
    assertThat(CutOffs.failure(selection(5, Strategy.CRAFT, Ties.EXACT, Shortage.SHORT), 0, 0, 0))
        .contains("no MULTIPLE_CHOICE questions");
  }
}
