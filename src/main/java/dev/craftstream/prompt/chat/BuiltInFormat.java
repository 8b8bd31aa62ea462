package dev.craftstream.prompt.chat;

import dev.craftstream.prompt.chat.Turn.Role;
import dev.craftstream.prompt.jinja.Strings;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The formats of well-known models, for where a model's own template is not at hand. */
public enum BuiltInFormat implements ChatTemplate {

  /** ChatML, which many models are tuned with. */
  CHATML("", "<|im_start|>", "<|im_end|>") {
    @Override
    public String render(List<Turn> turns) {
      return chatMl(turns);
    }
  },

  /** Llama 3. (From 3.1 on the model's own template begins with a turn that names dates.) */
  LLAMA3(
      "<|begin_of_text|>",
      "<|start_header_id|>",
      "<|end_header_id|>",
      "<|eot_id|>",
      "<|end_of_text|>") {
    @Override
    public String render(List<Turn> turns) {
      StringBuilder text = new StringBuilder(beginToken());
      for (Turn turn : turns) {
        text.append(header(turn.role())).append(Strings.stripped(turn.text())).append("<|eot_id|>");
      }
      return text.append(header(Role.ASSISTANT)).toString();
    }

    private String header(Role role) {
      return "<|start_header_id|>" + role.key() + "<|end_header_id|>\n\n";
    }
  },

  /** Gemma 1 to 3; what the system says stands before the first of the user's texts. */
  GEMMA("<bos>", "<start_of_turn>", "<end_of_turn>", "<eos>") {
    @Override
    public String render(List<Turn> turns) {
      StringBuilder text = new StringBuilder(beginToken());
      String system = systemText(turns);
      String before = system.isEmpty() ? "" : system + "\n\n";
      for (Turn turn : withoutSystem(turns)) {
        text.append("<start_of_turn>")
            .append(turn.role() == Role.ASSISTANT ? "model" : "user")
            .append('\n')
            .append(before)
            .append(Strings.stripped(turn.text()))
            .append("<end_of_turn>\n");
        before = "";
      }
      return text.append("<start_of_turn>model\n").toString();
    }
  },

  /** Mistral since Nemo; what the system says stands before the last of the user's texts. */
  MISTRAL("<s>", "[INST]", "[/INST]", "</s>", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]") {
    @Override
    public String render(List<Turn> turns) {
      StringBuilder text = new StringBuilder(beginToken());
      String system = systemText(turns);
      List<Turn> said = withoutSystem(turns);
      for (int i = 0; i < said.size(); i++) {
        Turn turn = said.get(i);
        if (turn.role() == Role.ASSISTANT) {
          text.append(turn.text()).append("</s>");
        } else {
          boolean isIntroduced = i == said.size() - 1 && !system.isEmpty();
          text.append("[INST]")
              .append(isIntroduced ? system + "\n\n" : "")
              .append(turn.text())
              .append("[/INST]");
        }
      }
      return text.toString();
    }
  },

  /** Qwen 2 and 2.5: ChatML, in which the system always says something. */
  QWEN("", "<|im_start|>", "<|im_end|>", "<|endoftext|>") {
    @Override
    public String render(List<Turn> turns) {
      return (systemText(turns).isEmpty() ? chatMl(Turn.system(DEFAULT_OF_QWEN)) : "")
          + chatMl(turns);
    }
  };

  private static final String DEFAULT_OF_QWEN =
      "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.";

  private final String beginToken;
  private final Set<String> controlTokens;

  BuiltInFormat(String beginToken, String... others) {
    this.beginToken = beginToken;
    this.controlTokens =
        beginToken.isEmpty()
            ? Set.of(others)
            : Stream.concat(Stream.of(beginToken), Stream.of(others))
                .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public String beginToken() {
    return beginToken;
  }

  @Override
  public Set<String> controlTokens() {
    return controlTokens;
  }

  private static String chatMl(List<Turn> turns) {
    StringBuilder text = new StringBuilder();
    turns.forEach(turn -> text.append(chatMl(turn)));
    return text.append("<|im_start|>assistant\n").toString();
  }

  private static String chatMl(Turn turn) {
    return "<|im_start|>" + turn.role().key() + "\n" + turn.text() + "<|im_end|>\n";
  }

  private static String systemText(List<Turn> turns) {
    return turns.get(0).role() == Role.SYSTEM ? turns.get(0).text() : "";
  }

  private static List<Turn> withoutSystem(List<Turn> turns) {
    return turns.get(0).role() == Role.SYSTEM ? turns.subList(1, turns.size()) : turns;
  }
}
