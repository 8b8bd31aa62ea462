package dev.craftstream.method.judging;

import java.util.List;

/** A text as the words that {@code WORDS} compares. */
public final class PlainWords {
  private PlainWords() {}

  /**
   * The words in their order, without what does not count: letter case, accents, punctuation,
   * articles, ways to write a number. Empty where there is no letter or digit, or articles alone.
   */
  public static List<String> of(String text) {
    return AnswerWords.text(text).apart();
  }
}
