package dev.craftstream.topics.records;

import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.DeadLetter.Reason;
import dev.craftstream.model.OriginalRecord;

/** Carries why a record cannot be used from the rule that saw it to the parser. */
public final class Rejection extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN_CHARACTERS = 80;

  private final Reason reason;

  private Rejection(Reason reason, String explanation) {
    super(explanation, null, false, false);
    this.reason = reason;
  }

  static Rejection malformed(String explanation) {
    return new Rejection(Reason.MALFORMED, explanation);
  }

  static Rejection invalid(String explanation) {
    return new Rejection(Reason.INVALID, explanation);
  }

  static Rejection tooLarge(String explanation) {
    return new Rejection(Reason.TOO_LARGE, explanation);
  }

  DeadLetter deadLetter(OriginalRecord original, String questionId, String checkpointId) {
    return new DeadLetter(reason, getMessage(), original, questionId, checkpointId);
  }

  /** {@code value} in quotation marks, at most 80 characters of it, on one line. */
  public static String shown(String value) {
    return '"' + shortened(value, SHOWN_CHARACTERS) + '"';
  }

  /** As much of {@code value} as {@code characters} have room for, on one line. */
  public static String shortened(String value, int characters) {
    StringBuilder line = new StringBuilder();
    int next = 0;
    while (next < value.length()) {
      int c = value.codePointAt(next);
      next += Character.charCount(c);
      String shown =
          Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE
              ? "\\u%04x".formatted(c)
              : Character.toString(c);
      if (line.length() + shown.length() > characters) {
        return line.append('…').toString();
      }
      line.append(shown);
    }
    return line.toString();
  }
}
