package dev.craftstream.flink;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.apache.flink.api.common.operators.MailboxExecutor;

/** Brings what other threads complete to the thread of an operator's task. */
public final class MailboxHandOver {
  private MailboxHandOver() {}

  /** What the task does with an outcome. */
  @FunctionalInterface
  public interface Outcome<T> {
    /**
     * @param value what the future gave; null where it failed
     * @param failure why it failed, unwrapped; null where it did not
     */
    void take(T value, Throwable failure) throws Exception;
  }

  /**
   * Runs {@code outcome} as a mail once {@code future} is complete. Does nothing where the task has
   * ended by then: what a restored task needs, it asks for again.
   *
   * @param description what the mail does, for Flink's messages, such as {@code answer to q1}
   */
  public static <T> void whenComplete(
      CompletableFuture<T> future,
      MailboxExecutor mailbox,
      String description,
      Outcome<T> outcome) {
    var unused =
        future.whenComplete(
            (value, failure) -> {
              try {
                mailbox.execute(() -> outcome.take(value, cause(failure)), "%s", description);
              } catch (RejectedExecutionException taskHasEnded) {
                // See above.
              }
            });
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
