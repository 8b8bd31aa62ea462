package dev.craftstream.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.label.Label;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingPromptTest {
  private final TrainingPrompt prompt = TrainingPrompt.standard();

  @Test
  void anOpenEndedQuestionIsAskedInThePapersWords() {
    assertThat(prompt.prompt(openEnded("who sang it")))
        .isEqualTo(
            "Answer the following question, and if you don't know the answer, only reply with 'I"
                + " don't know': who sang it");
  }

  @Test
  void aMultipleChoiceQuestionIsAskedInThePapersWords() {
    assertThat(prompt.prompt(multipleChoice("college biology", "2 + 2?", "1", "2", "3", "4")))
        .isEqualTo(
            """
            There is a single choice question about college biology. If you know the answer, \
            please directly respond with the correct answer A, B, C, or D. If you do not know the \
            answer, please respond with "I don't know.".
            2 + 2?
            A. 1
            B. 2
            C. 3
            D. 4
            Answer:\s""");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"2 | A or B", "3 | A, B, or C", "4 | A, B, C, or D", "5 | A, B, C, D, or E"})
  void asManyLettersAreNamedAsThereAreOptions(int options, String letters) {
    String[] texts = List.of("p", "q", "r", "s", "t").subList(0, options).toArray(new String[0]);
    assertThat(prompt.prompt(multipleChoice("sums", "Which?", texts)))
        .contains(" the correct answer " + letters + ". If ");
  }

  @Test
  void aQuestionWithoutASubjectIsAskedWithoutOne() {
    assertThat(prompt.prompt(multipleChoice(" ", "Which?", "x", "y")))
        .startsWith("There is a single choice question. If you know the answer, please directly");
  }

  @Test
  void theResponseFollowsTheLabel() {
    Question openEnded = openEnded("q");
    assertThat(prompt.response(openEnded, Label.ANSWER)).isEqualTo("gold");
    assertThat(prompt.response(openEnded, Label.REFUSAL)).isEqualTo("I don't know");
    assertThat(prompt.response(openEnded, Label.DROPPED)).isEmpty();
    Question multipleChoice = multipleChoice("s", "q", "x", "y");
    assertThat(prompt.response(multipleChoice, Label.ANSWER)).isEqualTo("B");
    assertThat(prompt.response(multipleChoice, Label.REFUSAL)).isEqualTo("I don't know.");
    assertThat(prompt.response(multipleChoice, Label.DROPPED)).isEmpty();
  }

  @Test
  void placeholdersInAUsersQuestionAreLeftAlone() {
    assertThat(prompt.prompt(openEnded("{question} {subject} $1 \\ {letters}")))
        .endsWith("': {question} {subject} $1 \\ {letters}");
    assertThat(prompt.prompt(multipleChoice("{letters} {subject}", "{question}", "{letters}", "y")))
        .startsWith("There is a single choice question about {letters} {subject}. If")
        .endsWith("\n{question}\nA. {letters}\nB. y\nAnswer: ");
  }

  @Nested
  class AUsersTexts {

    @Test
    void replaceThePapers() {
      TrainingPrompt own =
          new TrainingPrompt(
              new TrainingTexts(
                  "{Q} {question}!", "On {subject}: {letters}?", "{letters}?", "No clue", "Pass"));
      assertThat(own.prompt(openEnded("why"))).isEqualTo("{Q} why!");
      assertThat(own.prompt(multipleChoice("art", "w", "x", "y")))
          .isEqualTo("On art: A or B?\nw\nA. x\nB. y\nAnswer: ");
      assertThat(own.prompt(multipleChoice("", "w", "x", "y"))).startsWith("A or B?\nw\n");
      assertThat(own.response(openEnded("why"), Label.REFUSAL)).isEqualTo("No clue");
      assertThat(own.response(multipleChoice("", "w", "x", "y"), Label.REFUSAL)).isEqualTo("Pass");
    }

    @Test
    void changeTheVersionOfTheirKind() {
      TrainingTexts paper = TrainingTexts.PAPER;
      TrainingPrompt changed =
          new TrainingPrompt(
              new TrainingTexts(
                  paper.openEnded(),
                  paper.multipleChoice(),
                  paper.multipleChoiceWithoutSubject(),
                  "No clue",
                  paper.multipleChoiceRefusal()));
      assertThat(prompt.version(Task.OPEN_ENDED)).matches("oe-train-[0-9a-f]{8}");
      assertThat(changed.version(Task.OPEN_ENDED)).isNotEqualTo(prompt.version(Task.OPEN_ENDED));
      assertThat(changed.version(Task.MULTIPLE_CHOICE))
          .isEqualTo(prompt.version(Task.MULTIPLE_CHOICE))
          .matches("mc-train-[0-9a-f]{8}");
    }

    @Test
    void mustHoldTheQuestionExactlyOnce() {
      assertThatThrownBy(() -> new TrainingTexts("Answer!", "m", "n", "r", "r"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("holds {question} 0 times; it must hold it exactly once");
      assertThatThrownBy(() -> new TrainingTexts("{question}{question}", "m", "n", "r", "r"))
          .hasMessageContaining("holds {question} 2 times");
    }

    @Test
    void mustNotAskForWhatIsNotThere() {
      assertThatThrownBy(() -> new TrainingTexts("{question} {subject}", "m", "n", "r", "r"))
          .hasMessageContaining("The open-ended training prompt holds {subject}");
      assertThatThrownBy(() -> new TrainingTexts("{question}", "m", "{subject}", "r", "r"))
          .hasMessageContaining("without a subject holds {subject}");
      assertThatThrownBy(() -> new TrainingTexts("{question}", "{question}", "n", "r", "r"))
          .hasMessageContaining("The multiple-choice training prompt holds {question}");
    }

    @Test
    void mustNotBeBlank() {
      assertThatThrownBy(() -> new TrainingTexts("{question}", "m", "n", " ", "r"))
          .hasMessage("The open-ended refusal is blank; give it a text.");
    }
  }

  private static Question openEnded(String text) {
    return KnowledgePromptTest.openEnded(text);
  }

  private static Question multipleChoice(String subject, String text, String... options) {
    return new Question(
        "q",
        Task.MULTIPLE_CHOICE,
        Purpose.TRAIN,
        text,
        "B",
        List.of(),
        List.of(options),
        subject,
        List.of());
  }
}
