package dev.craftstream.prompt.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** Python's ways with text. */
public final class Strings {

  private Strings() {}

  /** What Python takes for white space, a no-break space included. */
  static boolean isSpace(int character) {
    return Character.isWhitespace(character)
        || Character.isSpaceChar(character)
        || character == 0x85;
  }

  /** Without white space at its ends. */
  public static String stripped(String text) {
    return leftStripped(rightStripped(text));
  }

  static String leftStripped(String text) {
    return left(text, Strings::isSpace);
  }

  static String rightStripped(String text) {
    return right(text, Strings::isSpace);
  }

  static String left(String text, IntPredicate stripped) {
    int start = 0;
    while (start < text.length() && stripped.test(text.codePointAt(start))) {
      start += Character.charCount(text.codePointAt(start));
    }
    return text.substring(start);
  }

  static String right(String text, IntPredicate stripped) {
    int end = text.length();
    while (end > 0 && stripped.test(text.codePointBefore(end))) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(0, end);
  }

  static List<Object> characters(String text) {
    List<Object> characters = new ArrayList<>(text.length());
    text.codePoints().forEach(c -> characters.add(Character.toString(c)));
    return characters;
  }

  /** At each run of white space, none of it at the ends. */
  static List<Object> words(String text) {
    List<Object> words = new ArrayList<>();
    int start = -1;
    for (int i = 0; i <= text.length(); i++) {
      boolean isSpace = i == text.length() || isSpace(text.charAt(i));
      if (isSpace && start >= 0) {
        words.add(text.substring(start, i));
        start = -1;
      } else if (!isSpace && start < 0) {
        start = i;
      }
    }
    return words;
  }

  /**
   * At each separator.
   *
   * @param most how often at most; negative: always
   */
  static List<Object> split(String text, String separator, long most) {
    List<Object> parts = new ArrayList<>();
    int start = 0;
    while (most < 0 || parts.size() < most) {
      int end = text.indexOf(separator, start);
      if (end < 0) {
        break;
      }
      parts.add(text.substring(start, end));
      start = end + separator.length();
    }
    parts.add(text.substring(start));
    return parts;
  }

  /** The same from the right. */
  static List<Object> splitFromRight(String text, String separator, long most) {
    List<Object> parts = new ArrayList<>();
    int end = text.length();
    while (most < 0 || parts.size() < most) {
      int start =
          end < separator.length() ? -1 : text.lastIndexOf(separator, end - separator.length());
      if (start < 0) {
        break;
      }
      parts.add(0, text.substring(start + separator.length(), end));
      end = start;
    }
    parts.add(0, text.substring(0, end));
    return parts;
  }

  static String title(String text) {
    StringBuilder title = new StringBuilder(text.length());
    boolean inWord = false;
    for (int c : text.codePoints().toArray()) {
      title.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inWord = Character.isLetter(c);
    }
    return title.toString();
  }

  static String capitalized(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.codePointAt(0);
    return Character.toString(Character.toTitleCase(first))
        + text.substring(Character.charCount(first)).toLowerCase(java.util.Locale.ROOT);
  }
}
