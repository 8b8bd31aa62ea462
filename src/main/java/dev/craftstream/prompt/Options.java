package dev.craftstream.prompt;

import dev.craftstream.model.Question;
import java.util.List;

/** How options are written into a prompt. */
final class Options {

  private Options() {}

  /** The question, and a line for each option: its letter, a point, a space, its text. */
  static String lettered(String question, List<String> options) {
    StringBuilder text = new StringBuilder(question).append('\n');
    for (int i = 0; i < options.size(); i++) {
      text.append(Question.optionLetter(i)).append(". ").append(options.get(i)).append('\n');
    }
    return text.toString();
  }

  /** {@code A or B}; from three on {@code A, B, or C}. */
  static String letters(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      if (i > 0) {
        text.append(count == 2 ? " " : ", ");
        text.append(i == count - 1 ? "or " : "");
      }
      text.append(Question.optionLetter(i));
    }
    return text.toString();
  }
}
