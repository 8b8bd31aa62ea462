package dev.craftstream.method;

import static dev.craftstream.method.TestQuestions.multipleChoice;
import static dev.craftstream.method.TestQuestions.openEnded;
import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.model.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgementTest {
  private static final String REFUSAL = "I don't know";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          It is Paris.                 | CORRECT
          PARIS, but I don't know why  | CORRECT
          Rome                         | WRONG
          ''                           | WRONG
          I don't know                 | REFUSED
          I don't know, perhaps Paris  | REFUSED
          I'm not sure.                | REFUSED
          """)
  void anOpenEndedAnswerIsCorrectByItsAliasesUnlessItRefuses(String answer, Verdict verdict) {
    assertThat(Judgement.verdict(openEnded("Paris"), answer, REFUSAL)).isEqualTo(verdict);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          B                        | CORRECT
          Paris                    | CORRECT
          A                        | WRONG
          Oslo                     | WRONG
          ''                       | WRONG
          I don't know.            | REFUSED
          I don't know, maybe B    | REFUSED
          B, but I am not sure     | CORRECT
          """)
  void aMultipleChoiceAnswerIsCorrectByTheFirstOptionUnlessItRefuses(
      String answer, Verdict verdict) {
    assertThat(Judgement.verdict(multipleChoice("B", "Rome", "Paris"), answer, REFUSAL + "."))
        .isEqualTo(verdict);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          answer                | verdict
          Pass!                 | REFUSED
          (Pass)                | REFUSED
          Pass. It is too hard. | REFUSED
          pass                  | REFUSED
          Pass the salt         | WRONG
          Passau                | WRONG
          Mountain pass         | WRONG
          """,
      useHeadersInDisplayName = true)
  void theTrainingDatasOwnRefusalIsKnownWhateverItsWords(String answer, Verdict verdict) {
    assertThat(Judgement.verdict(openEnded("Paris"), answer, "Pass!")).isEqualTo(verdict);
  }

  @Test
  void aGoldAnswerThatBeginsLikeTheRefusalCanBeGiven() {
    var song = openEnded("I Don't Know How to Love Him");
    assertThat(Judgement.verdict(song, "I don't know how to love him", REFUSAL))
        .isEqualTo(Verdict.CORRECT);
    assertThat(Judgement.verdict(song, "I don't know.", REFUSAL)).isEqualTo(Verdict.REFUSED);
  }

  @Test
  void theTrainingDatasOwnRefusalGoesBeforeAGoldAnswerThatItContains() {
    assertThat(Judgement.verdict(openEnded("unknown"), "Unknown.", "Unknown"))
        .isEqualTo(Verdict.REFUSED);
    assertThat(Judgement.verdict(openEnded("unknown"), "unknown", REFUSAL))
        .isEqualTo(Verdict.CORRECT);
  }
}
