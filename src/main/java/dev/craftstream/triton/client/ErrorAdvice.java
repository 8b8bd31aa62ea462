package dev.craftstream.triton.client;

import java.util.Optional;

/** Tells which failures that a backend reports in words can't be mended by asking again. */
public interface ErrorAdvice {
  /**
   * What to do about the failure, a sentence without its full stop; empty where asking again may
   * help.
   *
   * @param words of the backend; may be null
   */
  Optional<String> on(String words);
}
