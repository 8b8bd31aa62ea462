package dev.craftstream.prompt.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.prompt.chat.RecordedPrompts.Recorded;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class BuiltInFormatTest {

  static List<Recorded> recorded() throws IOException {
    return RecordedPrompts.ofFormats();
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void aConversationIsByteForByteWhatTheModelsOwnTemplateMakesOfIt(Recorded recorded) {
    BuiltInFormat format = BuiltInFormat.valueOf(recorded.source());
    assertThat(format.render(recorded.turns())).isEqualTo(recorded.rendered());
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void aFrameMakesTheSameOfEachQuestion(Recorded recorded) {
    List<Turn> turns = recorded.turns();
    int last = turns.size() - 1;
    Frame frame = Frame.of(BuiltInFormat.valueOf(recorded.source()), turns.subList(0, last), true);
    assertThat(frame.around(turns.get(last).text())).isEqualTo(recorded.rendered());
  }

  @ParameterizedTest
  @EnumSource
  void eachFormatIsRecorded(BuiltInFormat format) throws IOException {
    assertThat(recorded()).extracting(Recorded::source).contains(format.name());
  }

  @Test
  void theBeginTokenIsLeftToTheServersTokenizerUnlessItIsKept() {
    Frame left = Frame.of(BuiltInFormat.LLAMA3, List.of(), false);
    Frame kept = Frame.of(BuiltInFormat.LLAMA3, List.of(), true);
    assertThat(left.before()).startsWith("<|start_header_id|>user");
    assertThat(kept.before()).isEqualTo("<|begin_of_text|>" + left.before());
    assertThat(kept.after()).isEqualTo(left.after());
  }

  @Test
  void whatTheSystemSaysToGemmaStandsBeforeTheFirstText() {
    String prompt =
        BuiltInFormat.GEMMA.render(
            List.of(
                Turn.system("Be brief."), Turn.user("1?"), Turn.assistant("1"), Turn.user("2?")));
    assertThat(prompt)
        .isEqualTo(
            "<bos><start_of_turn>user\nBe brief.\n\n1?<end_of_turn>\n<start_of_turn>model\n1<end_of_turn>\n"
                + "<start_of_turn>user\n2?<end_of_turn>\n<start_of_turn>model\n");
  }

  @Test
  void theMarksOfAFormatAreItsControlTokens() {
    assertThat(new Chat(BuiltInFormat.MISTRAL, "", false).controlTokens())
        .contains("<s>", "</s>", "[INST]", "[/INST]");
    assertThat(new Chat(BuiltInFormat.CHATML, "", false).controlTokens())
        .containsExactlyInAnyOrder("<|im_start|>", "<|im_end|>");
  }
}
