package dev.craftstream.triton.doctor;

import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.triton.client.Failures;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What became of a question.
 *
 * @param value the answer; null where it failed
 * @param failure why it failed; null where it was answered
 */
record Outcome<T>(T value, Throwable failure) {

  /** Waits for it; takes it back when it does not come. */
  static <T> Outcome<T> of(CompletableFuture<T> future, Duration patience)
      throws InterruptedException {
    try {
      return new Outcome<>(future.get(patience.toMillis(), TimeUnit.MILLISECONDS), null);
    } catch (ExecutionException e) {
      return new Outcome<>(null, Failures.unwrapped(e.getCause()));
    } catch (TimeoutException e) {
      future.cancel(false);
      return new Outcome<>(null, e);
    }
  }

  boolean failed() {
    return failure != null;
  }

  /** Whether asking again could not help, so that a question would be a dead letter. */
  boolean refused() {
    return failure instanceof UnusableAnswerException;
  }

  /** Why it failed, as the job would say it. */
  String sentence() {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }

  /** What to do; empty where the failure says it itself. */
  String advice() {
    return failure instanceof ServerUnavailableException unavailable
        ? advice(unavailable.kind())
        : "";
  }

  /** What to do about a server that does not answer. */
  static String advice(FailureKind trouble) {
    return switch (trouble) {
      case UNREACHABLE ->
          "Start the server, or say where it is with -Dtriton.endpoints=HOST:PORT (gRPC, Triton's"
              + " default is 8001).";
      case HANGING ->
          "Look into the server's log. Where the model is that slow, raise triton.deadline, or lower"
              + " query.samples or query.max-tokens.";
      case OVERLOADED -> "Lengthen the model's queue, or ask when others have less to do.";
      case MODEL_MISSING -> "Load the model and the version, or name others.";
      case CONNECTION_LOST -> "Look for what closes connections between here and the server.";
      case NOT_GRPC ->
          "Name Triton's gRPC port with -Dtriton.endpoints=HOST:PORT; 8000 is HTTP, 8001 gRPC.";
      case ACCESS_DENIED -> "Check triton.token.* and triton.tls.*.";
      case FAILING ->
          "Look into the server's log; the failure is the model's or its backend's own.";
    };
  }
}
