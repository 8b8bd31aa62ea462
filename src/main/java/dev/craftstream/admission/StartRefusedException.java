package dev.craftstream.admission;

import java.io.IOException;

/** A job must not start as it is; the message says why, and what to set. */
public final class StartRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  public StartRefusedException(String message) {
    super(message);
  }
}
