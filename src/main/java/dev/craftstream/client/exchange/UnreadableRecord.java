package dev.craftstream.client.exchange;

/** Carries what is wrong with one record from where it was seen. */
final class UnreadableRecord extends Exception {
  private static final long serialVersionUID = 1L;

  UnreadableRecord(String sentence) {
    super(sentence, null, false, false);
  }
}
