package dev.craftstream.exchange;

/** Carries what is wrong with one record from where it was seen. */
final class Mistake extends Exception {
  private static final long serialVersionUID = 1L;

  Mistake(String sentence) {
    super(sentence, null, false, false);
  }
}
