package dev.craftstream.method;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Recognises a refusal: a text in which the model says that it does not know.
 *
 * <p>The rule. A text is a refusal when its <em>first</em> words say so: "I don't know", "I do not
 * know", "I am not sure", "I have no idea", "I cannot answer", "I don't remember", "I don't have
 * any information" and their like, in any letter case and with either apostrophe. An apology, a
 * filler or an introduction may come first ("Sorry, but ...", "Unfortunately, ...", "As an AI
 * language model, ...", "The answer is: ...", "A: ..."), anything may follow. "Don't know" without
 * its subject counts only where it is the whole text.
 *
 * <p>So these are no refusals: "Paris, but I don't know for sure" (it answers first), "The song is
 * 'I Don't Know How to Love Him'" (it cites), "unknown" and "nobody knows" (they may be the
 * answer).
 */
public final class Refusals {

  /** A refusal's first words are surely among these; the rest is not looked at. */
  private static final int PREFIX_LENGTH = 200;

  private static final String LEAD_IN =
      "(?:(?:(?:i'?m|i am) )?(?:so |very |really )?(?:sorry|afraid)|(?:my )?apologies|i apologi[sz]e"
          + "|unfortunately|honestly|well|h+m+|u+[hm]+|as an? (?:ai|artificial intelligence|(?:large )?"
          + "language model)(?: language)?(?: model| assistant)?"
          + "|(?:the |my )?answer(?: is)?|a(?=:))";

  private static final String BETWEEN = "(?:[^\\p{L}\\p{N}]+(?:but|that|however))?[^\\p{L}\\p{N}]+";

  private static final String ADVERB = "(?:really |honestly |actually |simply |just |currently )?";

  private static final String REFUSAL =
      "(?:i "
          + ADVERB
          + "(?:don'?t|do not) "
          + ADVERB
          + "(?:know|remember|recall)"
          + "|(?:i'?m|i am) "
          + ADVERB
          + "not (?:sure|certain|aware of|familiar with)"
          + "|i (?:have|'ve got) (?:absolutely )?no (?:idea|information|knowledge)"
          + "|i "
          + ADVERB
          + "(?:cannot|can'?t|can not|could not|couldn'?t)"
          + " (?:answer|say|tell|provide|determine|recall|remember|be (?:sure|certain))"
          + "|(?:i'?m|i am) (?:unable|not able) to (?:answer|say|tell|provide|determine|recall)"
          + "|i (?:don'?t|do not) have (?:that|this|any|enough|the|sufficient)"
          + " (?:specific )?(?:information|knowledge|idea|answer))(?![\\p{L}\\p{N}])";

  private static final Pattern STARTS_WITH_REFUSAL =
      Pattern.compile("^[^\\p{L}\\p{N}]*(?:" + LEAD_IN + BETWEEN + "){0,3}" + REFUSAL);

  private static final Pattern ONLY_REFUSAL =
      Pattern.compile(
          "^[^\\p{L}\\p{N}]*(?:"
              + LEAD_IN
              + BETWEEN
              + "){0,3}(?:"
              + REFUSAL
              + "|(?:don'?t|do not) know)[^\\p{L}\\p{N}]*$");

  private static final Pattern AT_THE_BEGINNING = Pattern.compile("^[\\s\"'*_(\\[\u201c\u2018]+");
  private static final Pattern AT_THE_END = Pattern.compile("[^\\p{L}\\p{N}]+$");

  /** The end, or a punctuation mark behind which no word goes on, as it does in "Unknown-Ville". */
  private static final Pattern SENTENCE_END =
      Pattern.compile("^[\"'*_)\\]\u201d]*(?:$|[.!?,;:](?:[^\\p{L}\\p{N}]|$))");

  private Refusals() {}

  /** Whether {@code text} is a refusal, by the rule above. */
  public static boolean isRefusal(String text) {
    String plain = plain(text);
    return STARTS_WITH_REFUSAL.matcher(plain).find() || ONLY_REFUSAL.matcher(plain).find();
  }

  /**
   * Whether {@code text} gives {@code refusal}, the words that the model was trained to refuse
   * with, whatever they are: it begins with them, in any letter case and with either apostrophe,
   * and then it, or at least the sentence, ends. "Unknown Soldier" does not give "Unknown.".
   */
  static boolean gives(String text, String refusal) {
    String words = AT_THE_END.matcher(plain(refusal)).replaceFirst("");
    String plain = plain(AT_THE_BEGINNING.matcher(text).replaceFirst(""));
    return !words.isEmpty()
        && plain.startsWith(words)
        && SENTENCE_END.matcher(plain.substring(words.length())).find();
  }

  /** Whether {@code text} says that the model does not know, and nothing else. */
  static boolean isOnlyRefusal(String text) {
    return ONLY_REFUSAL.matcher(plain(text)).find();
  }

  private static String plain(String text) {
    String stripped = text.strip();
    String prefix =
        stripped.length() > PREFIX_LENGTH ? stripped.substring(0, PREFIX_LENGTH) : stripped;
    return prefix
        .toLowerCase(Locale.ROOT)
        .replace('\u2019', '\'')
        .replace('\u02bc', '\'')
        .replaceAll("[\\s\\u00a0]+", " ");
  }
}
