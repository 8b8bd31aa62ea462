package dev.craftstream.method.judging;

import static dev.craftstream.method.judging.PhraseTree.NO_MATCH;

import dev.craftstream.method.judging.Phrases.Section;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Recognises a refusal: a text in which the model says that it does not know, or does not answer.
 *
 * <p>The rule. A text is a refusal when its <em>first</em> words say so, in one of the languages
 * that have a table ({@link Phrases}): "I don't know", "I'm not sure", "I cannot answer", "No sé",
 * "我不知道" and their like, in any letter case and {@link Spelling}. An apology, a filler or an
 * introduction may come first ("Sorry, but ...", "As an AI language model, ...", "Final answer:
 * ..."), anything may follow. Some phrases count only where they are the whole answer or its first
 * line, since they also begin or are a part of answers ("Unknown.", "No idea.", "N/A").
 *
 * <p>So these are no refusals:
 *
 * <ul>
 *   <li>"Paris, but I don't know for sure": it answers first. So does "Nobody knows";
 *   <li>"I'm not sure, but I think it is Paris", "I don't know exactly, but it was in May": they
 *       only doubt, and an answer follows behind "but". "I don't know, but perhaps Paris" is a
 *       refusal: it denies to know, and a guess does not count;
 *   <li>"I cannot say who comes," said Gandalf: the sentence goes on behind the quotation. What is
 *       quoted as a whole is a refusal, also where another sentence follows;
 *   <li>"The name of the river is the Unknown": only a first clause that ends in "is not known" or
 *       its like is a refusal whatever its subject;
 *   <li>"I Don't Know How to Love Him": a title, written with capitals.
 * </ul>
 *
 * <p>Only the first 400 characters are looked at. A leading thought is passed over, see {@link
 * Answers}.
 */
public final class Refusals {

  private static final int MOST_LEADS = 8;
  private static final int LONGEST_PREDICATE = 8;
  private static final String OPENING = "\"'\u300c\u300e\u300a\u3008";
  private static final String CLOSING = "\"'\u300d\u300f\u300b\u3009";

  /** With the tables alone. */
  public static final Refusals STANDARD = new Refusals(PhraseTables.STANDARD);

  private final PhraseTables tables;

  private Refusals(PhraseTables tables) {
    this.tables = tables;
  }

  /**
   * The same with further phrases that begin a refusal, in any language, written as in the tables:
   * {@code (a|b)} for either, {@code [a]} for what may be left out.
   *
   * @throws IllegalArgumentException where one has no word, or its brackets do not match
   */
  public static Refusals with(List<String> further) {
    requireUsable(further);
    return further.isEmpty() ? STANDARD : new Refusals(PhraseTables.with(further));
  }

  static void requireUsable(List<String> further) {
    for (String phrase : further) {
      for (String form : Phrases.expanded(phrase)) {
        if (Words.beginning(form).count() == 0) {
          throw new IllegalArgumentException(
              "The phrase \"" + phrase + "\" can be without any word, and would be in every text.");
        }
      }
    }
  }

  /** What a text is. */
  enum Reading {
    NO_REFUSAL,
    /** One that counts only as the whole answer, such as "unknown", which may also be an answer. */
    WORDS_OF_DOUBT,
    /** Says that the model does not know, and nothing else. */
    REFUSAL_ALONE,
    /** Says so, and more. */
    REFUSAL_AND_MORE;

    boolean isRefusal() {
      return this != NO_REFUSAL;
    }
  }

  /** Whether {@code text} is a refusal, by the rule above. */
  public boolean isRefusal(String text) {
    return read(text).isRefusal();
  }

  Reading read(String text) {
    Words words = Words.beginning(Answers.withoutThought(text));
    int first = behindCitation(words);
    Reading reading = read(words, first, 0);
    return reading.isRefusal() || first > 0 || !saysThatItIsUnknown(words)
        ? reading
        : Reading.REFUSAL_AND_MORE;
  }

  private Reading read(Words words, int at, int leads) {
    if (!words.has(at) || !tables.mayRefuse(words.word(at))) {
      return Reading.NO_REFUSAL;
    }
    int refusal = match(Section.REFUSAL, words, at);
    int hedge = match(Section.HEDGE, words, at);
    if (hedge != NO_MATCH && hedge >= refusal && answersBehind(words, hedge)) {
      return Reading.NO_REFUSAL;
    }
    int end = Math.max(refusal, hedge);
    if (end != NO_MATCH && !isTitle(words, at, end)) {
      return end == words.count() && words.isWhole()
          ? Reading.REFUSAL_ALONE
          : Reading.REFUSAL_AND_MORE;
    }
    int whole = match(Section.WHOLE, words, at);
    if (whole != NO_MATCH) {
      Reading reading = behindWhole(words, whole, leads);
      if (reading.isRefusal()) {
        return reading;
      }
    }
    return leads > MOST_LEADS ? Reading.NO_REFUSAL : behindLead(words, at, leads + 1);
  }

  private Reading behindLead(Words words, int at, int leads) {
    for (Section section : List.of(Section.LEAD, Section.INTRODUCTION, Section.FILLER)) {
      int end = match(section, words, at);
      if (end > at) {
        Reading reading = read(words, end, leads);
        if (reading.isRefusal()) {
          return reading;
        }
      }
    }
    int clause = tables.matchClause(words, at);
    return clause > at ? read(words, clause, leads) : Reading.NO_REFUSAL;
  }

  /** Nothing follows but an apology, another refusal, or another line. */
  private Reading behindWhole(Words words, int end, int leads) {
    if (end == words.count()) {
      return words.isWhole() ? Reading.WORDS_OF_DOUBT : Reading.NO_REFUSAL;
    }
    if (words.before(end).indexOf('\n') >= 0) {
      return Reading.WORDS_OF_DOUBT;
    }
    if (!words.endsClause(end)) {
      return Reading.NO_REFUSAL;
    }
    int lead = match(Section.LEAD, words, end);
    if (lead == words.count() && words.isWhole()) {
      return Reading.WORDS_OF_DOUBT;
    }
    return leads > MOST_LEADS ? Reading.NO_REFUSAL : read(words, end, leads + 1);
  }

  /** Whether the first clause ends in "is not known" or the like. */
  private boolean saysThatItIsUnknown(Words words) {
    int end = 1;
    while (words.has(end) && !words.endsClause(end)) {
      end++;
    }
    boolean ended = words.has(end) || words.isWhole();
    if (!ended
        || end < 2
        || !tables.mayEndPredicate(words.word(end - 1))
        || match(Section.SUBORDINATE, words, 0) != NO_MATCH) {
      return false;
    }
    int clause = end;
    return IntStream.range(Math.max(1, end - LONGEST_PREDICATE), end)
        .anyMatch(at -> match(Section.PREDICATE, words, at) == clause);
  }

  /** Whether an answer is introduced behind a doubt. */
  private boolean answersBehind(Words words, int hedge) {
    for (int at = hedge; at < words.count(); at++) {
      int end = match(Section.CONTRAST, words, at);
      if (end != NO_MATCH && end < words.count()) {
        return !read(words, end, MOST_LEADS).isRefusal();
      }
    }
    return false;
  }

  /** Whether the words, and the one behind them, are written with capitals. */
  private static boolean isTitle(Words words, int at, int end) {
    if (end - at < 2 || !words.has(end) || words.endsSentence(end)) {
      return false;
    }
    for (int i = at; i <= end; i++) {
      if (!words.isCapitalised(i)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Where the text begins with a quotation behind which its sentence goes on: the first word behind
   * it. Else 0.
   */
  private static int behindCitation(Words words) {
    String text = words.text();
    int open = 0;
    while (open < text.length() && (text.charAt(open) == '*' || text.charAt(open) == '_')) {
      open++;
    }
    int kind = open == text.length() ? -1 : OPENING.indexOf(text.charAt(open));
    if (kind < 0) {
      return 0;
    }
    int close = closing(text, open, CLOSING.charAt(kind));
    int behind = close < 0 ? words.count() : words.firstFrom(close);
    return words.has(behind) && goesOn(words, close, behind) ? behind : 0;
  }

  /** An apostrophe closes only where no letter follows. */
  private static int closing(String text, int open, char mark) {
    for (int at = text.indexOf(mark, open + 1); at >= 0; at = text.indexOf(mark, at + 1)) {
      boolean apostrophe =
          mark == '\'' && at + 1 < text.length() && Character.isLetter(text.charAt(at + 1));
      if (!apostrophe) {
        return at;
      }
    }
    return -1;
  }

  /** Whether the sentence goes on behind the closing mark. */
  private static boolean goesOn(Words words, int close, int behind) {
    String text = words.text();
    String before = words.before(behind);
    String between = before.substring(before.length() - (words.startOf(behind) - close));
    if (between.indexOf('\n') >= 0 || between.indexOf('.') >= 0 || between.indexOf('\u3002') >= 0) {
      return false;
    }
    boolean dashOrComma = between.chars().anyMatch(c -> ",;:-(\u3001\u060c".indexOf(c) >= 0);
    boolean sentenceEnded =
        close > 0 && ".!?\u3002\u0964\u061f".indexOf(text.charAt(close - 1)) >= 0;
    boolean newSentence = sentenceEnded && words.isCapitalised(behind);
    return dashOrComma || !newSentence;
  }

  private int match(Section section, Words words, int at) {
    return tables.match(section, words, at);
  }
}
