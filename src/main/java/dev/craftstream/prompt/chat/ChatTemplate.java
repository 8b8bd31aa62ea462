package dev.craftstream.prompt.chat;

import java.util.List;
import java.util.Set;

/** Makes one text of turns, as Hugging Face's {@code apply_chat_template} does. */
public interface ChatTemplate {

  /**
   * The turns, and behind them what the assistant's next turn begins with.
   *
   * @param turns at most one of the system's, which is first; then the user's and the assistant's
   *     in turn, the user's last
   * @throws IllegalArgumentException where it can't, with a sentence
   */
  String render(List<Turn> turns);

  /** What the text begins with where the tokenizer would put it there; may be empty. */
  String beginToken();

  /** The marks that are not text for the tokenizer, as far as they are known. */
  Set<String> controlTokens();
}
