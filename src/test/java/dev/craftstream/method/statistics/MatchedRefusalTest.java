package dev.craftstream.method.statistics;

import static dev.craftstream.model.knowledge.Verdict.CORRECT;
import static dev.craftstream.model.knowledge.Verdict.REFUSED;
import static dev.craftstream.model.knowledge.Verdict.WRONG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.model.knowledge.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class MatchedRefusalTest {
  private static final List<Verdict> VERDICTS = List.of(CORRECT, REFUSED, WRONG, WRONG, CORRECT);
  private static final double[] SCORES = {.1, .2, .7, .3, .6};

  @Test
  void givenMoreRefusals_whenRaised_thenTheMostRefusingAnswersBecomeRefusals() {
    assertThat(MatchedRefusal.raised(VERDICTS, SCORES, 3))
        .containsExactly(CORRECT, REFUSED, REFUSED, WRONG, REFUSED);
  }

  @Test
  void givenAModelThatRefusesAsMuchItself_whenRaised_thenNothingChanges() {
    assertThat(MatchedRefusal.raised(VERDICTS, SCORES, 1)).isEqualTo(VERDICTS);
    assertThat(MatchedRefusal.raised(VERDICTS, SCORES, 0)).isEqualTo(VERDICTS);
  }

  @Test
  void givenMoreRefusalsThanQuestions_whenRaised_thenAllAreRefused() {
    assertThat(MatchedRefusal.raised(VERDICTS, SCORES, 9)).containsOnly(REFUSED);
  }

  @Test
  void givenEqualScores_whenRaised_thenTheFirstComeFirst() {
    assertThat(MatchedRefusal.raised(List.of(WRONG, WRONG), new double[] {.5, .5}, 1))
        .containsExactly(REFUSED, WRONG);
  }
}
