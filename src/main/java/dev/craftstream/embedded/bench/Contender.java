package dev.craftstream.embedded.bench;

import java.time.Duration;

/** A client whose rate is measured. */
interface Contender {
  /** In a word. */
  String name();

  /**
   * Asks for a while, after warming up.
   *
   * @param endpoint the server's host and port
   * @param inFlight questions at once
   */
  Rate ask(String endpoint, int inFlight, Duration time) throws Exception;
}
