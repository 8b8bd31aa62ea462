package dev.craftstream.triton.client;

/** An answer breaks its contract. The message says what was expected and what came. */
public final class MalformedAnswerException extends Exception {
  private static final long serialVersionUID = 1L;

  public MalformedAnswerException(String message) {
    super(message);
  }
}
