package dev.craftstream.knowledge;

/** The server did not answer; asking again may help. */
public final class ServerUnavailableException extends Exception {
  private static final long serialVersionUID = 2L;

  private final FailureKind trouble;

  public ServerUnavailableException(FailureKind trouble, String message, Throwable cause) {
    super(message, cause);
    this.trouble = trouble;
  }

  /** Why it did not. */
  public FailureKind trouble() {
    return trouble;
  }
}
