package dev.craftstream.client.importing.rows;

import java.io.IOException;

/** A whole file cannot be read as it was meant; to leave records out would not help. */
public final class UnreadableFile extends IOException {
  private static final long serialVersionUID = 1L;

  public UnreadableFile(String sentence) {
    super(sentence);
  }

  public UnreadableFile(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
