package dev.craftstream.knowledge;

/** The server did not answer; asking again may help. */
public final class ServerUnavailableException extends Exception {
  private static final long serialVersionUID = 2L;

  private final FailureKind kind;

  public ServerUnavailableException(FailureKind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** Why it did not. */
  public FailureKind kind() {
    return kind;
  }
}
