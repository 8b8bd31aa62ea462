package dev.craftstream.method.statistics;

import static dev.craftstream.model.knowledge.Verdict.CORRECT;
import static dev.craftstream.model.knowledge.Verdict.REFUSED;
import static dev.craftstream.model.knowledge.Verdict.WRONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.craftstream.method.Bootstrap;
import dev.craftstream.method.Contingency;
import dev.craftstream.method.EvaluationFigures;
import dev.craftstream.model.knowledge.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class TestFiguresTest {
  private static final List<Verdict> BASE = List.of(CORRECT, CORRECT, WRONG, WRONG, WRONG);
  private static final List<Verdict> TUNED = List.of(CORRECT, REFUSED, REFUSED, WRONG, CORRECT);
  private static final int[] ALL = {0, 1, 2, 3, 4};

  @Test
  void areThoseOfTheJobsEvaluation() {
    Contingency counts = new Contingency();
    for (int i : ALL) {
      counts.add(TUNED.get(i), BASE.get(i), 1);
    }
    EvaluationFigures job = EvaluationFigures.of(counts, new Bootstrap(100, 0.95, 1), 1);
    TestFigures figures = new TestFigures(TUNED, BASE);
    assertThat(figures.truthfulHelpfulness(ALL))
        .isCloseTo(job.truthfulHelpfulness().orElseThrow().value(), within(1e-12));
    assertThat(figures.overRefusal(ALL)).isEqualTo(job.overRefusal().orElseThrow().value());
    assertThat(figures.share(REFUSED, ALL)).isEqualTo(0.4);
  }

  /** (Pc, Pw) is (2/5, 1/5), the base's (2/5, 3/5): 2/5 - 2/5 x 1/3. */
  @Test
  void followThePapersDefinition() {
    TestFigures figures = new TestFigures(TUNED, BASE);
    assertThat(figures.truthfulHelpfulness(ALL)).isCloseTo(0.4 - 0.4 / 3, within(1e-12));
    assertThat(new TestFigures(BASE, BASE).truthfulHelpfulness(ALL)).isCloseTo(0, within(1e-12));
    assertThat(figures.overRefusal(ALL)).isEqualTo(0.5);
  }

  @Test
  void countAQuestionAsOftenAsItWasDrawn() {
    TestFigures figures = new TestFigures(TUNED, BASE);
    assertThat(figures.overRefusal(new int[] {0, 1, 1, 1, 2})).isEqualTo(0.75);
  }

  @Test
  void areUndefinedWhereTheBaseIsNeverWrongOrNeverRight() {
    TestFigures figures = new TestFigures(TUNED, BASE);
    assertThat(figures.truthfulHelpfulness(new int[] {0, 1})).isNaN();
    assertThat(figures.overRefusal(new int[] {2, 3})).isNaN();
  }
}
