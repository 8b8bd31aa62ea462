package dev.craftstream.triton;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.atomic.LongAdder;

/** Follows the attempts that gRPC makes at one request: counts them, and keeps how they failed. */
final class Attempts extends ClientStreamTracer.Factory {
  private final LongAdder retries;
  private volatile Status lastFailure = Status.OK;

  /**
   * @param retries is increased by each attempt but the first
   */
  Attempts(LongAdder retries) {
    this.retries = retries;
  }

  /** How the last attempt failed that the server or the connection ended; else OK. */
  Status lastFailure() {
    return lastFailure;
  }

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    if (info.getPreviousAttempts() > 0 || info.isTransparentRetry()) {
      retries.increment();
    }
    return new ClientStreamTracer() {
      @Override
      public void streamClosed(Status status) {
        switch (status.getCode()) {
          case OK, CANCELLED, DEADLINE_EXCEEDED -> {}
          default -> lastFailure = status;
        }
      }
    };
  }
}
