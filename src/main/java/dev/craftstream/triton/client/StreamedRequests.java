package dev.craftstream.triton.client;

import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelInferResponse;
import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.ServerUnavailableException;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Streamed requests of a {@link TritonClient}, and what is done when one fails. */
final class StreamedRequests {
  private final TritonClient client;
  private final Outages outages;
  private final Failures failures;
  private final Set<Attempts> open;
  private final StreamLimit streams;

  /**
   * @param open the client's requests in flight
   * @param streams how many may be at the servers at once
   */
  StreamedRequests(
      TritonClient client,
      Outages outages,
      Failures failures,
      Set<Attempts> open,
      StreamLimit streams) {
    this.client = client;
    this.outages = outages;
    this.failures = failures;
    this.open = open;
    this.streams = streams;
  }

  /**
   * A streamed request.
   *
   * @param context what takes all of its attempts back
   */
  private record Streamed(
      ModelInferRequest request, Deadline deadline, ErrorAdvice advice, Context context) {}

  CompletableFuture<List<ModelInferResponse>> start(
      ServedModel model, ModelInferRequest request, Deadline deadline, ErrorAdvice advice) {
    CompletableFuture<List<ModelInferResponse>> answers = new CompletableFuture<>();
    Context context = Context.current();
    streams.start(
        () -> {
          if (context.isCancelled() || client.isClosed()) {
            answers.completeExceptionally(client.closed());
            return false;
          }
          Attempts attempts = attempts(model, deadline, context);
          var unused =
              streamUntilReady(new Streamed(request, deadline, advice, context), attempts, false)
                  .whenComplete(
                      (all, failure) -> {
                        streams.ended();
                        if (failure == null) {
                          answers.complete(all);
                        } else {
                          answers.completeExceptionally(Failures.unwrapped(failure));
                        }
                      });
          return true;
        });
    return answers;
  }

  private Attempts attempts(ServedModel model, Deadline deadline, Context context) {
    Context before = context.attach();
    try {
      return client.attempts(model, deadline);
    } finally {
      context.detach(before);
    }
  }

  private CompletableFuture<List<ModelInferResponse>> streamUntilReady(
      Streamed streamed, Attempts attempts, boolean knownReady) {
    ServedModel model = attempts.model();
    open.add(attempts);
    var answers = new StreamedAnswers(client.settings().maxMessageBytes());
    streamed
        .context()
        .run(() -> client.stub(attempts, streamed.deadline()).modelStreamInfer(answers));
    answers.send(streamed.request());
    attempts.isHandedOver();
    return answers
        .future()
        .whenComplete(
            (all, thrown) -> {
              open.remove(attempts);
              if (thrown == null) {
                attempts.answeredInWords();
                outages.answered(model);
              }
            })
        .exceptionallyCompose(
            thrown -> {
              Throwable cause = Failures.unwrapped(thrown);
              if (cause instanceof MalformedAnswerException malformed) {
                return CompletableFuture.failedFuture(
                    failures.malformed(model, "streaming", malformed.getMessage()));
              }
              if (cause instanceof StreamedAnswers.FailedException failed) {
                Status reported = Status.UNKNOWN.withDescription(failed.getMessage());
                return afterReport(streamed, attempts, knownReady, reported);
              }
              return CompletableFuture.failedFuture(client.failed(attempts, cause));
            });
  }

  private CompletableFuture<List<ModelInferResponse>> afterReport(
      Streamed streamed, Attempts attempts, boolean knownReady, Status failure) {
    ServedModel model = attempts.model();
    Optional<String> whatToDo = streamed.advice().on(failure.getDescription());
    if (whatToDo.isPresent()) {
      attempts.answeredInWords();
      outages.answered(model);
      return CompletableFuture.failedFuture(
          failures.unusable(
              model,
              "refuses the request: " + failures.detail(failure) + ". " + whatToDo.get(),
              failure));
    }
    attempts.failedInWords(StatusKinds.of(failure, true));
    if (!knownReady) {
      return afterFailure(streamed, attempts, failure);
    }
    attempts.failed(FailureKind.FAILING, failure);
    return CompletableFuture.failedFuture(failing(attempts, FailureKind.FAILING, failure));
  }

  /** Asks the server that failed whether it has the model, and then whoever has it. */
  private CompletableFuture<List<ModelInferResponse>> afterFailure(
      Streamed streamed, Attempts attempts, Status failure) {
    ServedModel model = attempts.model();
    Deadline deadline = streamed.deadline();
    if (deadline.isExpired()) {
      return CompletableFuture.failedFuture(asSaid(attempts, failure));
    }
    return ServerChoice.only(attempts.server())
        .within(streamed.context(), () -> client.modelReady(model, deadline))
        .exceptionallyCompose(StreamedRequests::readyWhereNobodyWasAsked)
        .thenCompose(
            ready -> {
              if (!ready) {
                attempts.failed(FailureKind.MODEL_MISSING, failure);
                attempts.modelIsMissingThere();
                if (!attempts.mayGoElsewhere()) {
                  return CompletableFuture.failedFuture(
                      failures.unavailable(
                          model,
                          FailureKind.MODEL_MISSING,
                          "is not ready: " + failures.detail(failure),
                          failure));
                }
              }
              outages.retried();
              return streamUntilReady(streamed, attempts, ready);
            })
        .exceptionallyCompose(
            thrown ->
                CompletableFuture.failedFuture(
                    Failures.unwrapped(thrown) instanceof ServerUnavailableException unavailable
                            && unavailable.kind() == FailureKind.HANGING
                        // There was no time left to ask; what the model said tells more.
                        ? asSaid(attempts, failure)
                        : thrown));
  }

  /** A server that requests do not go to any more is not asked; then another one is to answer. */
  private static CompletableFuture<Boolean> readyWhereNobodyWasAsked(Throwable thrown) {
    return Failures.unwrapped(thrown) instanceof ServerUnavailableException unavailable
            && unavailable.kind() == FailureKind.CONNECTION_LOST
            && unavailable.server().isEmpty()
        ? CompletableFuture.completedFuture(true)
        : CompletableFuture.failedFuture(thrown);
  }

  /** The model's own failure, when there is no time to ask it again. */
  private ServerUnavailableException asSaid(Attempts attempts, Status failure) {
    FailureKind trouble =
        attempts.trouble() == null ? StatusKinds.of(failure, true) : attempts.trouble();
    attempts.failed(trouble, failure);
    return failing(attempts, trouble, failure);
  }

  private ServerUnavailableException failing(Attempts attempts, FailureKind kind, Status failure) {
    return failures
        .unavailable(attempts.model(), kind, "failed: " + failures.detail(failure), failure)
        .at(attempts.server());
  }
}
