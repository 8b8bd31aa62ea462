package dev.craftstream.prompt.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.craftstream.prompt.chat.RecordedPrompts.Recorded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ModelTemplateTest {
  private static final LocalDate DAY = LocalDate.of(2026, 1, 31);

  @TempDir Path folder;

  static List<Recorded> recorded() throws IOException {
    return RecordedPrompts.ofTemplates(RecordedPrompts.FOLDER);
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void aTemplateIsRenderedByteForByteAsPythonDoes(Recorded recorded) throws IOException {
    Path template = RecordedPrompts.FOLDER.resolve("own").resolve(recorded.source());
    Files.copy(template, folder.resolve("chat_template.jinja"));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"bos_token\": \"<s>\", \"eos_token\": {\"content\": \"</s>\"}}");

    ModelTemplate read = ModelTemplate.read(folder.resolve("chat_template.jinja"), DAY, Map.of());

    assertThat(read.render(recorded.turns())).isEqualTo(recorded.rendered());
  }

  /** Where CHAT_TEMPLATES names a folder with templates of published models. */
  @Test
  void templatesOfPublishedModelsAreRenderedAsPythonDoes() throws IOException {
    String named = System.getenv("CHAT_TEMPLATES");
    assumeTrue(named != null, "CHAT_TEMPLATES names no folder");
    List<Recorded> all = RecordedPrompts.ofTemplates(Path.of(named));
    List<String> others = new ArrayList<>();
    for (Recorded recorded : all) {
      String rendered;
      try {
        rendered =
            ModelTemplate.read(Path.of(named, recorded.source()), DAY, Map.of())
                .render(recorded.turns());
      } catch (IllegalArgumentException refused) {
        rendered = null;
      }
      if (!Objects.equals(rendered, recorded.rendered())) {
        others.add(recorded.toString());
      }
    }
    assertThat(all).isNotEmpty();
    assertThat(others).isEmpty();
  }

  @Test
  void aConfigurationHoldsTheTemplateAndNamesItsTokens() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("tokenizer_config.json"),
            """
            {"bos_token": {"content": "<s>"}, "eos_token": "</s>", "additional_special_tokens": ["<|call|>"],
             "added_tokens_decoder": {"3": {"content": "[X]", "special": true}, "4": {"content": "<b>", "special": false}},
             "chat_template": [{"name": "tool_use", "template": "no"}, {"name": "default",
               "template": "{{ bos_token }}{% for m in messages %}{{ '<|' + m.role + '|>' + m.content }}{% endfor %}<|assistant|>"}]}
            """);
    ModelTemplate template = ModelTemplate.read(file, null, Map.of());
    assertThat(template.render(List.of(Turn.user("Who?"))))
        .isEqualTo("<s><|user|>Who?<|assistant|>");
    assertThat(new Chat(template, "", false).controlTokens())
        .containsExactlyInAnyOrder("<s>", "</s>", "<|call|>", "[X]", "<|user|>", "<|assistant|>");
    assertThat(Frame.of(template, List.of(), false).around("Who?"))
        .isEqualTo("<|user|>Who?<|assistant|>");
  }

  @Test
  void furtherValuesReachTheTemplate() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("t.jinja"),
            "{{ messages[0].content }}{% if enable_thinking is false %}<think></think>{% endif %}");
    assertThat(
            ModelTemplate.read(file, null, Map.of("enable_thinking", false))
                .render(List.of(Turn.user("Who?"))))
        .isEqualTo("Who?<think></think>");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      value = {
        "{% if x %} => can't be read. Line 1: the template's end stands where the tag elif or else or endif is expected",
        "{{ raise_exception('No system here') }} => can't be rendered. Line 1: It says: No system here.",
        "{{ messages[0].content | frobnicate }} => The filter frobnicate is not known.",
        "{{ strftime_now('%Y') }} => Set chat-template.date to the day that it shall name.",
        "{% for i in range(99999999) %}{% endfor %} => makes more than",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }} => calls of macros are nested",
        "{{ messages.__class__.__mro__ }} => is not defined",
        "{{ nothing.at.all }} => \"nothing\" is not defined",
        "{{ bos_token }} => there is no tokenizer_config.json beside it",
        "{% include 'x' %} => the tag include is not known",
      })
  void whatCannotBeRenderedIsASentence(String source, String sentence) throws IOException {
    Path file = Files.writeString(folder.resolve("t.jinja"), source);
    assertThatThrownBy(
            () -> ModelTemplate.read(file, null, Map.of()).render(List.of(Turn.user("Who?"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("t.jinja")
        .hasMessageContaining(sentence);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      value = {
        "x{{ messages[0].content }}{{ messages[0].content }} => shows the user's last text twice",
        "x => leaves the user's last text out",
        "{{ messages[0].content | upper }} => leaves the user's last text out",
        "{{ messages[0].content.split('</think>')[-1] }} => changes the user's texts",
        "{{ messages[0].content | tojson }} => changes the user's texts",
      })
  void aTemplateThatDoesNotLeaveTextsAsTheyAreIsRefused(String source, String sentence)
      throws IOException {
    Path file = Files.writeString(folder.resolve("t.jinja"), source);
    ModelTemplate template = ModelTemplate.read(file, null, Map.of());
    assertThatThrownBy(() -> Frame.of(template, List.of(), false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void aFileThatCannotBeReadIsNamed() throws IOException {
    assertThatThrownBy(() -> ModelTemplate.read(folder.resolve("absent.jinja"), null, Map.of()))
        .hasMessageContaining("absent.jinja can't be read");
    Path file = Files.writeString(folder.resolve("tokenizer_config.json"), "{}");
    assertThatThrownBy(() -> ModelTemplate.read(file, null, Map.of()))
        .hasMessageContaining("There is no chat_template in");
    Files.writeString(file, "[");
    assertThatThrownBy(() -> ModelTemplate.read(file, null, Map.of()))
        .hasMessageContaining("is no JSON object");
  }
}
