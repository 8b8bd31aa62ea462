package dev.craftstream.knowledge;

/** The server did not answer; asking again may help. */
public final class ServerUnavailableException extends Exception {
  private static final long serialVersionUID = 3L;

  private final FailureKind kind;
  private final String server;

  public ServerUnavailableException(FailureKind kind, String message, Throwable cause) {
    this(kind, message, cause, "");
  }

  private ServerUnavailableException(
      FailureKind kind, String message, Throwable cause, String server) {
    super(message, cause);
    this.kind = kind;
    this.server = server;
  }

  /** The same failure, of that server. */
  public ServerUnavailableException at(String thatServer) {
    return new ServerUnavailableException(kind, getMessage(), getCause(), thatServer);
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
