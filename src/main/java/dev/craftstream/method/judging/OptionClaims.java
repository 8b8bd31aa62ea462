package dev.craftstream.method.judging;

import static dev.craftstream.method.judging.PhraseTree.NO_MATCH;

import dev.craftstream.method.judging.Phrases.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which option is given at a place of an answer.
 *
 * <p>It is
 *
 * <ul>
 *   <li>the option whose whole text stands there, in any letter case and {@link Spelling}, up to
 *       the end of the line, a punctuation mark or a reason ("Paris", "Paris, the capital", "4
 *       because"); of several the longest, and none where two are the same;
 *   <li>else the option whose letter stands there, in any letter case before a punctuation mark, a
 *       closing mark or the end of the line ("B", "b.", "(B) Paris", "D!"); as a capital before a
 *       blank ("B Paris"). A and I are words too: before a blank they count only where their own
 *       option's text, a dash, "is" or "because" follows. An option that consists of one of the
 *       options' letters is named by no text: a letter is one.
 * </ul>
 *
 * <p>Brackets, quotation marks, asterisks, tags, and what LaTeX and JSON put around an answer are
 * passed over before it.
 */
final class OptionClaims {
  private static final Pattern DRESS =
      Pattern.compile(
          "\\G(?:[\\s\"'*_(\\[{$#>|~=:\u300c\u300e\u3010\u300a\u3008-]++"
              + "|\\\\[(\\[]|\\\\(?:boxed|text|textbf|textit|mathrm|mathbf|mathit|fbox)\\s*\\{"
              + "|</?[a-z]{1,12}>){0,64}");

  private static final Pattern CLOSING =
      Pattern.compile(
          "\\G(?:[\"'*_)\\]}$|~\u300d\u300f\u3011\u300b\u3009]++|\\\\[)\\]]|</?[a-z]{1,12}>){0,64}");

  private static final Pattern STOP =
      Pattern.compile(
          "\\G(?:\\s*$|\\h*\\R|\\h*[.,;:!?\u3002\u3001\u0964\u061f\u060c](?![\\p{L}\\p{N}&&[^\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}]]))");

  private static final Pattern BEHIND_LETTER =
      Pattern.compile(
          "\\G(?:[)\\].:,;!?\"*_|$}<\\\\\u3002\u3001\u300d\u300f\u3011\u0964\u061f\u060c]|'(?!\\p{L})|\\R|$)");

  private static final Pattern BEHIND_A_WORD_LIKE_LETTER =
      Pattern.compile("\\G\\s+(?:-\\s|is\\b|because\\b)");
  private static final Pattern VERB = Pattern.compile("(?i)\\G\\s+(?:is|was|are|were|has|have)\\b");
  private static final Pattern BLANK = Pattern.compile("\\G\\s");
  private static final Pattern JOINT = Pattern.compile("\\G\\s*[,/&+]\\s*");

  private static final String OPENING_MARKS = "\"'*_$ ";
  private static final String CLOSING_MARKS = "\"'*_$ .!?,;:\u3002";

  private final Words words;
  private final String text;
  private final List<String> options = new ArrayList<>();

  OptionClaims(Words words, List<String> options) {
    this.words = words;
    this.text = words.text();
    for (String option : options) {
      this.options.add(Spelling.of(option).strip());
    }
  }

  private enum Strength {
    NONE,
    TURNED_DOWN,
    LOOSE,
    FIRM,
    AFFIRMED
  }

  /**
   * What is given at a place.
   *
   * @param option its position, from 0; -1 where there is none
   * @param end where what was read ends in the text
   */
  record Claim(int option, int end, Strength strength) {
    boolean isTurnedDown() {
      return strength == Strength.TURNED_DOWN;
    }

    /** Surely given. */
    boolean isFirm() {
      return strength == Strength.FIRM || strength == Strength.AFFIRMED;
    }

    boolean isAffirmed() {
      return strength == Strength.AFFIRMED;
    }

    boolean isChoice() {
      return isFirm() || strength == Strength.LOOSE;
    }

    private Claim as(Strength other) {
      return new Claim(option, end, other);
    }

    private Claim endingAt(int other) {
      return new Claim(option, other, strength);
    }
  }

  int match(Section section, int word) {
    return PhraseTables.STANDARD.match(section, words, word);
  }

  /** The claim behind {@code place}. */
  Claim at(int place) {
    Claim claim = given(place);
    int not = claim.isFirm() ? NO_MATCH : matchNext(Section.NOT, place);
    if (not != NO_MATCH) {
      return denied(words.endOf(not - 1));
    }
    if (!claim.isChoice()) {
      return claim;
    }
    Claim whole = withOwnText(claim);
    int affirmed = matchNext(Section.AFFIRMED, whole.end());
    int turnedDown = matchNext(Section.TURNED_DOWN, whole.end());
    if (turnedDown > affirmed) {
      return whole.endingAt(words.endOf(turnedDown - 1)).as(Strength.TURNED_DOWN);
    }
    if (namesAnother(whole)) {
      return whole.as(Strength.NONE);
    }
    return affirmed == NO_MATCH ? whole : whole.as(Strength.AFFIRMED);
  }

  /** Behind "not", a capital is an option also where it is a word. */
  private Claim denied(int place) {
    Claim claim = given(place);
    int from = end(DRESS, place);
    int option = from < text.length() ? index(text.charAt(from)) : -1;
    boolean alone = matches(BLANK, from + 1) && option >= 0;
    if (!claim.isChoice() && alone && Character.isUpperCase(text.charAt(from))) {
      return new Claim(option, from + 1, Strength.TURNED_DOWN);
    }
    return claim.isChoice() ? claim.as(Strength.TURNED_DOWN) : claim;
  }

  /** What is given in the place of a claim that is turned down: "not A, but B". */
  Claim instead(Claim denied) {
    int instead = matchNext(Section.INSTEAD, denied.end());
    return instead == NO_MATCH ? denied : at(words.endOf(instead - 1));
  }

  /** The end of a phrase whose first word is the next one, nothing but marks before it. */
  private int matchNext(Section section, int from) {
    int word = words.firstFrom(from);
    return word < words.count() && between(from, words.startOf(word)).indexOf('\n') < 0
        ? match(section, word)
        : NO_MATCH;
  }

  private String between(int from, int to) {
    return text.substring(from, Math.max(from, to));
  }

  private Claim given(int place) {
    Claim named = byText(place, end(DRESS, place));
    return named.isChoice() ? named : byLetter(end(DRESS, place));
  }

  private Claim byText(int place, int undressed) {
    Claim best = new Claim(-1, place, Strength.NONE);
    int bestLength = 0;
    boolean ambiguous = false;
    for (int i = 0; i < options.size(); i++) {
      Claim claim = named(i, place, undressed);
      int length = options.get(i).length();
      if (!claim.isChoice() || length < bestLength) {
        continue;
      }
      ambiguous = length == bestLength;
      best = claim;
      bestLength = length;
    }
    return ambiguous ? best.as(Strength.NONE) : best;
  }

  /** As it is written and, where that is not there, without the marks around it. */
  private Claim named(int option, int place, int undressed) {
    String written = options.get(option);
    Claim claim = startsWith(written, option, skipBlanks(place));
    for (int from = skipBlanks(place); !claim.isChoice() && from < undressed; from++) {
      claim = startsWith(written, option, from);
    }
    return claim.isChoice() ? claim : startsWith(withoutMarks(written), option, undressed);
  }

  private Claim startsWith(String written, int option, int from) {
    Claim none = new Claim(option, from, Strength.NONE);
    int end = isOptionLetter(written) ? -1 : endOfSame(written, from);
    if (end < 0) {
      return none;
    }
    int closed = end(CLOSING, end);
    if (matches(STOP, closed)
        || matches(STOP, end)
        || matchNext(Section.REASON, closed) != NO_MATCH
        || matchNext(Section.AFFIRMED, closed) != NO_MATCH
        || matchNext(Section.TURNED_DOWN, closed) != NO_MATCH
        || matchNext(Section.BOTH, closed) != NO_MATCH) {
      return standsApart(written, end) ? new Claim(option, end, Strength.FIRM) : none;
    }
    return matches(VERB, end) ? new Claim(option, end, Strength.LOOSE) : none;
  }

  /** Not in the middle of a word or a number. */
  private boolean standsApart(String written, int end) {
    if (end >= text.length()) {
      return true;
    }
    int last = written.codePointBefore(written.length());
    int next = text.codePointAt(end);
    return !Words.isInWord(last)
        || !Words.isInWord(next)
        || Words.standsAlone(last)
        || Words.standsAlone(next);
  }

  /** Where {@code written} ends, if it stands at {@code from}; else -1. */
  private int endOfSame(String written, int from) {
    int at = from;
    int i = 0;
    while (i < written.length()) {
      if (at >= text.length()) {
        return -1;
      }
      char c = written.charAt(i);
      if (Character.isWhitespace(c)) {
        if (!Character.isWhitespace(text.charAt(at))) {
          return -1;
        }
        while (i < written.length() && Character.isWhitespace(written.charAt(i))) {
          i++;
        }
        at = skipBlanks(at);
      } else if (Character.toLowerCase(c) != Character.toLowerCase(text.charAt(at))) {
        return -1;
      } else {
        i++;
        at++;
      }
    }
    return written.isEmpty() ? -1 : at;
  }

  /** The prompt asks for letters, so a letter is one, also where it is an option's text. */
  private boolean isOptionLetter(String written) {
    return written.length() == 1 && index(written.charAt(0)) >= 0;
  }

  private int index(int letter) {
    int upper = Character.toUpperCase(letter);
    return upper >= 'A' && upper < 'A' + options.size() ? upper - 'A' : -1;
  }

  private Claim byLetter(int from) {
    Claim none = new Claim(-1, from, Strength.NONE);
    if (from >= text.length()) {
      return none;
    }
    int letter = plainLetter(text.codePointAt(from));
    int end = from + Character.charCount(text.codePointAt(from));
    int option = index(letter);
    if (option < 0 || letter > 'z') {
      return none;
    }
    if (matches(BEHIND_LETTER, end) || isBeforeOtherScript(end)) {
      return new Claim(option, end, Strength.FIRM);
    }
    boolean beforeBlank = end < text.length() && Character.isWhitespace(text.charAt(end));
    if (!beforeBlank || !Character.isUpperCase(letter)) {
      return none;
    }
    boolean own = startsWith(withoutMarks(options.get(option)), option, skipBlanks(end)).isFirm();
    boolean wordLike = letter == 'A' || letter == 'I';
    if (own || isJudgedNext(end) || matches(BEHIND_A_WORD_LIKE_LETTER, end)) {
      return new Claim(option, end, Strength.FIRM);
    }
    return wordLike ? none : new Claim(option, end, Strength.LOOSE);
  }

  /** Chinese, Japanese and Korean go on without a blank. */
  private boolean isBeforeOtherScript(int end) {
    if (end >= text.length()) {
      return false;
    }
    int next = text.codePointAt(end);
    return Words.standsAlone(next)
        || Character.UnicodeScript.of(next) == Character.UnicodeScript.HANGUL;
  }

  private boolean isJudgedNext(int end) {
    return matchNext(Section.AFFIRMED, end) != NO_MATCH
        || matchNext(Section.TURNED_DOWN, end) != NO_MATCH
        || matchNext(Section.BOTH, end) != NO_MATCH && isClaim(behindBoth(end))
        || matchNext(Section.REASON, end) != NO_MATCH;
  }

  /** Letters in circles, brackets and squares are letters. */
  private static int plainLetter(int c) {
    boolean circled = c >= 0x24b6 && c <= 0x24e9 || c >= 0x249c && c <= 0x24b5;
    boolean squared = c >= 0x1f110 && c <= 0x1f189;
    if (circled) {
      return c >= 0x24b6 ? 'A' + (c - 0x24b6) % 26 : 'A' + c - 0x249c;
    }
    return squared ? 'A' + (c - 0x1f110) % 32 : c;
  }

  /** The letter and the same option's text behind it are one claim: "A (red) is wrong". */
  private Claim withOwnText(Claim claim) {
    int next = end(DRESS, end(CLOSING, claim.end()));
    while (next < text.length() && ".,".indexOf(text.charAt(next)) >= 0) {
      next = end(DRESS, next + 1);
    }
    Claim own = startsWith(withoutMarks(options.get(claim.option())), claim.option(), next);
    return own.isFirm() || own.isChoice() ? claim.endingAt(own.end()) : claim;
  }

  /** Whether another option is named beside it: "A and B", "B/C", "A, B". */
  private boolean namesAnother(Claim claim) {
    int end = end(CLOSING, claim.end());
    int both = behindBoth(end);
    if (both >= 0) {
      Claim other = given(both);
      return other.isFirm() && other.option() != claim.option();
    }
    Matcher joint = JOINT.matcher(text);
    if (joint.find(end) && joint.start() == end) {
      Claim other = given(joint.end());
      return other.isFirm() && other.option() != claim.option() && isListed(joint.end());
    }
    return false;
  }

  /** Behind a comma, "a" may begin a noun, and what is denied is not named. */
  private boolean isListed(int from) {
    return matchNext(Section.NOT, from) == NO_MATCH;
  }

  private boolean isClaim(int from) {
    return from >= 0 && given(from).isFirm();
  }

  private int behindBoth(int end) {
    int both = matchNext(Section.BOTH, end);
    return both == NO_MATCH ? -1 : words.endOf(both - 1);
  }

  private int end(Pattern pattern, int from) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find(from) ? matcher.end() : from;
  }

  private boolean matches(Pattern pattern, int from) {
    return from <= text.length() && pattern.matcher(text).find(from);
  }

  private int skipBlanks(int from) {
    int at = from;
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static String withoutMarks(String written) {
    int from = 0;
    int to = written.length();
    while (from < to && OPENING_MARKS.indexOf(written.charAt(from)) >= 0) {
      from++;
    }
    while (to > from && CLOSING_MARKS.indexOf(written.charAt(to - 1)) >= 0) {
      to--;
    }
    return from == to ? written : written.substring(from, to);
  }
}
