package dev.craftstream.triton.client;

import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.Spending;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientStreamTracer;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Follows the attempts that gRPC makes at one request, one after the other: reports how they fail,
 * says which server the next may go to, and ends them where the model is missing. That is to be
 * known at once, for a request that waits for a missing model takes the place of another one's.
 */
final class Attempts extends ClientStreamTracer.Factory {
  /** By which the load balancer finds a request's attempts. */
  static final CallOptions.Key<Attempts> KEY = CallOptions.Key.create("attempts");

  /** Set for requests whose failures come as words within a stream that gRPC takes for good. */
  static final CallOptions.Key<Boolean> IN_WORDS =
      CallOptions.Key.createWithDefault("failures-in-words", false);

  /** How long other servers are tried for a model that the first one doesn't have. */
  private static final long SEARCH_NANOS = Duration.ofMillis(300).toNanos();

  private final ServedModel model;
  private final ServerChoice choice;
  private final Outages outages;
  private final AnsweringServers answering;
  private final Failures failures;
  private final Deadline deadline;

  /** What its attempts are counted by; null where nobody counts. */
  private final Spending spending;

  private final boolean tooLate;
  private final long started = System.nanoTime();
  private final long wholeTime;

  private final Set<String> withoutModel = ConcurrentHashMap.newKeySet();

  private volatile Status lastFailure = Status.OK;
  private volatile FailureKind trouble;
  private volatile String server = "";
  private volatile int servers = 1;
  private volatile long searchedSince;
  private volatile Runnable end = () -> {};

  /** Whether the whole request was given to gRPC, so that it may be ended. */
  private volatile boolean handedOver;

  private volatile boolean isQuestion = true;

  /** Set where the request is ended by its own attempts. */
  private volatile boolean modelIsMissing;

  /** The newest attempt that is not over. */
  private volatile Attempt current;

  /** Newest attempt, be it over. */
  private volatile Attempt newest;

  /**
   * @param choice which servers are asked
   * @param deadline of the request; may have passed before there is anything to try
   */
  Attempts(
      ServedModel model,
      ServerChoice choice,
      Outages outages,
      AnsweringServers answering,
      Failures failures,
      Deadline deadline) {
    this.model = model;
    this.choice = choice;
    this.outages = outages;
    this.answering = answering;
    this.failures = failures;
    this.deadline = deadline;
    this.spending = CostMeter.of(model);
    this.tooLate = deadline.isExpired();
    this.wholeTime = deadline.timeRemaining(TimeUnit.NANOSECONDS);
  }

  ServedModel model() {
    return model;
  }

  ServerChoice choice() {
    return choice;
  }

  /** Whether a server answers this says nothing of whether its model answers questions. */
  Attempts aboutTheModel() {
    isQuestion = false;
    return this;
  }

  /** What ends the request, on whatever thread; not before {@link #isHandedOver}. */
  void endBy(Runnable newEnd) {
    handedOver = false;
    end = newEnd;
  }

  /**
   * The request was given to gRPC as a whole. An attempt can be over before that, and gRPC throws
   * at whoever goes on giving it a request that has ended.
   */
  void isHandedOver() {
    handedOver = true;
    if (modelIsMissing) {
      end.run();
    }
  }

  // ---------------------------------------------------------------- servers

  /** The server of the newest attempt; empty where none had one. */
  String server() {
    return server;
  }

  /** Whether an attempt may go there; where it may go nowhere, it goes anywhere. */
  boolean mayGoTo(String other) {
    return choice.only().isEmpty()
        ? !choice.avoided().contains(other) && !withoutModel.contains(other)
        : choice.only().equals(other);
  }

  /** Whether there is a server that may still be tried. */
  boolean mayGoElsewhere() {
    Set<String> tried = new HashSet<>(choice.avoided());
    tried.addAll(withoutModel);
    tried.add(server);
    return choice.only().isEmpty()
        && tried.size() < servers
        && (searchedSince == 0 || System.nanoTime() - searchedSince < SEARCH_NANOS);
  }

