package dev.craftstream.triton;

/** The server did not answer; asking again may help. */
public final class ServerUnavailableException extends Exception {
  private static final long serialVersionUID = 2L;

  private final Trouble trouble;

  public ServerUnavailableException(Trouble trouble, String message, Throwable cause) {
    super(message, cause);
    this.trouble = trouble;
  }

  /** Why it did not. */
  public Trouble trouble() {
    return trouble;
  }
}
