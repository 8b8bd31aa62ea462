package dev.craftstream.client.replay;

import dev.craftstream.v1.DeadLetter;

/** The bytes that a dead letter keeps. */
final class Originals {
  private Originals() {}

  /** Null where the record had no key. */
  static byte[] key(DeadLetter letter) {
    return letter.getOriginalHasNoKey() ? null : letter.getOriginalKey().toByteArray();
  }

  /** Null where the record had no value. */
  static byte[] value(DeadLetter letter) {
    return letter.getOriginalHasNoValue() ? null : letter.getOriginalValue().toByteArray();
  }
}
