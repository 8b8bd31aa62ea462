package dev.craftstream.triton;

/** The server did not answer; asking again may help. */
public final class ServerUnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  public ServerUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
