package dev.craftstream.knowledge;

/** What a client has seen of its servers since it was opened. May be asked from any thread. */
public interface ServerHealth {

  /** How many times a request was sent again. */
  long retries();

  /**
   * How many attempts failed in this way. Attempts that find no connection are counted when they
   * are noticed: every few seconds, one a model.
   */
  long failures(FailureKind trouble);

  /**
   * How many answers of reasoning models had no text behind their thought: mostly thoughts that met
   * the limit on tokens.
   */
  long emptyAnswers();

  /** How many models are in this trouble now. */
  int models(FailureKind trouble);

  /**
   * How many streamed requests wait for their turn, since as many are at the servers as the
   * settings allow.
   */
  int streamsWaiting();
}
