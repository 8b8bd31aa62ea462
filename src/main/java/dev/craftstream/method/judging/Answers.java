package dev.craftstream.method.judging;

import java.util.regex.Pattern;

/**
 * The part of a text that answers.
 *
 * <p>A chat template for a model that can think writes an empty thought where it shall not, and
 * some servers give it as text. So a thought at the beginning that is closed, {@code
 * <think>...</think>}, is passed over, and so are the tokens that end a turn, where a server gives
 * these as text. What else a reasoning model says before it answers is told by {@link
 * dev.craftstream.method.Thoughts}.
 */
final class Answers {
  private static final Pattern THOUGHT =
      Pattern.compile("(?is)^\\s*<(think|thinking|thought|reasoning)>.*?</\\1>\\s*");

  private static final Pattern END_OF_TURN =
      Pattern.compile(
          "(?i)\\s*(?:</s>|<\\|(?:im_end|endoftext|eot_id|end|eom_id|end_of_text|return)\\|>"
              + "|<(?:end_of_turn|eos|pad)>|\\[/?inst])[\\s\\S]*$");

  private Answers() {}

  /** The text without a thought at its beginning. */
  static String withoutThought(String text) {
    int first = 0;
    while (first < text.length() && Character.isWhitespace(text.charAt(first))) {
      first++;
    }
    return first < text.length() && text.charAt(first) == '<'
        ? THOUGHT.matcher(text).replaceFirst("")
        : text;
  }

  /** The text without a thought at its beginning, and up to the end of the model's turn. */
  static String only(String text) {
    String answer = withoutThought(text);
    return answer.indexOf('<') < 0 && answer.indexOf('[') < 0
        ? answer
        : END_OF_TURN.matcher(answer).replaceFirst("");
  }
}
