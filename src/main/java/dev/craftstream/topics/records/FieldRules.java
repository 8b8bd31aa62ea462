package dev.craftstream.topics.records;

import dev.craftstream.model.OriginalRecord;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Rules that the input topics have in common. */
final class FieldRules {

  /** Ids of questions, model checkpoints and requests. */
  private static final int ID_CHARACTERS = 256;

  /** The longest key that can be an id. */
  private static final int KEY_BYTES = 4 * ID_CHARACTERS;

  private FieldRules() {}

  static void size(OriginalRecord original, RecordLimits limits) throws Rejection {
    long bytes = (long) length(original.key()) + length(original.value());
    if (bytes > limits.recordBytes()) {
      throw Rejection.tooLarge(
          "The record has %s bytes of key and value; at most %s are allowed."
              .formatted(count(bytes), count(limits.recordBytes())));
    }
  }

  private static int length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  /** The record's key as text; null where it has none. */
  static String key(OriginalRecord original) throws Rejection {
    byte[] key = original.key();
    if (key == null) {
      return null;
    }
    if (key.length > KEY_BYTES) {
      throw Rejection.tooLarge(
          "The key has %s bytes; an id has at most %s.".formatted(count(key.length), KEY_BYTES));
    }
    return Messages.utf8("The key", key);
  }

  /** An id is 1 to 256 characters, none of them a control character and not all of them blank. */
  static void id(String field, String id) throws Rejection {
    required(field, id, ID_CHARACTERS);
    if (id.codePointCount(0, id.length()) > ID_CHARACTERS) {
      throw Rejection.invalid(
          "%s is %s, of %s characters; 1 to 256 are allowed."
              .formatted(field, Rejection.shown(id), count(id.codePointCount(0, id.length()))));
    }
    noControlCharacters(field, id);
  }

  private static void noControlCharacters(String field, String value) throws Rejection {
    if (value.chars().anyMatch(Character::isISOControl)) {
      throw Rejection.invalid(
          "%s is %s; control characters are not allowed in it."
              .formatted(field, Rejection.shown(value)));
    }
  }

  static void keyNames(String key, String field, String id) throws Rejection {
    if (key != null && !key.equals(id)) {
      throw Rejection.invalid(
          "The key is %s, but %s is %s; the key must be that id, or absent."
              .formatted(Rejection.shown(key), field, Rejection.shown(id)));
    }
  }

  private static void required(String field, String value, int maxCharacters) throws Rejection {
    // What is written below is costly, and most records have nothing wrong.
    if (value.isEmpty()) {
      throw Rejection.invalid(
          "%s is missing; 1 to %s characters are allowed.".formatted(field, count(maxCharacters)));
    }
    if (value.isBlank()) {
      throw Rejection.invalid(
          "%s is blank (%s); 1 to %s characters are allowed, not all of them blank."
              .formatted(field, Rejection.shown(value), count(maxCharacters)));
    }
  }

  /** Text that has to be there. */
  static void text(String field, String value, int maxCharacters) throws Rejection {
    required(field, value, maxCharacters);
    atMost(field, value, maxCharacters);
  }

  /** A name that Triton is asked for. */
  static void name(String field, String value) throws Rejection {
    text(field, value, ID_CHARACTERS);
    noControlCharacters(field, value);
  }

  static void atMost(String field, String value, int maxCharacters) throws Rejection {
    if (value.length() > maxCharacters) {
      throw Rejection.tooLarge(
          "%s is %s, of %s characters; at most %s are allowed."
              .formatted(
                  field, Rejection.shown(value), count(value.length()), count(maxCharacters)));
    }
  }

  /** Texts, all of them there. */
  static void texts(String field, List<String> values, int maxCharacters) throws Rejection {
    for (int i = 0; i < values.size(); i++) {
      text(field + "[" + i + "]", values.get(i), maxCharacters);
    }
  }

  static void atMost(String field, List<String> values, int maxCount) throws Rejection {
    if (values.size() > maxCount) {
      throw Rejection.tooLarge(
          "%s has %s entries; at most %s are allowed."
              .formatted(field, count(values.size()), count(maxCount)));
    }
  }

  /** {@code values} without repetitions, in the order of their first occurrence. */
  static List<String> distinct(List<String> values) {
    Set<String> distinct = new LinkedHashSet<>(values);
    return List.copyOf(distinct);
  }

  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
