package dev.craftstream.triton;

import io.grpc.Status;
import java.util.Locale;

/** What keeps a server from answering though it may answer later. */
public enum Trouble {
  /** There is no connection: refused, not routed, or the host name is unknown. */
  UNREACHABLE("can't be reached", End.REPLY),
  /** It was asked and is silent until the deadline. */
  HANGING("does not answer in time", End.REPLY),
  /** It has no room for the request: RESOURCE_EXHAUSTED, or a full queue. */
  OVERLOADED("is overloaded", End.QUIET),
  /** The model, or the version of it, is not loaded. */
  MODEL_MISSING("is not loaded", End.ANSWER),
  /** The connection broke, or went silent, under a request. */
  CONNECTION_LOST("lost the connection", End.REPLY),
  /** What listens there is no gRPC server, or one without Triton's service. */
  NOT_GRPC("has something else than Triton at its address", End.REPLY),
  /** The token or the certificate is not accepted. */
  ACCESS_DENIED("may not be asked", End.REPLY),
  /** The server answers with a failure of its own. */
  FAILING("fails", End.QUIET);

  /** What shows that it is over. */
  enum End {
    /** The server said something about the model. */
    REPLY,
    /** The model answered. */
    ANSWER,
    /** No request has failed for some time; others are answered meanwhile. */
    QUIET
  }

  private final String words;
  private final End end;

  Trouble(String words, End end) {
    this.words = words;
    this.end = end;
  }

  /** What the model has or does, for a sentence. */
  String words() {
    return words;
  }

  End end() {
    return end;
  }

  /** Such as {@code modelMissing}, for the name of a metric. */
  public String camelCase() {
    StringBuilder name = new StringBuilder();
    for (String word : name().toLowerCase(Locale.ROOT).split("_")) {
      name.append(
          name.isEmpty()
              ? word
              : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
    }
    return name.toString();
  }

  /**
   * What a failed attempt says of the server.
   *
   * @param replied whether the status is the server's own word, and not made of a broken connection
   * @return null where the fault is the request's, or there is none
   */
  static Trouble of(Status status, boolean replied) {
    String description = status.getDescription() == null ? "" : status.getDescription();
    boolean notGrpc = !replied && isNotGrpc(description);
    return switch (status.getCode()) {
      case OK, INVALID_ARGUMENT, OUT_OF_RANGE, FAILED_PRECONDITION -> null;
      // A proxy without a route and a server without the service say so as well.
      case UNIMPLEMENTED -> replied && isDecoupled(description) ? null : NOT_GRPC;
      case DEADLINE_EXCEEDED -> HANGING;
      case CANCELLED ->
          isOwnCancellation(status, replied) ? null : replied ? FAILING : CONNECTION_LOST;
      case RESOURCE_EXHAUSTED -> isTooLarge(description) ? null : OVERLOADED;
      case NOT_FOUND -> MODEL_MISSING;
      case UNAUTHENTICATED, PERMISSION_DENIED -> ACCESS_DENIED;
      default -> {
        if (!replied) {
          yield notGrpc ? NOT_GRPC : CONNECTION_LOST;
        }
        yield isFullQueue(description)
            ? OVERLOADED
            : isUnknownModel(description) ? MODEL_MISSING : FAILING;
      }
    };
  }

  /** Why there is no connection, by the status of a request that waited for one or found none. */
  static Trouble ofNoConnection(Status status) {
    return status.getDescription() != null && isNotGrpc(status.getDescription())
        ? NOT_GRPC
        : UNREACHABLE;
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