  /**
   * The newest attempt goes to that server.
   *
   * @param among how many there are
   * @param counting of the outlier detection; may be null
   */
  void picked(String newServer, int among, ClientStreamTracer counting) {
    server = newServer;
    servers = among;
    Attempt attempt = newest;
    if (attempt != null) {
      attempt.server = newServer;
      attempt.counting = counting;
    }
  }

  /** The newest attempt's server does not have the model. */
  void modelIsMissingThere() {
    if (searchedSince == 0) {
      searchedSince = System.nanoTime();
    }
    withoutModel.add(server);
  }

  /** Whether no server that was tried has the model, and the request ended for that. */
  boolean modelIsMissing() {
    return modelIsMissing;
  }

  /** The stream of the newest attempt brought an answer. */
  void answeredInWords() {
    Attempt attempt = newest;
    if (attempt != null) {
      attempt.judge(true, null);
    }
  }

  /** It brought a failure. */
  void failedInWords(FailureKind kind) {
    Attempt attempt = newest;
    if (attempt != null) {
      attempt.judge(false, kind);
    }
  }

  // ---------------------------------------------------------------- failures

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
    Attempt attempt = new Attempt(info.getCallOptions().getOption(IN_WORDS));
    newest = attempt;
    current = attempt;
    return attempt;
  }

  private final class Attempt extends ClientStreamTracer {
    private final boolean inWords;
    private volatile String server;
    private volatile ClientStreamTracer counting;
    private volatile boolean sent;
    private volatile boolean replied;
    private volatile long sentAt;

    Attempt(boolean inWords) {
      this.inWords = inWords;
    }

    /**
     * Tells the outlier detection what speaks for or against the server.
     *
     * @param kind of the failure; null where it is the request's
     */
    private void judge(boolean answered, FailureKind kind) {
      if (server == null || !isQuestion) {
        return;
      }
      if (answered) {
        answering.answered(model, server);
      }
      if (counting != null
          && (answered || speaksAgainstServer(kind) && answering.anotherAnswers(model, server))) {
        counting.streamClosed(answered ? Status.OK : Status.UNAVAILABLE);
      }
    }

    private boolean tookMostOfTheTime() {
      return System.nanoTime() - sentAt > wholeTime / 2;
    }

    @Override
    public void streamCreated(Attributes transport, Metadata headers) {
      // On a connection that is there; after a failure gRPC may pause before it sends.
      sentAt = System.nanoTime();
      sent = true;
      if (spending != null && isQuestion) {
        spending.sent();
      }
    }

    @Override
    public void inboundTrailers(Metadata trailers) {
      replied = true;
    }

    @Override
    public void streamClosed(Status status) {
      if (isOwnDeadline(status)) {
        judge(false, FailureKind.HANGING);
        // What the request suffers from is looked at when it is over.
        return;
      }
      if (current == this) {
        current = null;
      }
      if (status.isOk() ? inWords : server == null && !choice.only().isEmpty()) {
        // The words tell; or there was nowhere to go.
        return;
      }
      FailureKind failedBy = StatusKinds.of(status, replied);
      judge(status.isOk(), failedBy);
      if (failedBy != null) {
        failed(failedBy, status);
      }
      if (failedBy == FailureKind.MODEL_MISSING) {
        modelIsMissingThere();
        if (!mayGoElsewhere()) {
          modelIsMissing = true;
          if (handedOver) {
            end.run();
          }
        }
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

  /** A busy server, and one without the model, may be as good as the others. */
  private static boolean speaksAgainstServer(FailureKind kind) {
    return kind == FailureKind.FAILING
        || kind == FailureKind.HANGING
        || kind == FailureKind.CONNECTION_LOST
        || kind == FailureKind.NOT_GRPC;
  }
}
