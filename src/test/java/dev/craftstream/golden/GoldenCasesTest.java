package dev.craftstream.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.golden.GoldenCases.Selection;
import dev.craftstream.model.label.Strategy;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("golden")
class GoldenCasesTest {
  private final GoldenCases own = GoldenCases.own();

  @Test
  void theProjectsOwnSetCutsAmidTies() {
    GoldenCases.Outcome craft = own.openEndedExpected().strategies().get(Strategy.CRAFT);
    assertThat(craft.answer().orElseThrow().tied())
        .hasSizeGreaterThan(craft.answer().orElseThrow().takeOfTied());
    assertThat(craft.refusal().orElseThrow().tied())
        .hasSizeGreaterThan(craft.refusal().orElseThrow().takeOfTied());
    GoldenCases.Outcome choice = own.multipleChoiceExpected().strategies().get(Strategy.CRAFT);
    assertThat(choice.answer().orElseThrow().selected())
        .hasSizeGreaterThan(own.multipleChoiceExpected().answers());
    assertThat(choice.refusal().orElseThrow().selected())
        .hasSizeGreaterThan(own.multipleChoiceExpected().refusals());
  }

  @Test
  void theProjectsOwnSetHasQuestionsOnEveryBoundary() {
    assertThat(own.openEndedExpected().measured().values())
        .anyMatch(measured -> measured.correctness() == 0.5)
        .anyMatch(
            measured ->
                measured.correctness() < 0.5
                    && measured.correctness() == measured.rehearsalCorrectness());
    assertThat(own.multipleChoiceExpected().measured().values())
        .anyMatch(measured -> measured.correctness() == 0.5)
        .anyMatch(
            measured ->
                measured.correctness() < 0.5
                    && measured.correctness() == measured.rehearsalCorrectness());
  }

  @Test
  void aSelectionAllowsAnyOfTheTiedButExactlyAsManyAsFit() {
    Selection selection = new Selection(Set.of("a"), Set.of("b", "c", "d"), 2);
    assertThat(selection.allows(Set.of("a", "b", "d"))).isTrue();
    assertThat(selection.allows(Set.of("a", "b"))).isFalse();
    assertThat(selection.allows(Set.of("a", "b", "c", "d"))).isFalse();
    assertThat(selection.allows(Set.of("b", "c", "d"))).isFalse();
    assertThat(selection.allows(Set.of("a", "b", "x"))).isFalse();
  }
}
