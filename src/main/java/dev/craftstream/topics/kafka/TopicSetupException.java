package dev.craftstream.topics.kafka;

/** The job's topics are not as the job needs them; the message says what to do. */
public final class TopicSetupException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TopicSetupException(String message) {
    super(message);
  }

  public TopicSetupException(String message, Throwable cause) {
    super(message, cause);
  }
}
