package dev.craftstream.knowledge;

/** The server refuses the request, or its answer breaks the contract; asking again can't help. */
public final class UnusableAnswerException extends Exception {
  private static final long serialVersionUID = 1L;

  public UnusableAnswerException(String message) {
    super(message);
  }

  public UnusableAnswerException(String message, Throwable cause) {
    super(message, cause);
  }
}
