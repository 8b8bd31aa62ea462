package dev.craftstream.method;

import java.io.Serializable;

/**
 * How a reasoning model marks its thoughts, which are no part of its answer: neither judged nor
 * embedded nor recorded.
 *
 * <p>The answer is what stands behind the last end mark, stripped. A chat template may open the
 * thought at the end of the prompt, so that the start mark is not in the text. A thought that is
 * not closed, because it met the limit on tokens, leaves no answer: a text without an end mark, and
 * one in which a start mark stands behind the last end mark, both have the empty answer. So an
 * answer that is only considered counts for nothing.
 *
 * @param start what opens a thought, such as {@code <think>}; may be empty where the prompt always
 *     opens it
 * @param end what closes it, such as {@code </think>}; empty: the model has no thoughts, and its
 *     text is the answer
 * @param optional whether a text without any mark is an answer, given without a thought; not for
 *     prompts that open the thought, since one that is not closed has no mark either
 */
public record Thoughts(String start, String end, boolean optional) implements Serializable {

  /** Of models that do not reason. */
  public static final Thoughts NONE = new Thoughts("", "", false);

  public Thoughts {
    if (end.isBlank() && (!start.isBlank() || optional)) {
      throw new IllegalArgumentException(
          "Thoughts are said to be marked, but not what closes them; give the end mark, such as"
              + " </think>.");
    }
    if (optional && start.isBlank()) {
      throw new IllegalArgumentException(
          "Without a start mark, an answer without a thought can't be told from a thought that is"
              + " not closed; give the start mark, such as <think>.");
    }
    if (!end.isBlank() && start.equals(end)) {
      throw new IllegalArgumentException(
          "Thoughts are opened and closed by the same mark, " + end + "; the two must differ.");
    }
  }

  /** Whether there are any to cut. */
  public boolean areMarked() {
    return !end.isBlank();
  }

  /** The answer in {@code text}, by the rule above; the text itself where nothing is marked. */
  public String answer(String text) {
    if (!areMarked()) {
      return text;
    }
    int close = text.lastIndexOf(end);
    int behind = close < 0 ? 0 : close + end.length();
    boolean closed = close >= 0 || optional;
    boolean reopened = !start.isBlank() && text.indexOf(start, behind) >= 0;
    return closed && !reopened ? text.substring(behind).strip() : "";
  }
}
