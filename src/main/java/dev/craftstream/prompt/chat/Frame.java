package dev.craftstream.prompt.chat;

import dev.craftstream.prompt.jinja.Strings;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What stands around the text of a question in its prompt. It is the same for all questions, so a
 * template is rendered when a job starts and never again.
 *
 * @param before what stands before it
 * @param after what stands behind it
 * @param strips whether white space at the text's ends is cut
 * @param isChat whether it is made by a chat template
 */
public record Frame(String before, String after, boolean strips, boolean isChat)
    implements Serializable {

  /** Nothing around it. */
  public static final Frame NONE = behind("");

  private static final String MARK = "\uE000the question\uE000";

  /** What a template could take for more than text. */
  private static final List<String> PROBES =
      List.of(
          MARK,
          "1. " + MARK + "\n\n {{ x }} {% y %} {# z #} \"q\" 'q' \\n & <b> \u00e4 \ud83d\ude00",
          "<think>" + MARK + "</think> <tool_response> " + MARK,
          "\n \t" + MARK + " \u00a0\n");

  /** A text, and behind it the question's. */
  public static Frame behind(String before) {
    return new Frame(before, "", false, false);
  }

  /**
   * That of a conversation whose last turn is the question.
   *
   * @param before the turns before it
   * @param keepsBeginToken whether the prompt begins with the template's begin token
   * @throws IllegalArgumentException where the template fails, or does not leave texts as they are
   */
  public static Frame of(ChatTemplate template, List<Turn> before, boolean keepsBeginToken) {
    String rendered = rendered(template, before, MARK, keepsBeginToken);
    int at = rendered.indexOf(MARK);
    if (at < 0 || rendered.indexOf(MARK, at + 1) >= 0) {
      throw new IllegalArgumentException(
          "The chat template "
              + (at < 0 ? "leaves the user's last text out" : "shows the user's last text twice")
              + "; a question has to be in its prompt once.");
    }
    String head = rendered.substring(0, at);
    String tail = rendered.substring(at + MARK.length());
    for (boolean strips : new boolean[] {false, true}) {
      Frame frame = new Frame(head, tail, strips, true);
      if (PROBES.stream()
          .allMatch(
              probe ->
                  frame.around(probe).equals(rendered(template, before, probe, keepsBeginToken)))) {
        return frame;
      }
    }
    throw new IllegalArgumentException(
        "The chat template changes the user's texts, or what it makes depends on them, beyond"
            + " cutting white space at their ends; what is asked would be another question.");
  }

  private static String rendered(
      ChatTemplate template, List<Turn> before, String text, boolean keepsBeginToken) {
    List<Turn> turns = new ArrayList<>(before);
    turns.add(Turn.user(text));
    String rendered = template.render(turns);
    String begin = template.beginToken();
    return !keepsBeginToken && !begin.isEmpty() && rendered.startsWith(begin)
        ? rendered.substring(begin.length())
        : rendered;
  }

  /** The whole prompt. */
  public String around(String text) {
    return before + (strips ? Strings.stripped(text) : text) + after;
  }
}
