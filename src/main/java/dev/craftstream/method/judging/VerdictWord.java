package dev.craftstream.method.judging;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the verdict of a judge model, which is asked to reply with one word: CORRECT or INCORRECT,
 * in any case.
 *
 * <p>The first line that is not blank must be that word and nothing else, but for quotation marks,
 * brackets, marks of emphasis and a full stop around it. A model that goes on with a text may go on
 * behind that line, as long as neither word stands there again, even within another. All else is no
 * verdict: a reply that argues may say either word in passing.
 */
public final class VerdictWord {
  private static final Pattern FIRST_LINE =
      Pattern.compile(
          "(?i)^\\s*[\"'`*_(\\[{<\u201c\u2018]*(CORRECT|INCORRECT)[\"'`*_)\\]}>\u201d\u2019.!]*[^\\S\\r\\n]*(?:\\R|$)");

  private static final Pattern EITHER = Pattern.compile("(?i)correct");

  private VerdictWord() {}

  /**
   * Whether the reply says that the answer is right.
   *
   * @return nothing where it is no verdict
   */
  public static Optional<Boolean> read(String reply) {
    String said = Answers.only(reply);
    Matcher line = FIRST_LINE.matcher(said);
    return line.find() && !EITHER.matcher(said).region(line.end(), said.length()).find()
        ? Optional.of(line.group(1).length() == "CORRECT".length())
        : Optional.empty();
  }
}
