package dev.craftstream.triton.client;

import dev.craftstream.knowledge.FailureKind;
import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.TimeUnit;

/** Follows the attempts that gRPC makes at one request, and reports how they fail. */
final class Attempts extends ClientStreamTracer.Factory {
  private final ServedModel model;
  private final Outages outages;
  private final Failures failures;
  private final Deadline deadline;
  private final boolean tooLate;
  private final long started = System.nanoTime();
  private final long wholeTime;

  private volatile Status lastFailure = Status.OK;
  private volatile FailureKind trouble;

  /** The newest attempt that is not over. */
  private volatile Attempt current;

  /**
   * @param deadline of the request; may have passed before there is anything to try
   */
  Attempts(ServedModel model, Outages outages, Failures failures, Deadline deadline) {
    this.model = model;
    this.outages = outages;
    this.failures = failures;
    this.deadline = deadline;
    this.tooLate = deadline.isExpired();
    this.wholeTime = deadline.timeRemaining(TimeUnit.NANOSECONDS);
  }

  ServedModel model() {
    return model;
  }

  /** How the last attempt failed that the server or the connection ended; else OK. */
  Status lastFailure() {
    return lastFailure;
  }

  /** What the last failure was; null where there was none. */
  FailureKind trouble() {
    return trouble;
  }

  /** Whether an attempt waits for a connection and the request is that old. */
  boolean waitsForConnection(long nanos) {
    Attempt attempt = current;
    return attempt != null && !attempt.sent && System.nanoTime() - started >= nanos;
  }

  /** What the request suffers from when its deadline passes; reports it where none has. */
  FailureKind atDeadline(Status status) {
    if (tooLate) {
      // What came before it was answered, and took all the time.
      failed(FailureKind.HANGING, status);
      return FailureKind.HANGING;
    }
    Attempt attempt = current;
    if (attempt != null && attempt.sent && (trouble == null || attempt.tookMostOfTheTime())) {
      failed(FailureKind.HANGING, status);
      return FailureKind.HANGING;
    }
    if (trouble == null) {
      failed(StatusKinds.ofNoConnection(status), status);
    }
    return trouble;
  }

  /** An attempt failed, or was found to have no connection. */
  void failed(FailureKind failedBy, Status status) {
    boolean first = trouble != failedBy;
    trouble = failedBy;
    lastFailure = status;
    outages.failed(model, failedBy, first, failures.detail(status));
  }

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    if (info.getPreviousAttempts() > 0 || info.isTransparentRetry()) {
      outages.retried();
    }
    Attempt attempt = new Attempt();
    current = attempt;
    return attempt;
  }

  private final class Attempt extends ClientStreamTracer {
    private volatile boolean sent;
    private volatile boolean replied;
    private volatile long sentAt;

    private boolean tookMostOfTheTime() {
      return System.nanoTime() - sentAt > wholeTime / 2;
    }

    @Override
    public void streamCreated(Attributes transport, Metadata headers) {
      // On a connection that is there; after a failure gRPC may pause before it sends.
      sentAt = System.nanoTime();
      sent = true;
    }

    @Override
    public void inboundTrailers(Metadata trailers) {
      replied = true;
    }

    @Override
    public void streamClosed(Status status) {
      if (isOwnDeadline(status)) {
        // It is looked at when the request is over.
        return;
      }
      if (current == this) {
        current = null;
      }
      FailureKind failedBy = StatusKinds.of(status, replied);
      if (failedBy != null) {
        failed(failedBy, status);
      }
    }

    /**
     * Whether the request ends with it, for want of time. A server that sees the deadline pass
     * first says so, or cancels; gRPC takes that for the deadline too. The last of many attempts
     * may have had next to no time, so it must not hide what the others failed with.
     */
    private boolean isOwnDeadline(Status status) {
      return switch (status.getCode()) {
        case DEADLINE_EXCEEDED -> true;
        case CANCELLED -> deadline.isExpired();
        default -> false;
      };
    }
  }
}
