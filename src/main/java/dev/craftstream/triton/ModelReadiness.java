package dev.craftstream.triton;

import dev.craftstream.inference.ModelMetadataResponse;
import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.triton.client.Failures;
import dev.craftstream.triton.client.TritonClient;
import dev.craftstream.triton.contract.InferenceContract.Requirement;
import io.grpc.Deadline;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for one model: for its server as long as it takes, then for the model until the model-ready
 * time-out, and compares its inputs and outputs with those of its contract.
 */
final class ModelReadiness {
  private static final Logger LOG = LoggerFactory.getLogger(ModelReadiness.class);
  private static final Duration POLL_DEADLINE = Duration.ofSeconds(10);
  private static final Duration LOG_EVERY = Duration.ofMinutes(1);

  private final TritonClient client;
  private final Requirement requirement;
  private final CompletableFuture<Void> result = new CompletableFuture<>();
  private final long start = System.nanoTime();

  /** When the server first answered since it was last unreachable; null before. */
  private Long answeredSince;

  private int polls;
  private long minutesLogged;

  private ModelReadiness(TritonClient client, Requirement requirement) {
    this.client = client;
    this.requirement = requirement;
  }

  static CompletableFuture<Void> await(TritonClient client, Requirement requirement) {
    var readiness = new ModelReadiness(client, requirement);
    readiness.poll();
    return readiness.result;
  }

  /** What one poll says: it is over where there is no reason to ask again. */
  private record Verdict(Throwable failure, String reasonToAskAgain) {
    static final Verdict FIT = new Verdict(null, null);

    static Verdict failed(Throwable failure) {
      return new Verdict(failure, null);
    }

    static Verdict askAgain(String reason) {
      return new Verdict(null, reason);
    }
  }

  private void poll() {
    Deadline deadline = Deadline.after(POLL_DEADLINE.toNanos(), TimeUnit.NANOSECONDS);
    var unused =
        client
            .modelReady(requirement.model(), deadline)
            .thenCompose(
                ready ->
                    ready
                        ? client
                            .modelMetadata(requirement.model(), deadline)
                            .thenApply(this::compared)
                        : CompletableFuture.completedFuture(notReady()))
            .exceptionally(thrown -> failed(Failures.unwrapped(thrown)))
            .thenAccept(this::settle);
  }

  private void settle(Verdict verdict) {
    if (verdict.reasonToAskAgain() != null) {
      askAgain(verdict.reasonToAskAgain());
    } else if (verdict.failure() != null) {
      result.completeExceptionally(verdict.failure());
    } else {
      result.complete(null);
    }
  }

  private Verdict compared(ModelMetadataResponse metadata) {
    return requirement
        .signature()
        .lack(metadata)
        .map(
            lack ->
                Verdict.failed(
                    client
                        .failures()
                        .unusable(
                            requirement.model(),
                            "does not fit the "
                                + requirement.contract()
                                + " contract: "
                                + lack
                                + ". Mend the model's configuration or announce it with the"
                                + " contract that it speaks")))
        .orElse(Verdict.FIT);
  }

  private Verdict notReady() {
    return withinTimeout()
        ? Verdict.askAgain("its server says that it is not ready")
        : Verdict.failed(
            client
                .failures()
                .unusable(
                    requirement.model(),
                    "is not ready, "
                        + client.settings().modelReadyTimeout().toMillis() / 1000.0
                        + " s after its server was. Check its name, its version and the server's"
                        + " log, load it, then announce it again"));
  }

  private Verdict failed(Throwable failure) {
    if (client.isClosed() || failure instanceof UnusableAnswerException) {
      return Verdict.failed(failure);
    }
    if (isWithoutServer(failure)) {
      answeredSince = null;
    } else if (!withinTimeout()) {
      // The server is there, but won't say.
      return Verdict.failed(failure);
    }
    return Verdict.askAgain(failure.getMessage());
  }

  private static boolean isWithoutServer(Throwable failure) {
    if (failure instanceof ServerUnavailableException unavailable
        && unavailable.kind() == FailureKind.NOT_GRPC) {
      return true;
    }
    Status.Code code = Status.fromThrowable(failure).getCode();
    return code == Status.Code.UNAVAILABLE || code == Status.Code.DEADLINE_EXCEEDED;
  }

  private void askAgain(String reason) {
    long minutes = (System.nanoTime() - start) / LOG_EVERY.toNanos();
    if (minutes > minutesLogged) {
      minutesLogged = minutes;
      LOG.warn("Waiting for {} for {} min: {}", requirement.model(), minutes, reason);
    }
    var unused =
        client
            .pause(client.backoff(polls++))
            .whenComplete(
                (done, closed) -> {
                  if (closed == null) {
                    poll();
                  } else {
                    result.completeExceptionally(closed);
                  }
                });
  }

  private boolean withinTimeout() {
    long now = System.nanoTime();
    if (answeredSince == null) {
      answeredSince = now;
    }
    return now - answeredSince < client.settings().modelReadyTimeout().toNanos();
  }
}
