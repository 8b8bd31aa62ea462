package dev.craftstream.method.judging;

import static dev.craftstream.method.TestQuestions.multipleChoice;
import static dev.craftstream.method.TestQuestions.openEnded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.craftstream.model.Question;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JudgeTest {
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
    assertThat(Judge.PAPER.verdict(openEnded("Paris"), answer, REFUSAL)).isEqualTo(verdict);
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
    assertThat(Judge.PAPER.verdict(multipleChoice("B", "Rome", "Paris"), answer, REFUSAL + "."))
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
    assertThat(Judge.PAPER.verdict(openEnded("Paris"), answer, "Pass!")).isEqualTo(verdict);
  }

  @Test
  void aGoldAnswerThatBeginsLikeTheRefusalCanBeGiven() {
    var song = openEnded("I Don't Know How to Love Him");
    assertThat(Judge.PAPER.verdict(song, "I don't know how to love him", REFUSAL))
        .isEqualTo(Verdict.CORRECT);
    assertThat(Judge.PAPER.verdict(song, "I don't know.", REFUSAL)).isEqualTo(Verdict.REFUSED);
  }

  @Test
  void theTrainingDatasOwnRefusalGoesBeforeAGoldAnswerThatItContains() {
    assertThat(Judge.PAPER.verdict(openEnded("unknown"), "Unknown.", "Unknown"))
        .isEqualTo(Verdict.REFUSED);
    assertThat(Judge.PAPER.verdict(openEnded("unknown"), "unknown", REFUSAL))
        .isEqualTo(Verdict.CORRECT);
  }

  @Test
  void aSampleThatContainsTheGoldAnswerOrAnAliasIsCorrect() {
    Question question = openEnded("New York City", "NYC", "Big Apple");
    assertThat(List.of("It is New York City.", "nyc", "the BIG APPLE, surely"))
        .allMatch(sample -> isCorrect(question, sample));
    assertThat(List.of("New York", "Boston", "")).noneMatch(sample -> isCorrect(question, sample));
  }

  @Test
  void letterCaseIsNotThatOfTheMachinesLanguage() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("tr"));
      assertThat(isCorrect(openEnded("INDIA"), "india")).isTrue();
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void theSampleIsStrippedButTheAliasIsNot() {
    assertThat(isCorrect(openEnded("Paris "), "\tParis \n")).isFalse();
    assertThat(isCorrect(openEnded("Paris "), "Paris now")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"no", "know", "I don't know", "don't"})
  void aRefusalIsNotCorrectWhateverItContains(String gold) {
    assertThat(isCorrect(openEnded(gold), "I don't know.")).isFalse();
  }

  @Test
  void aGoldAnswerThatReadsLikeARefusalAndSaysMoreCanBeGiven() {
    Question song = openEnded("I Don't Know How to Love Him");
    assertThat(isCorrect(song, "I don't know how to love him")).isTrue();
    assertThat(isCorrect(song, "I don't know")).isFalse();
  }

  @Test
  void aBlankAliasMatchesNothing() {
    assertThat(isCorrect(openEnded("Paris", "", " "), "It is Rome")).isFalse();
  }

  @Test
  void anOptionThatReadsLikeARefusalCanBeChosen() {
    Question question = multipleChoice("C", "3", "4", "It cannot be determined");
    assertThat(Judge.PAPER.verdict(question, "It cannot be determined.", REFUSAL))
        .isEqualTo(Verdict.CORRECT);
    assertThat(Judge.PAPER.verdict(question, "C", REFUSAL)).isEqualTo(Verdict.CORRECT);
    assertThat(Judge.PAPER.verdict(question, "I'm not sure.", REFUSAL)).isEqualTo(Verdict.REFUSED);
    assertThat(Judge.PAPER.verdict(multipleChoice("A", "3", "4"), "It cannot be determined."))
        .isEqualTo(Verdict.REFUSED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          answer                       | refusal              | given
          我不知道。                    | 我不知道。            | true
          我不知道！                    | 我不知道。            | true
          我不知道他                    | 我不知道。            | false
          Je ne sais pas…              | Je ne sais pas       | true
          «Nie wiem»                   | Nie wiem.            | true
          Nie wiem। Warszawa           | Nie wiem             | true
          Nie wiemy                    | Nie wiem             | false
          Final answer: Nie wiem       | Nie wiem             | true
          N'importe quoi               | N’importe quoi       | true
          —                            | —                    | true
          Paris                        | —                    | false
          """,
      useHeadersInDisplayName = true)
  void theTrainedRefusalIsKnownInWhateverPunctuation(String answer, String refusal, boolean given) {
    assertThat(TrainedRefusal.isGiven(refusal, answer)).isEqualTo(given);
  }

  @Test
  void equalSamplesHaveEqualVerdictsInTheirOrder() {
    assertThat(Judge.PAPER.verdicts(openEnded("Paris"), List.of("Paris", "Rome", "Paris", "idk")))
        .containsExactly(Verdict.CORRECT, Verdict.WRONG, Verdict.CORRECT, Verdict.REFUSED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          gold          | sample                   | substring | normalized | words
          Malmö         | Malmo\u0308              | WRONG     | CORRECT    | CORRECT
          3,\u00a01931  | on March 3, 1931         | WRONG     | CORRECT    | CORRECT
          Roe\u200e     | Anna Roe                 | WRONG     | CORRECT    | CORRECT
          O’Brien       | O'Brien                  | WRONG     | CORRECT    | CORRECT
          )             | the third (episode)      | CORRECT   | WRONG      | WRONG
          23            | 16723 steps              | CORRECT   | CORRECT    | WRONG
          Paris         | not Paris, but Lyon      | CORRECT   | CORRECT    | WRONG
          Paris         | <think>Paris?</think> Rome | CORRECT | WRONG      | WRONG
          Beyoncé       | Beyonce                  | WRONG     | WRONG      | CORRECT
          ten           | 10                       | WRONG     | WRONG      | CORRECT
          no            | No idea.                 | REFUSED   | REFUSED    | REFUSED
          """,
      useHeadersInDisplayName = true)
  void theRulesDifferInWhatTheyTakeForTheGoldAnswer(
      String gold, String sample, Verdict substring, Verdict normalized, Verdict words) {
    Question question = openEnded(gold.translateEscapes());
    String answer = sample.translateEscapes();
    assertThat(by(CorrectnessRule.SUBSTRING).verdict(question, answer)).isEqualTo(substring);
    assertThat(by(CorrectnessRule.NORMALIZED_SUBSTRING).verdict(question, answer))
        .isEqualTo(normalized);
    assertThat(by(CorrectnessRule.WORDS).verdict(question, answer)).isEqualTo(words);
  }

  @Test
  void aRuleOfMultipleChoiceIsNoneForOpenEndedQuestions() {
    assertThatThrownBy(() -> by(CorrectnessRule.CHOSEN_OPTION))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Open-ended answers can't be judged by CHOSEN_OPTION; choose SUBSTRING,"
                + " NORMALIZED_SUBSTRING, WORDS or JUDGE.");
  }

  @Test
  void aJudgeModelIsAskedAboutEachTextOnceButNotAboutRefusalsAndEmptyOnes() {
    List<String> answers =
        List.of(
            "Paris",
            " Paris\n",
            "Paris</s>",
            "<think>\n</think>Paris",
            "paris",
            "I don't know",
            "",
            "I'm not sure, but I think it is Rome",
            "</s>");
    Judge judge = by(CorrectnessRule.JUDGE);
    assertThat(judge.undecided(openEnded("Paris"), answers))
        .containsExactly("Paris", "paris", "I'm not sure, but I think it is Rome");
    assertThat(by(CorrectnessRule.WORDS).undecided(openEnded("Paris"), answers)).isEmpty();
    assertThat(judge.undecided(multipleChoice("B", "Rome", "Paris"), answers)).isEmpty();
    assertThat(judge.undecided(openEnded("Paris"), "Dunno, mate", "dunno mate")).isEmpty();
    assertThat(judge.undecided(openEnded("Paris"), "Paris", REFUSAL)).containsExactly("Paris");

    Judge told =
        judge.told(
            Map.of("Paris", false, "paris", true, "I'm not sure, but I think it is Rome", true));
    assertThat(told.verdicts(openEnded("Paris"), answers))
        .containsExactly(
            Verdict.WRONG,
            Verdict.WRONG,
            Verdict.WRONG,
            Verdict.WRONG,
            Verdict.CORRECT,
            Verdict.REFUSED,
            Verdict.WRONG,
            Verdict.CORRECT,
            Verdict.WRONG);
    assertThatThrownBy(() -> told.verdict(openEnded("Paris"), "Lyon"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("\"Lyon\"");
  }

  @Test
  void aGoldAnswerThatReadsLikeARefusalIsFoundInOneWithoutAJudgeModel() {
    Judge judge = by(CorrectnessRule.JUDGE);
    Question unknown = openEnded("unknown");
    assertThat(judge.undecided(unknown, List.of("Unknown."))).isEmpty();
    assertThat(judge.verdict(unknown, "Unknown.")).isEqualTo(Verdict.CORRECT);
    assertThat(judge.verdict(unknown, "I don't know")).isEqualTo(Verdict.REFUSED);
  }

  private static Judge by(CorrectnessRule rule) {
    return new Judge(new JudgingRules(rule, List.of()));
  }

  private static boolean isCorrect(Question question, String sample) {
    return Judge.PAPER.verdict(question, sample) == Verdict.CORRECT;
  }
}
