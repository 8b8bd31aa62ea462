package dev.craftstream.method.judging;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A gold answer as words, to be looked for in the words of an answer.
 *
 * <p>As in the evaluation scripts of SQuAD (Rajpurkar et al., 2016) and TriviaQA (Joshi et al.,
 * 2017), letter case, punctuation, the articles a, an and the, and spacing do not count. Nor do
 * accents ("Beyonce"), ways to write one text in code points ({@link Spelling}), ß and ss, the
 * points of abbreviations ("U.S."), an apostrophe-s, &amp; and "and", % and "percent", commas in
 * numbers, and numbers in words and digits ({@link NumberWords}). What is hyphenated is one word or
 * two. The words must follow each other: "23" is not in "16723", nor "it" in "Italy"; where a
 * script has no blanks, each character is a word.
 *
 * <p>A word that is denied does not count: "not Paris, but Lyon" gives Lyon alone. A gold answer
 * that consists of articles must be the whole answer.
 */
final class AnswerWords {
  private static final Set<String> ARTICLES = Set.of("a", "an", "the");

  private static final Set<String> DENIALS =
      Set.of(
          "not", "isnt", "wasnt", "arent", "werent", "nor", "neither", "nicht", "weder", "kein",
          "keine", "pas", "не", "ليس", "ليست");

  private static final String LETTERS = "øłđæœðþħıŋς";
  private static final List<String> PLAIN_LETTERS =
      List.of("o", "l", "d", "ae", "oe", "d", "th", "h", "i", "n", "σ");

  private final boolean articlesAlone;
  private final Text text;

  private AnswerWords(Text text) {
    this.articlesAlone = text.apart.isEmpty();
    this.text = text;
  }

  /**
   * An answer's words.
   *
   * @param all with articles
   * @param apart without articles, hyphenated words parted
   * @param joined the same with hyphenated words joined; the same list where there are none
   */
  record Text(List<String> all, List<String> apart, List<String> joined) {}

  /** Nothing where the gold answer has no letter or digit. */
  static Optional<AnswerWords> of(String gold) {
    Text text = text(gold);
    return text.all.isEmpty() ? Optional.empty() : Optional.of(new AnswerWords(text));
  }

  /** The words of an answer. */
  static Text text(String answer) {
    String plain = plain(answer);
    List<String> all = words(plain, false);
    List<String> apart = withoutArticles(NumberWords.inDigits(all));
    boolean hyphens =
        plain.indexOf('-') >= 0 || plain.indexOf('/') >= 0 || plain.indexOf('\'') >= 0;
    List<String> joined =
        hyphens ? withoutArticles(NumberWords.inDigits(words(plain, true))) : apart;
    return new Text(all, apart, joined);
  }

  /** Whether the answer gives this one. */
  boolean areIn(Text answer) {
    if (articlesAlone) {
      return text.all.equals(answer.all);
    }
    return stands(text.apart, answer.apart)
        || answer.joined != answer.apart && stands(text.apart, answer.joined)
        || text.joined != text.apart && stands(text.joined, answer.apart)
        || text.joined != text.apart
            && answer.joined != answer.apart
            && stands(text.joined, answer.joined);
  }

