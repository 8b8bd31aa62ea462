package dev.craftstream.method.judging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.model.Question;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChosenOptionTest {
  private static final List<String> CITIES = List.of("Rome", "Paris", "Bern", "A river");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "B",
        " b\n",
        "B.",
        "b)",
        "(B)",
        "(b) Paris",
        "[B]",
        "**B**",
        "\"B\"",
        "'B'",
        "B. Paris",
        "B: Paris",
        "B Paris",
        "B - Paris",
        "B because it is the capital",
        "B\nC",
        "B, not C",
        "B. Rome",
        "Paris",
        "paris.",
        "\u201cParis\u201d",
        "Paris, the capital of France",
        "The answer is B",
        "The correct answer is: (B).",
        "The answer is Paris.",
        "Answer: B",
        "Answer:B",
        "Option B",
        "I choose B",
        "I would say option B.",
        "It's B.",
        "It\u2019s Paris.",
        "France has one capital. So the answer is B, Paris",
      })
  void theFirstOptionThatAnAnswerGivesIsChosen(String answer) {
    assertThat(ChosenOption.of(answer, CITIES)).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "?",
        "E",
        "The answer is Z.",
        "A city in France",
        "a city",
        "b is one",
        "Berlin",
        "Parisian",
        "Paris Hilton",
        "Both of them",
        "B-12",
        "It is a city",
        "The answer is not B",
        "The answer is in question",
        "I'd rather not say",
      })
  void anythingElseChoosesNone(String answer) {
    assertThat(ChosenOption.of(answer, CITIES)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"A", "a.", "A) Rome", "A Rome", "A - Rome", "A is right", "It is A."})
  void aLetterThatIsAWordTooCountsWhereItStandsForItself(String answer) {
    assertThat(ChosenOption.of(answer, CITIES)).hasValue(0);
  }

  @Test
  void aHundredIntroductionsAreReadAndNoMore() {
    assertThat(ChosenOption.of("The answer is unclear. ".repeat(99) + "The answer is B.", CITIES))
        .hasValue(1);
    assertThat(ChosenOption.of("The answer is unclear. ".repeat(100) + "The answer is B.", CITIES))
        .isEmpty();
  }

  @Test
  void anOptionsTextGoesBeforeTheLetterThatItBeginsWith() {
    assertThat(ChosenOption.of("A river", CITIES)).hasValue(3);
    List<String> poets = List.of("Keats", "Byron", "A. E. Housman");
    assertThat(ChosenOption.of("A. E. Housman.", poets)).hasValue(2);
    assertThat(ChosenOption.of("A. Keats", poets)).hasValue(0);
  }

  @Test
  void theLongestOfTheOptionsThatAnAnswerBeginsWithIsChosen() {
    List<String> numbers = List.of("3", "3, 4", "4", "-3");
    assertThat(ChosenOption.of("3, 4", numbers)).hasValue(1);
    assertThat(ChosenOption.of("3, I think", numbers)).hasValue(0);
    assertThat(ChosenOption.of("-3", numbers)).hasValue(3);
    assertThat(ChosenOption.of("3.5", numbers)).isEmpty();
  }

  @Test
  void aTextThatTwoOptionsShareNamesNone() {
    assertThat(ChosenOption.of("Rome", List.of("Rome", "rome", "Oslo"))).isEmpty();
    assertThat(ChosenOption.of("B. rome", List.of("Rome", "rome", "Oslo"))).hasValue(1);
  }

  @Test
  void aLetterIsALetterAlsoWhereItIsAnOptionsText() {
    assertThat(ChosenOption.of("B", List.of("B", "C", "A"))).hasValue(1);
    assertThat(ChosenOption.of("The answer is B.", List.of("B", "C", "A"))).hasValue(1);
  }

  private static Stream<Arguments> casesInManyDresses() {
    return Cases.of("options.txt").stream()
        .map(line -> line.split(" \\| ", 3))
        .map(parts -> Arguments.of(List.of(parts[0].split(";")), parts[1], parts[2]));
  }

  @ParameterizedTest
  @MethodSource("casesInManyDresses")
  void anOptionIsReadInWhateverDressItStands(List<String> options, String letter, String answer) {
    OptionalInt chosen = ChosenOption.of(answer, options);
    assertThat(chosen.isPresent() ? Question.optionLetter(chosen.getAsInt()) : "-")
        .isEqualTo(letter);
  }
}
