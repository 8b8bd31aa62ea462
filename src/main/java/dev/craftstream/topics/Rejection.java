package dev.craftstream.topics;

import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.DeadLetter.Reason;
import dev.craftstream.model.OriginalRecord;

/** Carries why a record cannot be used from the rule that saw it to the parser. */
final class Rejection extends Exception {
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
  static String shown(String value) {
    return '"' + shortened(value, SHOWN_CHARACTERS) + '"';
  }

  /** At most {@code characters} of {@code value}, on one line. */
  static String shortened(String value, int characters) {
    StringBuilder line = new StringBuilder();
    int end = Math.min(value.length(), characters);
    if (end < value.length() && Character.isHighSurrogate(value.charAt(end - 1))) {
      end--;
    }
    for (int i = 0; i < end; i++) {
      char c = value.charAt(i);
      boolean lone =
          Character.isSurrogate(c)
              && !(Character.isHighSurrogate(c)
                  && i + 1 < end
                  && Character.isLowSurrogate(value.charAt(i + 1)))
              && !(Character.isLowSurrogate(c)
                  && i > 0
                  && Character.isHighSurrogate(value.charAt(i - 1)));
      if (Character.isISOControl(c) || lone) {
        line.append(String.format("\\u%04x", (int) c));
      } else {
        line.append(c);
      }
    }
    return end < value.length() ? line.append('…').toString() : line.toString();
  }
}
