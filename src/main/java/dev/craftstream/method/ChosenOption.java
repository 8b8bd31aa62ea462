package dev.craftstream.method;

import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads which option an answer in words chooses.
 *
 * <p>The rule. An answer <em>gives</em> something at its beginning, and behind words that introduce
 * an answer ("The answer is", "Answer:", "I choose option"), wherever they stand. At the first of
 * these places where one is found, the choice is
 *
 * <ul>
 *   <li>the option whose whole text stands there, in any letter case, up to the end of the line or
 *       a punctuation mark ("Paris", "Paris, the capital"); two options with one text name none;
 *   <li>else the option whose letter stands there: in brackets, quotes or asterisks, before a
 *       punctuation mark or alone on its line in any letter case ("B", "b.", "(B) Paris", "**B**"),
 *       before a space as a capital ("B Paris"). A and I are words too: before a space they count
 *       only where their own option's text, a dash, "is" or "because" follows.
 * </ul>
 *
 * <p>A letter counts whatever follows it: "B. Rome" is B, also where Rome is the text of A. A
 * letter beyond the options is no choice. An answer that introduces a hundred answers and gives
 * none is read no further.
 */
public final class ChosenOption {
  private static final int MOST_INTRODUCTIONS = 100;

  private static final Pattern INTRODUCTION =
      Pattern.compile(
          "(?i)(?<![\\p{L}\\p{N}])(?:"
              + "(?:answer|option|choice)(?:\\s+(?:is|would be|should be))?"
              + "|i(?:'d| would| will)?\\s+(?:choose|pick|select|say)"
              + "|(?:it|that)(?:\\s+is|'s))"
              + "(?:\\s*:|(?![\\p{L}\\p{N}]))\\s*");

  private static final Pattern LETTER =
      Pattern.compile("^[\\s(\\[\"'*_`]*([A-Za-z])(?:([)\\].:,;\"*_`]|'(?!\\p{L})|\\R|$)|\\s+)");

  private static final String OPENING = "\"'*_`\u201c\u2018 ";
  private static final String CLOSING = "\"'*_`\u201d\u2019 .!?,;:";
  private static final Pattern AFTER_A_WORD_LIKE_LETTER =
      Pattern.compile("^(?:[-\u2013\u2014]\\s|is\\b|because\\b)");

  private ChosenOption() {}

  /**
   * The option that {@code answer} chooses, by the rule above.
   *
   * @param options texts in the order of their letters
   * @return its position, from 0; nothing where it chooses none
   */
  public static OptionalInt of(String answer, List<String> options) {
    String text = answer.strip().replace('\u2019', '\'');
    OptionalInt chosen = at(text, options);
    Matcher introduction = INTRODUCTION.matcher(text);
    for (int i = 0; chosen.isEmpty() && i < MOST_INTRODUCTIONS && introduction.find(); i++) {
      chosen = at(text.substring(introduction.end()), options);
    }
    return chosen;
  }

  private static OptionalInt at(String text, List<String> options) {
    if (text.length() == 1) {
      return byLetter(text, options);
    }
    OptionalInt named = byText(text, options);
    return named.isPresent() ? named : byLetter(text, options);
  }

  private static OptionalInt byText(String text, List<String> options) {
    String line = plain(text.lines().findFirst().orElse(""));
    int best = -1;
    int bestLength = 0;
    boolean ambiguous = false;
    for (int i = 0; i < options.size(); i++) {
      String option = plain(options.get(i));
      if (!isNamed(option, line) || option.length() < bestLength) {
        continue;
      }
      ambiguous = option.length() == bestLength;
      best = i;
      bestLength = option.length();
    }
    return best < 0 || ambiguous ? OptionalInt.empty() : OptionalInt.of(best);
  }

  /** Whether {@code line} is {@code option}, or begins with it and a punctuation mark. */
  private static boolean isNamed(String option, String line) {
    if (option.isEmpty() || isLetter(option) || !line.startsWith(option)) {
      return false;
    }
    String rest = line.substring(option.length());
    return rest.isEmpty() || rest.matches("^[\"'*_`]*[.,;:!?](?:\\s.*)?$");
  }

  /** The prompt asks for letters, so a letter is one, also where it is an option's text. */
  private static boolean isLetter(String option) {
    return option.length() == 1 && option.charAt(0) >= 'a' && option.charAt(0) <= 'z';
  }

  private static OptionalInt byLetter(String text, List<String> options) {
    Matcher matcher = LETTER.matcher(text);
    if (!matcher.find()) {
      return OptionalInt.empty();
    }
    char given = matcher.group(1).charAt(0);
    int index = Character.toUpperCase(given) - 'A';
    if (index >= options.size()) {
      return OptionalInt.empty();
    }
    boolean marked = matcher.group(2) != null;
    boolean counts =
        marked
            || Character.isUpperCase(given)
                && standsForItself(given, text.substring(matcher.end()), options.get(index));
    return counts ? OptionalInt.of(index) : OptionalInt.empty();
  }

  private static boolean standsForItself(char letter, String rest, String option) {
    return (letter != 'A' && letter != 'I')
        || AFTER_A_WORD_LIKE_LETTER.matcher(rest).find()
        || isNamed(plain(option), plain(rest.lines().findFirst().orElse("")));
  }

  private static String plain(String text) {
    String lowered = text.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
    int from = 0;
    int to = lowered.length();
    while (from < to && OPENING.indexOf(lowered.charAt(from)) >= 0) {
      from++;
    }
    while (to > from && CLOSING.indexOf(lowered.charAt(to - 1)) >= 0) {
      to--;
    }
    return from == to ? lowered : lowered.substring(from, to);
  }
}
