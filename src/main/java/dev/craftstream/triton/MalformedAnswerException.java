package dev.craftstream.triton;

/** An answer breaks its contract. The message says what was expected and what came. */
final class MalformedAnswerException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedAnswerException(String message) {
    super(message);
  }
}
