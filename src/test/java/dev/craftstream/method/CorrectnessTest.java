package dev.craftstream.method;

import static dev.craftstream.method.TestQuestions.openEnded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.craftstream.model.Question;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorrectnessTest {

  @Test
  void aSampleThatContainsTheGoldAnswerOrAnAliasIsCorrect() {
    Question question = openEnded("New York City", "NYC", "Big Apple");
    assertThat(List.of("It is New York City.", "nyc", "the BIG APPLE, surely"))
        .allMatch(sample -> Correctness.isCorrect(question, sample));
    assertThat(List.of("New York", "Boston", ""))
        .noneMatch(sample -> Correctness.isCorrect(question, sample));
  }

  @Test
  void letterCaseIsNotThatOfTheMachinesLanguage() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("tr"));
      assertThat(Correctness.isCorrect(openEnded("INDIA"), "india")).isTrue();
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void theSampleIsStrippedButTheAliasIsNot() {
    assertThat(Correctness.isCorrect(openEnded("Paris "), "\tParis \n")).isFalse();
    assertThat(Correctness.isCorrect(openEnded("Paris "), "Paris now")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"no", "know", "I don't know", "don't"})
  void aRefusalIsNotCorrectWhateverItContains(String gold) {
    assertThat(Correctness.isCorrect(openEnded(gold), "I don't know.")).isFalse();
  }

  @Test
  void aGoldAnswerThatReadsLikeARefusalAndSaysMoreCanBeGiven() {
    Question song = openEnded("I Don't Know How to Love Him");
    assertThat(Correctness.isCorrect(song, "I don't know how to love him")).isTrue();
    assertThat(Correctness.isCorrect(song, "I don't know")).isFalse();
  }

  @Test
  void aBlankAliasMatchesNothing() {
    assertThat(Correctness.isCorrect(openEnded("Paris", "", " "), "It is Rome")).isFalse();
  }

  @Test
  void openEndedCorrectnessIsTheShareOfCorrectSamples() {
    assertThat(Correctness.ofSamples(openEnded("a"), List.of("a", "b", "cat"))).isEqualTo(2 / 3.0);
    assertThatThrownBy(() -> Correctness.ofSamples(openEnded("a"), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no sample");
  }

  @Test
  void multipleChoiceCorrectnessIsTheTargetsShareOfTheOptions() {
    double[] half = {0.25, 0.125, 0.0625, 0.0625};
    assertThat(Correctness.ofOptions(half, 0)).isEqualTo(0.5);
    assertThat(Correctness.ofOptions(half, 3)).isEqualTo(0.125);
  }

  @Test
  void roundingErrorsDoNotMoveAQuestionAcrossAThreshold() {
    double[] half = {0.02, 0.08, 0.18, 0.08};
    // What is rounded away here:
    assertThat(0.18 / (0.02 + 0.08 + 0.18 + 0.08)).isLessThan(0.5);
    assertThat(Correctness.ofOptions(half, 2)).isEqualTo(0.5);
  }

  @Test
  void whatAreNoProbabilitiesIsRefusedWithASentence() {
    assertThatThrownBy(() -> Correctness.ofOptions(new double[] {0.5, -0.1}, 0))
        .hasMessage("Option B has the probability -0.1; a probability lies between 0 and 1.");
    assertThatThrownBy(() -> Correctness.ofOptions(new double[] {Double.NaN, 0.1}, 0))
        .hasMessageContaining("Option A has the probability NaN");
    assertThatThrownBy(() -> Correctness.ofOptions(new double[] {0, 0}, 0))
        .hasMessageContaining("No option has a probability above 0");
    assertThatThrownBy(() -> Correctness.ofOptions(new double[] {0.9, 0.9}, 0))
        .hasMessageContaining("add up to 1.8");
    assertThatThrownBy(() -> Correctness.ofOptions(new double[] {0.5, 0.5}, 2))
        .hasMessageContaining("The target is option 3, but there are 2 probabilities.");
  }
}
