package dev.craftstream.triton.client;

import dev.craftstream.knowledge.FailureKind;
import io.grpc.Status;

/** Tells by a gRPC status and its words which {@link FailureKind} a failed attempt is. */
final class StatusKinds {
  private StatusKinds() {}

  /**
   * What a failed attempt says of the server.
   *
   * @param replied whether the status is the server's own word, and not made of a broken connection
   * @return null where the fault is the request's, or there is none
   */
  static FailureKind of(Status status, boolean replied) {
    String description = status.getDescription() == null ? "" : status.getDescription();
    boolean notGrpc = !replied && isNotGrpc(description);
    return switch (status.getCode()) {
      case OK, INVALID_ARGUMENT, OUT_OF_RANGE, FAILED_PRECONDITION -> null;
      // A proxy without a route and a server without the service say so as well.
      case UNIMPLEMENTED -> replied && isDecoupled(description) ? null : FailureKind.NOT_GRPC;
      case DEADLINE_EXCEEDED -> FailureKind.HANGING;
      case CANCELLED ->
          isOwnCancellation(status, replied)
              ? null
              : replied ? FailureKind.FAILING : FailureKind.CONNECTION_LOST;
      case RESOURCE_EXHAUSTED -> isTooLarge(description) ? null : FailureKind.OVERLOADED;
      case NOT_FOUND -> FailureKind.MODEL_MISSING;
      case UNAUTHENTICATED, PERMISSION_DENIED -> FailureKind.ACCESS_DENIED;
      default -> {
        if (!replied) {
          yield notGrpc ? FailureKind.NOT_GRPC : FailureKind.CONNECTION_LOST;
        }
        yield isFullQueue(description)
            ? FailureKind.OVERLOADED
            : isUnknownModel(description) ? FailureKind.MODEL_MISSING : FailureKind.FAILING;
      }
    };
  }

  /** Why there is no connection, by the status of a request that waited for one or found none. */
  static FailureKind ofNoConnection(Status status) {
    return status.getDescription() != null && isNotGrpc(status.getDescription())
        ? FailureKind.NOT_GRPC
        : FailureKind.UNREACHABLE;
  }

  /** gRPC's own limit on messages has the same code as a server that is busy. */
  static boolean isTooLarge(String description) {
    return description.startsWith("gRPC message exceeds maximum size");
  }

  /**
   * Whether the client took the request back. Else the server said CANCELLED, or reset the stream
   * with that code; what comes over the wire has no Java cause.
   */
  private static boolean isOwnCancellation(Status status, boolean replied) {
    String description = status.getDescription();
    boolean reset = description != null && description.startsWith("RST_STREAM");
    return status.getCause() != null || !(replied || reset);
  }

  /** Triton's words when a model's queue is full, or a request was too long in it. */
  private static boolean isFullQueue(String description) {
    return description.contains("Exceeds maximum queue size")
        || description.contains("Request timeout expired");
  }

  /** Triton's words, also while a model is being loaded or unloaded. */
  private static boolean isUnknownModel(String description) {
    return description.contains("Request for unknown model");
  }

  /** Triton's words when a model that streams is asked for one answer. */
  private static boolean isDecoupled(String description) {
    return description.contains("decoupled transaction policy");
  }

  /** gRPC's words for an HTTP answer without gRPC in it, and for what is no HTTP/2 at all. */
  private static boolean isNotGrpc(String description) {
    return description.startsWith("HTTP status code") || description.contains("http2 exception");
  }
}
