package dev.craftstream.knowledge;

/** The server did not answer; asking again may help. */
public final class ServerUnavailableException extends Exception {
  private static final long serialVersionUID = 3L;

  private final FailureKind kind;
  private final String server;
  private final boolean failsWhateverItIsAsked;

  public ServerUnavailableException(FailureKind kind, String message, Throwable cause) {
    this(kind, message, cause, "", false);
  }

  private ServerUnavailableException(
      FailureKind kind,
      String message,
      Throwable cause,
      String server,
      boolean failsWhateverItIsAsked) {
    super(message, cause);
    this.kind = kind;
    this.server = server;
    this.failsWhateverItIsAsked = failsWhateverItIsAsked;
  }

  /** The same failure, of that server. */
  public ServerUnavailableException at(String thatServer) {
    return new ServerUnavailableException(
        kind, getMessage(), getCause(), thatServer, failsWhateverItIsAsked);
  }

  /** The same failure, of a model that fails at other questions, too. */
  public ServerUnavailableException whateverItIsAsked() {
    return new ServerUnavailableException(kind, getMessage(), getCause(), server, true);
  }

  /** Which of the servers it was; empty where that is not known. */
  public String server() {
    return server;
  }

  /**
   * Whether the model was found to fail at another question as well, so that the failure says
   * nothing of this one.
   */
  public boolean failsWhateverItIsAsked() {
    return failsWhateverItIsAsked;
  }

  /** Why it did not. */
  public FailureKind kind() {
    return kind;
  }
}
