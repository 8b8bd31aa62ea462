package dev.craftstream.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.prompt.chat.BuiltInFormat;
import dev.craftstream.prompt.chat.Chat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgePromptTest {
  private static final JudgePrompt PROMPT = new JudgePrompt(JudgePrompt.TEXT);

  private static Question question(String text, String gold, String... aliases) {
    return new Question(
        "q",
        Task.OPEN_ENDED,
        Purpose.TRAIN,
        text,
        gold,
        List.of(aliases),
        List.of(),
        "",
        List.of());
  }

  @Test
  void theBuiltInPromptShowsAllThatIsKnown() {
    assertThat(PROMPT.asked(question("Where?", "Rome", "Roma", " ", "Urbs"), "In Rome"))
        .contains("Question: Where?\n")
        .contains("Right answer: Rome\n")
        .contains("Other forms of the right answer: Roma | Urbs\n")
        .contains("Given answer: In Rome\n")
        .endsWith("CORRECT or INCORRECT.\nVerdict:");
    assertThat(PROMPT.asked(question("Where?", "Rome"), "x")).contains("right answer: none\n");
  }

  @Test
  void whatIsPutInIsNotSearchedForPlaceholders() {
    String asked = PROMPT.asked(question("{answer}{gold}?", "{question}", "{gold}"), "{aliases}");
    assertThat(asked)
        .contains("Question: {answer}{gold}?\n")
        .contains("Right answer: {question}\n")
        .contains("right answer: {gold}\n")
        .contains("Given answer: {aliases}\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {question} {gold} CORRECT INCORRECT                     | holds {answer} 0 times
          {question} {gold} {gold} {answer} CORRECT INCORRECT     | holds {gold} 2 times
          {question} {gold} {answer} {aliases} {aliases} CORRECT INCORRECT | {aliases} more than once
          {question} {gold} {answer} yes or no?                   | CORRECT and INCORRECT
          {question} {gold} {answer} INCORRECT?                   | CORRECT and INCORRECT
          """)
  void aPromptThatCannotWorkIsRefusedWithASentence(String text, String said) {
    assertThatThrownBy(() -> new JudgePrompt(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(said);
  }

  @Test
  void versionsNameTheTextTheTemplateAndHowRepliesAreRead() {
    JudgePrompt other = new JudgePrompt(JudgePrompt.TEXT + " ");
    JudgePrompt chat = PROMPT.asChat(new Chat(BuiltInFormat.CHATML, "", false));
    JudgePrompt brief = PROMPT.asChat(new Chat(BuiltInFormat.CHATML, "Be brief.", false));
    String version = PROMPT.version(AnswerReading.PAPER);
    assertThat(version).matches("judge-[0-9a-f]{8}");
    assertThat(
            List.of(
                version,
                other.version(AnswerReading.PAPER),
                chat.version(AnswerReading.PAPER),
                brief.version(AnswerReading.PAPER),
                PROMPT.version(new AnswerReading(false, true))))
        .doesNotHaveDuplicates();
    assertThat(chat.asked(question("Where?", "Rome"), "x"))
        .startsWith("<|im_start|>user\nYou check")
        .endsWith("assistant\n");
  }
}
