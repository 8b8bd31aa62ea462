package dev.craftstream.knowledge;

/** The server did not answer; asking again may help. */
public final class ServerUnavailableException extends Exception {
  private static final long serialVersionUID = 4L;

  private final FailureKind kind;
  private final String server;
  private final boolean nobodyIsAnswered;

  public ServerUnavailableException(FailureKind kind, String message, Throwable cause) {
    this(kind, message, cause, "", false);
  }

  private ServerUnavailableException(
      FailureKind kind, String message, Throwable cause, String server, boolean nobodyIsAnswered) {
    super(message, cause);
    this.kind = kind;
    this.server = server;
    this.nobodyIsAnswered = nobodyIsAnswered;
  }

  /** The same failure, of that server. */
  public ServerUnavailableException at(String thatServer) {
    return new ServerUnavailableException(
        kind, getMessage(), getCause(), thatServer, nobodyIsAnswered);
  }

  /** The same failure while nobody else is answered either, so that it is not the question's. */
  public ServerUnavailableException whileNobodyIsAnswered() {
    return new ServerUnavailableException(kind, getMessage(), getCause(), server, true);
  }

  /** Whether it is known that nobody else is answered either. */
  public boolean isWhileNobodyIsAnswered() {
    return nobodyIsAnswered;
  }

  /** Which of the servers it was; empty where that is not known. */
  public String server() {
    return server;
  }

  /** Why it did not. */
  public FailureKind kind() {
    return kind;
  }
}
