package dev.craftstream.triton.client;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.knowledge.UnusableAnswerException;
import io.grpc.Status;
import io.grpc.StatusException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;

/**
 * Says of a failed request whether asking again may help, and in a sentence what failed and what to
 * do. No sentence and no cause shows a secret that was sent.
 */
public final class Failures {
  private static final int LONGEST_DETAIL = 2_000;
  private static final Pattern STACK_FRAMES =
      Pattern.compile("\\R\\s*(at [\\w.$/]+\\(|\\.\\.\\. \\d+ more)[^\\n]*");

  private final String servers;
  private final Duration deadline;
  private final SentSecrets secrets;

  public Failures(TritonSettings settings, SentSecrets secrets) {
    this.servers = settings.servers();
    this.deadline = settings.deadline();
    this.secrets = secrets;
  }

  /**
   * Of a request that gRPC ended.
   *
   * @param attempts what gRPC tried
   */
  public Exception of(ServedModel model, Throwable thrown, Attempts attempts) {
    Throwable cause = unwrapped(thrown);
    if (cause instanceof UnusableAnswerException known) {
      return known;
    }
    if (cause instanceof ServerUnavailableException known) {
      return known;
    }
    Status status = Status.fromThrowable(cause);
    if (status.getCause() instanceof InvalidProtocolBufferException) {
      return unusable(model, "sent what is no message of the protocol: " + detail(status), status);
    }
    Status lastFailure = attempts.lastFailure();
    if (attempts.modelIsMissing()) {
      return missing(model, lastFailure);
    }
    FailureKind trouble =
        status.getCode() == Status.Code.DEADLINE_EXCEEDED
            ? attempts.atDeadline(status)
            : attempts.trouble();
    if (trouble == FailureKind.NOT_GRPC) {
      return unavailable(
          model,
          trouble,
          "has something else than Triton at its address: "
              + detail(lastFailure.isOk() ? status : lastFailure)
              + ". Check host and port; Triton's gRPC port is 8001 by default, and what stands before"
              + " it has to pass HTTP/2 and Triton's service on",
          status);
    }
    return switch (status.getCode()) {
      case INVALID_ARGUMENT, OUT_OF_RANGE, FAILED_PRECONDITION ->
          unusable(model, "refuses the request: " + detail(status), status);
      case UNIMPLEMENTED ->
          unusable(
              model,
              "can't be asked in this way: "
                  + detail(status)
                  + ". Announce the checkpoint with the contract that its model speaks",
              status);
      case RESOURCE_EXHAUSTED ->
          StatusKinds.isTooLarge(String.valueOf(status.getDescription()))
              ? unusable(
                  model,
                  "sent too large an answer: "
                      + detail(status)
                      + ". Raise the limit on messages, or let the model answer with less",
                  status)
              : unavailable(
                  model,
                  FailureKind.OVERLOADED,
                  "has no room for the request: " + detail(status),
                  status);
      case DEADLINE_EXCEEDED ->
          unavailable(
              model,
              trouble,
              "did not answer within "
                  + deadline.toMillis() / 1000.0
                  + " s; "
                  + (lastFailure.isOk()
                      ? detail(status)
                      : "the last attempt ended with " + detail(lastFailure))
                  + ". Check that the server is up, has the model and keeps up with the requests,"
                  + " or allow more time",
              status);
      case UNAUTHENTICATED, PERMISSION_DENIED ->
          unavailable(
              model,
              FailureKind.ACCESS_DENIED,
              "may not be asked: " + detail(status) + ". Check the token and the certificate",
              status);
      case NOT_FOUND -> missing(model, status);
      default ->
          unavailable(model, trouble, "did not answer: " + detail(status), status)
              .at(attempts.server());
    };
  }

  private ServerUnavailableException missing(ServedModel model, Status status) {
    return unavailable(model, FailureKind.MODEL_MISSING, "is not there: " + detail(status), status);
  }

  /** Of a request whose answer breaks the contract. */
  public UnusableAnswerException malformed(ServedModel model, String contract, String fault) {
    return new UnusableAnswerException(
        sentence(
            model,
            "gave an answer that breaks the "
                + contract
                + " contract: "
                + shown(fault)
                + ". Mend the model, then announce it again"));
  }

  public UnusableAnswerException unusable(ServedModel model, String what, Status status) {
    return new UnusableAnswerException(sentence(model, what), cause(status));
  }

  public UnusableAnswerException unusable(ServedModel model, String what) {
    return new UnusableAnswerException(sentence(model, what));
  }

  /** Of a question that alone makes the model fail. */
  public UnusableAnswerException ofThisQuestionAlone(Throwable failure) {
    return new UnusableAnswerException(
        failure.getMessage()
            + " It fails in the same words whenever it is asked this question, and answers others."
            + " Change the question, or mend the model and have it asked again.",
        failure);
  }

  public ServerUnavailableException unavailable(
      ServedModel model, FailureKind trouble, String what, Status status) {
    // A request that was never sent has no trouble of its own: the client is being closed.
    FailureKind known = trouble == null ? FailureKind.CONNECTION_LOST : trouble;
    return new ServerUnavailableException(known, sentence(model, what), cause(status));
  }

  private StatusException cause(Status status) {
    String description = status.getDescription();
    return status
        .withDescription(description == null ? null : secrets.hiddenIn(description))
        .asException();
  }

  /** What the server or the connection said. */
  String detail(Status status) {
    String description = status.getDescription() == null ? "" : ": " + status.getDescription();
    // A broken connection's reason is in its cause.
    String cause = status.getCause() == null ? "" : " (" + status.getCause().getMessage() + ")";
    // gRPC puts whole stack traces into some descriptions.
    String detail = STACK_FRAMES.matcher(status.getCode() + description + cause).replaceAll("");
    return shown(detail);
  }

  /** What a server sends may be long, may be in a message, and may repeat what it was sent. */
  private String shown(String text) {
    String hidden = secrets.hiddenIn(text);
    return hidden.length() <= LONGEST_DETAIL ? hidden : hidden.substring(0, LONGEST_DETAIL) + "..";
  }

  public static Throwable unwrapped(Throwable thrown) {
    Throwable cause = thrown;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private String sentence(ServedModel model, String what) {
    String text = model + " at " + servers + " " + what;
    return Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".";
  }
}
