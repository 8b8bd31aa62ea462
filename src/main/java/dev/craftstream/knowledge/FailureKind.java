package dev.craftstream.knowledge;

import java.util.Locale;

/** Why a server does not answer though it may answer later. */
public enum FailureKind {
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
  public enum End {
    /** The server said something about the model. */
    REPLY,
    /** The model answered. */
    ANSWER,
    /** No request has failed for some time; others are answered meanwhile. */
    QUIET
  }

  private final String words;
  private final End end;

  FailureKind(String words, End end) {
    this.words = words;
    this.end = end;
  }

  /** What the model has or does, for a sentence. */
  public String words() {
    return words;
  }

  public End end() {
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
}
