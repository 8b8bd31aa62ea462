package dev.craftstream.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplesTest {
  private static final String INSTRUCTION = "Answer the following question as simple as possible.";

  @Test
  void aSampleEndsWhereTheInstructionStartsToRepeat() {
    assertThat(trim(" Paris\n\n" + INSTRUCTION + "\nQuestion: And of Italy?\nAnswer: Rome"))
        .isEqualTo("Paris");
  }

  @Test
  void endsBeforeTheFirstOfTheStopTexts() {
    assertThat(Samples.endAt(" Paris\nRome; Oslo", List.of(";", "\n", "Bern"))).isEqualTo(" Paris");
    assertThat(Samples.endAt(" Paris ", List.of())).isEqualTo(" Paris ");
  }

  @Test
  void theInstructionIsFoundWithinALine() {
    assertThat(trim("Paris " + INSTRUCTION + " Rome")).isEqualTo("Paris");
  }

  @Test
  void aSampleThatStartsWithTheInstructionIsEmpty() {
    assertThat(trim(INSTRUCTION + "\nQuestion: x\nAnswer: Paris")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Paris\n\nAnswer",
        "Paris\n\nAnswer the foll",
        "Paris\r\nAnswer the following question as simple as possible",
        "Paris\nAnswer the\nAnswer the following"
      })
  void aRepetitionThatTheTokenLimitCutOffIsTakenAwayAsWell(String sample) {
    assertThat(trim(sample)).isEqualTo("Paris");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Answer",
        "Answer the",
        "Vitamin\nA",
        "Paris\nAnswers",
        "Paris\nAnswer: Rome",
        "two\nlines",
        "answer the following question as simple as possible."
      })
  void whatOnlyLooksLikeItStays(String sample) {
    assertThat(trim(sample)).isEqualTo(sample);
  }

  @Test
  void trimmingTwiceIsTrimmingOnce() {
    String once = trim("  a\nAnswer the\n\nAnswer \n" + INSTRUCTION + "b");
    assertThat(trim(once)).isEqualTo(once).isEqualTo("a");
  }

  @Test
  void withoutAnInstructionASampleIsOnlyStripped() {
    assertThat(Samples.trim(" Paris\nRome ", " ")).isEqualTo("Paris\nRome");
  }

  private static String trim(String sample) {
    return Samples.trim(sample, INSTRUCTION);
  }
}
