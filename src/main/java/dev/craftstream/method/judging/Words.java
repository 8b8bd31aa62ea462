package dev.craftstream.method.judging;

import java.util.Arrays;
import java.util.Locale;

/**
 * The words at the beginning of a text, in the one {@link Spelling}, with what stands between them.
 *
 * <p>A word is a run of letters, digits and their marks; an apostrophe between two letters is left
 * out of it ("don't" is "dont"). Chinese and Japanese have no blanks between words: there each
 * character is one.
 */
final class Words {
  private static final int MOST_CHARACTERS = 400;
  private static final int MOST_WORDS = 80;
  private static final int FIRST_WORDS = 8;

  private static final String SENTENCE_ENDS = ".!?\u3002\u0964\u0965\u061f\u06d4";
  private static final String CLAUSE_ENDS = ",;:\u060c\u061b\u3001";

  private final String text;
  private final boolean complete;
  private final int most;
  private int[] starts = new int[FIRST_WORDS];
  private int[] ends = new int[FIRST_WORDS];
  private String[] plain = new String[FIRST_WORDS];
  private int found;
  private int position;

  private Words(String text, boolean complete, int most) {
    this.text = text;
    this.complete = complete;
    this.most = most;
  }

  /** Whether there is a word at {@code i}. Texts are read no further than they are asked for. */
  boolean has(int i) {
    while (found <= i && findNext()) {}
    return i < found;
  }

  private boolean findNext() {
    while (position < text.length() && found < most) {
      int c = text.codePointAt(position);
      int from = position;
      position += Character.charCount(c);
      if (isInWord(c)) {
        if (!standsAlone(c)) {
          position = endOfWord(text, position);
        }
        add(from, position);
        return true;
      }
    }
    return false;
  }

  private void add(int from, int to) {
    if (found == starts.length) {
      starts = Arrays.copyOf(starts, 2 * found);
      ends = Arrays.copyOf(ends, 2 * found);
      plain = Arrays.copyOf(plain, 2 * found);
    }
    starts[found] = from;
    ends[found++] = to;
  }

  /** The words of the text's first 400 characters. */
  static Words beginning(String text) {
    String stripped = text.strip();
    boolean whole = stripped.length() <= MOST_CHARACTERS;
    return new Words(
        Spelling.of(whole ? stripped : stripped.substring(0, MOST_CHARACTERS)), whole, MOST_WORDS);
  }

  /** All words of a text. */
  static Words all(String text) {
    String spelt = Spelling.of(text.strip());
    return new Words(spelt, true, spelt.length());
  }

  int count() {
    has(Integer.MAX_VALUE - 1);
    return found;
  }

  /** Whether nothing of the text is left behind the last word but punctuation. */
  boolean isWhole() {
    count();
    return complete && position >= text.length();
  }

  /** The word at {@code i} in lower case, in the spelling of {@link Phrases}. */
  String word(int i) {
    if (plain[i] == null) {
      plain[i] = plain(text.substring(starts[i], ends[i]));
    }
    return plain[i];
  }

  /** Whether the word at {@code i} begins with a capital, and goes on in lower case. */
  boolean isCapitalised(int i) {
    int second = text.offsetByCodePoints(starts[i], 1);
    return Character.isUpperCase(text.codePointAt(starts[i]))
        && (second >= ends[i] || Character.isLowerCase(text.codePointAt(second)));
  }

  /** The text in the one spelling, as far as it is looked at. */
  String text() {
    return text;
  }

  /** Where the word at {@code i} begins in it. */
  int startOf(int i) {
    return starts[i];
  }

  /** Where the word at {@code i} ends in it. */
  int endOf(int i) {
    return ends[i];
  }

  /** The first word that begins at {@code from} of the text or behind it. */
  int firstFrom(int from) {
    int i = 0;
    while (has(i) && starts[i] < from) {
      i++;
    }
    return i;
  }

  /**
   * What stands before the word at {@code i}, from the word before it; for the count of words, what
   * stands behind the last one.
   */
  String before(int i) {
    return text.substring(endBefore(i), startOrEnd(i));
  }

  private int endBefore(int i) {
    return i == 0 ? 0 : ends[i - 1];
  }

  private int startOrEnd(int i) {
    return has(i) ? starts[i] : text.length();
  }

  /** Whether a sentence or a line ends before the word at {@code i}. */
  boolean endsSentence(int i) {
    int to = startOrEnd(i);
    for (int k = endBefore(i); k < to; k++) {
      char c = text.charAt(k);
      if (c == '\n' || c == '\r') {
        return true;
      }
      if (SENTENCE_ENDS.indexOf(c) >= 0 && isStop(c, k, to)) {
        return !isPause(k);
      }
    }
    return false;
  }

  private boolean isStop(char c, int k, int to) {
    return c > 0x7f || k + 1 == to || Character.isWhitespace(text.charAt(k + 1));
  }

  /** Three points are a pause and no end. */
  private boolean isPause(int k) {
    return k > 0 && text.charAt(k) == '.' && text.charAt(k - 1) == '.';
  }

  /** Whether a clause ends there, at a comma, a pause or any greater stop. */
  boolean endsClause(int i) {
    int to = startOrEnd(i);
    for (int k = endBefore(i); k < to; k++) {
      if (CLAUSE_ENDS.indexOf(text.charAt(k)) >= 0 || isPause(k)) {
        return true;
      }
    }
    return endsSentence(i);
  }

  private static int endOfWord(String text, int from) {
    int at = from;
    while (at < text.length()) {
      int c = text.codePointAt(at);
      boolean apostrophe =
          c == '\''
              && at + 1 < text.length()
              && Character.isLetter(text.codePointAt(at + 1))
              && Character.isLetter(text.codePointBefore(at));
      if (!apostrophe && (!isInWord(c) || standsAlone(c))) {
        break;
      }
      at += Character.charCount(c);
    }
    return at;
  }

  static boolean isInWord(int c) {
    if (Character.isLetterOrDigit(c)) {
      return true;
    }
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
  }

  /** Of a script that does not part its words. */
  static boolean standsAlone(int c) {
    if (c < 0x0e00) {
      return false;
    }
    return switch (Character.UnicodeScript.of(c)) {
      case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> true;
      default -> c == '\u30fc';
    };
  }

  /**
   * In lower case, without apostrophes, and in the one form of what is written in several: Russian
   * ё, Arabic alifs and vowel marks, the Hindi nukta and chandrabindu.
   */
  private static String plain(String word) {
    String lowered = word.toLowerCase(Locale.ROOT);
    StringBuilder plain = null;
    for (int i = 0; i < lowered.length(); i++) {
      char c = lowered.charAt(i);
      char folded = folded(c);
      if (folded != c && plain == null) {
        plain = new StringBuilder(lowered.length()).append(lowered, 0, i);
      }
      if (plain != null && folded != 0) {
        plain.append(folded);
      }
    }
    return plain == null ? lowered : plain.toString();
  }

  /** The character in its place; 0 for none. */
  private static char folded(char c) {
    if (c == '\'') {
      return 0;
    }
    if (c < 0x0400) {
      return c;
    }
    return switch (c) {
      case '\u0451' -> '\u0435';
      case '\u0622', '\u0623', '\u0625', '\u0671' -> '\u0627';
      case '\u0649' -> '\u064a';
      case '\u0629' -> '\u0647';
      case '\u0901' -> '\u0902';
      case '\u093c', '\u0670' -> 0;
      default -> c >= '\u064b' && c <= '\u0652' ? 0 : c;
    };
  }
}
