package dev.craftstream.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ThoughtsTest {
  private static final Thoughts MARKED = new Thoughts("<think>", "</think>", false);
  private static final Thoughts OPTIONAL = new Thoughts("<think>", "</think>", true);
  private static final Thoughts ALWAYS_OPENED = new Thoughts("", "</think>", false);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<think>Paris?</think>Rome",
        "<think>\nParis?\n</think>\n\nRome\n",
        "Paris?</think> Rome",
        "</think>Rome",
        "<think>Paris? So \"</think>\" Paris</think>Rome",
        "<think>Paris</think>Paris<think>No.</think>Rome",
      })
  void theAnswerIsWhatStandsBehindTheLastEndMark(String text) {
    assertThat(MARKED.answer(text)).isEqualTo("Rome");
    assertThat(OPTIONAL.answer(text)).isEqualTo("Rome");
    assertThat(ALWAYS_OPENED.answer(text)).isEqualTo("Rome");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<think>It may be Paris",
        "<think>",
        "<think>Rome</think>Paris <think>No, wait",
        "<think>Paris</think>",
      })
  void aThoughtThatIsNotClosedLeavesNoAnswer(String text) {
    assertThat(MARKED.answer(text)).isEmpty();
    assertThat(OPTIONAL.answer(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"It may be Paris,", "'',"})
  void aTextWithoutAMarkMayBeAThoughtThatThePromptOpened(String text) {
    assertThat(MARKED.answer(text)).isEmpty();
    assertThat(ALWAYS_OPENED.answer(text)).isEmpty();
  }

  @Test
  void whereThoughtsAreOptionalATextWithoutAMarkIsAnAnswer() {
    assertThat(OPTIONAL.answer(" Paris\n")).isEqualTo("Paris");
  }

  @Test
  void withoutMarksATextStaysAsItIs() {
    assertThat(Thoughts.NONE.answer(" <think>Paris</think> ")).isEqualTo(" <think>Paris</think> ");
  }

  @Test
  void marksThatCanNotWorkAreRefused() {
    assertThatThrownBy(() -> new Thoughts("<think>", "", false))
        .hasMessageContaining("give the end mark");
    assertThatThrownBy(() -> new Thoughts("", "</think>", true))
        .hasMessageContaining("give the start mark");
    assertThatThrownBy(() -> new Thoughts("---", "---", false))
        .hasMessageContaining("the two must differ");
  }
}