  private static boolean stands(List<String> gold, List<String> answer) {
    for (int at = 0; at + gold.size() <= answer.size(); at++) {
      if (answer.get(at).equals(gold.get(0))
          && answer.subList(at, at + gold.size()).equals(gold)
          && !isDenied(answer, at)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isDenied(List<String> answer, int at) {
    if (at == 0) {
      return false;
    }
    String before = answer.get(at - 1);
    boolean denied = at > 1 && before.equals("是") && "不非".contains(answer.get(at - 2));
    return denied || DENIALS.contains(before);
  }

  /** Folded case, no accents, digits of any script in ASCII. */
  private static String plain(String text) {
    String folded =
        Spelling.of(text).toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT).replace('_', ' ');
    String decomposed = Normalizer.normalize(folded, Normalizer.Form.NFD);
    StringBuilder plain = new StringBuilder(decomposed.length());
    decomposed.codePoints().forEach(c -> append(c, plain));
    return Normalizer.normalize(plain, Normalizer.Form.NFC);
  }

  private static void append(int c, StringBuilder plain) {
    int special = c > 0x7f ? LETTERS.indexOf(c) : -1;
    if (special >= 0) {
      plain.append(PLAIN_LETTERS.get(special));
    } else if (c == '&') {
      plain.append(" and ");
    } else if (c == '%') {
      plain.append(" percent ");
    } else if (Character.isDigit(c)) {
      plain.append(Character.digit(c, 10));
    } else if (!isAccent(c)) {
      plain.appendCodePoint(c);
    }
  }

  private static boolean isAccent(int c) {
    return c >= 0x300 && c <= 0x36f || c >= 0x64b && c <= 0x652 || c == 0x670;
  }

  private static List<String> words(String text, boolean join) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
      int c = text.codePointAt(at);
      if (Words.standsAlone(c) || Character.UnicodeScript.of(c) == Character.UnicodeScript.HANGUL) {
        end(word, words);
        words.add(Character.toString(c));
      } else if (Words.isInWord(c) || isInNumber(text, at)) {
        word.appendCodePoint(c);
      } else if (!isInside(text, at, join)) {
        end(word, words);
      } else if (c == '\'' && !join && isPossessive(text, at)) {
        end(word, words);
        at++;
      }
    }
    end(word, words);
    return initialsJoined(words, text);
  }

  private static void end(StringBuilder word, List<String> words) {
    if (!word.isEmpty()) {
      words.add(word.toString());
      word.setLength(0);
    }
  }

  /** A decimal point, or a sign that does not part two words. */
  private static boolean isInNumber(String text, int at) {
    char c = text.charAt(at);
    boolean digitNext = at + 1 < text.length() && Character.isDigit(text.charAt(at + 1));
    if (c == '.') {
      return digitNext && at > 0 && Character.isDigit(text.charAt(at - 1));
    }
    return c == '-' && digitNext && (at == 0 || Character.isWhitespace(text.charAt(at - 1)));
  }

  /** Left out without an end of the word. */
  private static boolean isInside(String text, int at, boolean join) {
    char c = text.charAt(at);
    if (at == 0 || at + 1 == text.length() || !Words.isInWord(text.codePointBefore(at))) {
      return false;
    }
    boolean wordNext = Words.isInWord(text.codePointAt(at + 1));
    return switch (c) {
      case '\'' -> wordNext;
      case '.' -> wordNext && Character.isLetter(text.codePointAt(at + 1));
      case ',' -> isThousands(text, at);
      case '-', '/' -> join && wordNext;
      default -> false;
    };
  }

  private static boolean isThousands(String text, int at) {
    int digits = 0;
    while (at + 1 + digits < text.length() && Character.isDigit(text.charAt(at + 1 + digits))) {
      digits++;
    }
    return digits == 3 && Character.isDigit(text.charAt(at - 1));
  }

  private static boolean isPossessive(String text, int at) {
    boolean ends = at + 2 >= text.length() || !Words.isInWord(text.codePointAt(at + 2));
    return text.charAt(at + 1) == 's' && ends;
  }

  /** "J. K. Rowling" and "J.K. Rowling" have the same initials. */
  private static List<String> initialsJoined(List<String> words, String text) {
    if (text.indexOf(". ") < 0) {
      return words;
    }
    List<String> joined = new ArrayList<>(words.size());
    boolean initials = false;
    for (String word : words) {
      boolean initial = word.length() == 1 && text.contains(word + ". ") && isLatin(word);
      if (initials && initial) {
        joined.set(joined.size() - 1, joined.get(joined.size() - 1) + word);
      } else {
        joined.add(word);
      }
      initials = initial;
    }
    return joined;
  }

  private static boolean isLatin(String word) {
    return word.charAt(0) >= 'a' && word.charAt(0) <= 'z';
  }

  private static List<String> withoutArticles(List<String> words) {
    List<String> rest = new ArrayList<>(words);
    rest.removeIf(ARTICLES::contains);
    return rest;
  }
}
