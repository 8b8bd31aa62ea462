package dev.craftstream.triton.client;

import dev.craftstream.inference.GRPCInferenceServiceGrpc;
import dev.craftstream.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import dev.craftstream.inference.InferParameter;
import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelInferResponse;
import dev.craftstream.inference.ModelMetadataRequest;
import dev.craftstream.inference.ModelMetadataResponse;
import dev.craftstream.inference.ModelReadyRequest;
import dev.craftstream.inference.ModelReadyResponse;
import dev.craftstream.inference.ServerLiveRequest;
import dev.craftstream.inference.ServerLiveResponse;
import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.ServerHealth;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.knowledge.UnusableAnswerException;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ConnectivityState;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.StreamObserver;
import java.io.File;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests of the inference protocol. Never blocks; its futures fail with {@link
 * UnusableAnswerException} or {@link ServerUnavailableException} only.
 *
 * <p>gRPC's own channel does the work: it spreads requests over the servers, waits for one to be
 * there, sends again what a server or the connection failed to answer, with growing pauses, until
 * the request's deadline, and probes silent connections.
 */
public final class TritonClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TritonClient.class);

  /** Enough that the deadline always comes first. */
  private static final int MAX_ATTEMPTS = 1_000_000;

  private static final double BACKOFF_MULTIPLIER = 2;
  private static final int MAX_METADATA_BYTES = 64 << 10;
  private static final Duration CLOSING_PATIENCE = Duration.ofSeconds(5);
  private static final String SERVICE = GRPCInferenceServiceGrpc.SERVICE_NAME;

  private static final List<Status.Code> RETRIED =
      List.of(
          Status.Code.UNAVAILABLE,
          Status.Code.RESOURCE_EXHAUSTED,
          Status.Code.ABORTED,
          // A model that is being exchanged is not there for a while.
          Status.Code.NOT_FOUND,
          // A token or certificate that is being exchanged may come too late.
          Status.Code.UNAUTHENTICATED,
          Status.Code.PERMISSION_DENIED);

  private final TritonSettings settings;
  private final Failures failures;
  private final ManagedChannel channel;
  private final GRPCInferenceServiceStub inference;
  private final Outages outages;
  private final Set<Attempts> open = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService timer;
  private final Set<Pause> pauses = ConcurrentHashMap.newKeySet();
  private final StreamLimit streams;

  private TritonClient(TritonSettings settings) {
    WireLog.withoutHeaders();
    this.settings = settings;
    SentSecrets secrets = new SentSecrets();
    this.failures = new Failures(settings, secrets);
    this.outages = new Outages(LOG, settings.servers(), System::nanoTime);
    this.channel = channel(settings);
    var stub = GRPCInferenceServiceGrpc.newStub(channel);
    this.inference =
        settings.token().present()
            ? stub.withCallCredentials(new TokenCredentials(settings.token(), secrets))
            : stub;
    this.streams = new StreamLimit(settings.streamsInFlight());
    this.timer = timer();
  }

  /**
   * Connects when it is first asked.
   *
   * @throws IllegalStateException where a file or a variable that the settings name is missing
   */
  public static TritonClient open(TritonSettings settings) {
    return new TritonClient(settings);
  }

  /** One request, one answer. */
  public CompletableFuture<ModelInferResponse> infer(
      ServedModel model, ModelInferRequest request, Deadline deadline) {
    Optional<UnusableAnswerException> tooLarge = tooLarge(model, request);
    return tooLarge.isPresent()
        ? CompletableFuture.failedFuture(tooLarge.get())
        : unary(model, deadline, outages::answered, (stub, to) -> stub.modelInfer(request, to));
  }

  /**
   * One request to a decoupled model; all of its answers that have outputs. It waits for its turn
   * where as many are under way as the settings allow.
   *
   * <p>The protocol reports a failure within a stream as a text without a code. (With the header
   * {@code triton_grpc_error} a code comes, which is INTERNAL for all that vLLM raises, so that it
   * tells nothing; and Triton 2.51 crashed with it when streams failed and were cancelled at once.)
   * Which failures are the request's fault is told by the contract. For the others the server is
   * asked: as long as it says that the model is not ready, the request is sent again. Where it is
   * ready, it may have got so since: then the request is sent once more, and the failure of that is
   * final.
   */
  public CompletableFuture<List<ModelInferResponse>> streamInfer(
      ServedModel model, ModelInferRequest request, Deadline deadline, ErrorAdvice advice) {
    ModelInferRequest marked =
        request.toBuilder()
            .putParameters(
                "triton_enable_empty_final_response",
                InferParameter.newBuilder().setBoolParam(true).build())
            .build();
    Optional<UnusableAnswerException> tooLarge = tooLarge(model, marked);
    if (tooLarge.isPresent()) {
      return CompletableFuture.failedFuture(tooLarge.get());
    }
    CompletableFuture<List<ModelInferResponse>> answers = new CompletableFuture<>();
    Context context = Context.current();
    streams.start(
        () -> {
          if (context.isCancelled() || isClosed()) {
            answers.completeExceptionally(closed());
            return false;
          }
          Attempts attempts = attempts(model, deadline);
          var unused =
              streamUntilReady(new Streamed(marked, deadline, advice, context), attempts, 0, false)
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

  /**
   * A streamed request.
   *
   * @param context what takes all of its attempts back
   */
  private record Streamed(
      ModelInferRequest request, Deadline deadline, ErrorAdvice advice, Context context) {}

  /** Whether the model can be asked; also false where it does not exist. */
  public CompletableFuture<Boolean> modelReady(ServedModel model, Deadline deadline) {
    var request =
        ModelReadyRequest.newBuilder().setName(model.name()).setVersion(model.version()).build();
    return this.<ModelReadyResponse>unary(
            model, deadline, outages::replied, (stub, to) -> stub.modelReady(request, to))
        .thenApply(ModelReadyResponse::getReady);
  }

  /** The model's inputs and outputs. */
  public CompletableFuture<ModelMetadataResponse> modelMetadata(
      ServedModel model, Deadline deadline) {
    var request =
        ModelMetadataRequest.newBuilder().setName(model.name()).setVersion(model.version()).build();
    return unary(model, deadline, outages::replied, (stub, to) -> stub.modelMetadata(request, to));
  }

  /** What {@code reading} makes of an answer; its fault becomes the future's failure. */
  public <T> CompletableFuture<T> read(ServedModel model, String contract, Reading<T> reading) {
    try {
      return CompletableFuture.completedFuture(reading.read());
    } catch (MalformedAnswerException e) {
      return CompletableFuture.failedFuture(failures.malformed(model, contract, e.getMessage()));
    }
  }

  /** Reads an answer. */
  public interface Reading<T> {
    public T read() throws MalformedAnswerException;
  }

  /** Completes after {@code duration}; fails when the client is closed. */
  public CompletableFuture<Void> pause(Duration duration) {
    var pause = new Pause();
    pauses.add(pause);
    try {
      var unused = timer.schedule(pause, duration.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      pause.end(closed());
    }
    return pause.over;
  }

  /** The pause before attempt {@code attempt} + 1, counted from 0: doubles, with a random part. */
  public Duration backoff(int attempt) {
    double initial = settings.retryInitialBackoff().toNanos();
    double grown = initial * Math.pow(BACKOFF_MULTIPLIER, Math.min(attempt, 60));
    double most = Math.min(grown, (double) settings.retryMaxBackoff().toNanos());
    return Duration.ofNanos((long) (most * ThreadLocalRandom.current().nextDouble(0.8, 1.2)));
  }

  /** A deadline for one question, from now on. */
  public Deadline deadline() {
    return Deadline.after(settings.deadline().toNanos(), TimeUnit.NANOSECONDS);
  }

  public TritonSettings settings() {
    return settings;
  }

  public Failures failures() {
    return failures;
  }

  /** Counts answers that had no text behind their thought. */
  public void countEmptyAnswers(long more) {
    outages.emptyAnswers(more);
  }

  public ServerHealth health() {
    return outages;
  }

  public boolean isClosed() {
    return channel.isShutdown();
  }

  /** Ends all requests in flight; their futures fail. */
  @Override
  public void close() {
    outages.close();
    channel.shutdownNow();
    timer.shutdownNow();
    pauses.forEach(pause -> pause.end(closed()));
    try {
      channel.awaitTermination(CLOSING_PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ServerUnavailableException closed() {
    return new ServerUnavailableException(
        FailureKind.CONNECTION_LOST, "The client of " + settings.servers() + " was closed.", null);
  }

  private Optional<UnusableAnswerException> tooLarge(ServedModel model, ModelInferRequest request) {
    int size = request.getSerializedSize();
    return size <= settings.maxMessageBytes()
        ? Optional.empty()
        : Optional.of(
            failures.unusable(
                model,
                "can't be sent a request of "
                    + size
                    + " bytes, since "
                    + settings.maxMessageBytes()
                    + " are allowed. Shorten the question or the prompt, or raise the limit on"
                    + " messages"));
  }

  private interface UnaryCall<T> {
    void start(GRPCInferenceServiceStub stub, StreamObserver<T> answer);
  }

  /**
   * @param success what an answer says of the model's health
   */
  private <T> CompletableFuture<T> unary(
      ServedModel model, Deadline deadline, Consumer<ServedModel> success, UnaryCall<T> call) {
    var future = new CompletableFuture<T>();
    var attempts = attempts(model, deadline);
    call.start(
        stub(attempts, deadline),
        new StreamObserver<>() {
          private T answer;

          @Override
          public void onNext(T value) {
            answer = value;
          }

          @Override
          public void onError(Throwable error) {
            future.completeExceptionally(failed(attempts, error));
          }

          @Override
          public void onCompleted() {
            open.remove(attempts);
            success.accept(model);
            future.complete(answer);
          }
        });
    return future;
  }

  private Attempts attempts(ServedModel model, Deadline deadline) {
    var attempts = new Attempts(model, outages, failures, deadline);
    open.add(attempts);
    return attempts;
  }

  private Exception failed(Attempts attempts, Throwable error) {
    open.remove(attempts);
    Exception failure = failures.of(attempts.model(), error, attempts);
    if (failure instanceof UnusableAnswerException) {
      // The server is well enough to say so.
      outages.answered(attempts.model());
    }
    return failure;
  }

  private CompletableFuture<List<ModelInferResponse>> streamUntilReady(
      Streamed streamed, Attempts attempts, int attempt, boolean knownReady) {
    ServedModel model = attempts.model();
    open.add(attempts);
    var answers = new StreamedAnswers(settings.maxMessageBytes());
    streamed.context().run(() -> stub(attempts, streamed.deadline()).modelStreamInfer(answers));
    answers.send(streamed.request());
    return answers
        .future()
        .whenComplete(
            (all, thrown) -> {
              open.remove(attempts);
              if (thrown == null) {
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
                return afterReport(streamed, attempts, attempt, knownReady, reported);
              }
              return CompletableFuture.failedFuture(failed(attempts, cause));
            });
  }

  private CompletableFuture<List<ModelInferResponse>> afterReport(
      Streamed streamed, Attempts attempts, int attempt, boolean knownReady, Status failure) {
    ServedModel model = attempts.model();
    Optional<String> whatToDo = streamed.advice().on(failure.getDescription());
    if (whatToDo.isPresent()) {
      outages.answered(model);
      return CompletableFuture.failedFuture(
          failures.unusable(
              model,
              "refuses the request: " + failures.detail(failure) + ". " + whatToDo.get(),
              failure));
    }
    if (!knownReady) {
      return afterFailure(streamed, attempts, attempt, failure);
    }
    attempts.failed(FailureKind.FAILING, failure);
    return CompletableFuture.failedFuture(
        failures.unavailable(
            model, FailureKind.FAILING, "failed: " + failures.detail(failure), failure));
  }

  private CompletableFuture<List<ModelInferResponse>> afterFailure(
      Streamed streamed, Attempts attempts, int attempt, Status failure) {
    ServedModel model = attempts.model();
    Deadline deadline = streamed.deadline();
    if (deadline.isExpired()) {
      return CompletableFuture.failedFuture(asSaid(attempts, failure));
    }
    return modelReady(model, deadline)
        .thenCompose(
            ready -> {
              if (!ready) {
                attempts.failed(FailureKind.MODEL_MISSING, failure);
              }
              Duration pause = ready ? Duration.ZERO : backoff(attempt);
              if (deadline.timeRemaining(TimeUnit.NANOSECONDS) <= pause.toNanos()) {
                return CompletableFuture.failedFuture(
                    failures.unavailable(
                        model,
                        FailureKind.MODEL_MISSING,
                        "is not ready: " + failures.detail(failure),
                        failure));
              }
              return pause(pause)
                  .thenCompose(
                      done -> {
                        outages.retried();
                        return streamUntilReady(streamed, attempts, attempt + 1, ready);
                      });
            })
        .exceptionallyCompose(
            thrown ->
                CompletableFuture.failedFuture(
                    Failures.unwrapped(thrown) instanceof ServerUnavailableException unavailable
                            && unavailable.trouble() == FailureKind.HANGING
                        // There was no time left to ask; what the model said tells more.
                        ? asSaid(attempts, failure)
                        : thrown));
  }

  /** The model's own failure, when there is no time to ask it again. */
  private ServerUnavailableException asSaid(Attempts attempts, Status failure) {
    FailureKind trouble =
        attempts.trouble() == null ? StatusKinds.of(failure, true) : attempts.trouble();
    attempts.failed(trouble, failure);
    return failures.unavailable(
        attempts.model(), trouble, "failed: " + failures.detail(failure), failure);
  }

  private GRPCInferenceServiceStub stub(Attempts attempts, Deadline deadline) {
    return inference
        .withDeadline(deadline)
        .withInterceptors(
            new ClientInterceptor() {
              @Override
              public <Q, A> ClientCall<Q, A> interceptCall(
                  MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
                return next.newCall(method, options.withStreamTracerFactory(attempts));
              }
            });
  }

  /**
   * Looks after the connections now and then. A server that comes back is found within the longest
   * back-off, and not gRPC's two minutes.
   */
  private ScheduledExecutorService timer() {
    var executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              var thread = new Thread(task, "triton-client-timer");
              thread.setDaemon(true);
              return thread;
            });
    long period = settings.retryMaxBackoff().toNanos();
    var unused =
        executor.scheduleWithFixedDelay(
            () -> {
              channel.resetConnectBackoff();
              findOutWhyThereIsNoConnection(period);
              outages.check(this::isAsked);
            },
            period,
            period,
            TimeUnit.NANOSECONDS);
    return executor;
  }

  private boolean isAsked(ServedModel model) {
    return open.stream().anyMatch(attempts -> attempts.model().equals(model));
  }

  /** Requests that wait for a connection don't say why; one that does not wait is told. */
  private void findOutWhyThereIsNoConnection(long patienceNanos) {
    if (open.stream().noneMatch(attempts -> attempts.waitsForConnection(patienceNanos))) {
      return;
    }
    GRPCInferenceServiceGrpc.newStub(channel)
        .withDeadlineAfter(patienceNanos, TimeUnit.NANOSECONDS)
        .serverLive(
            ServerLiveRequest.getDefaultInstance(),
            new StreamObserver<>() {
              @Override
              public void onNext(ServerLiveResponse live) {}

              @Override
              public void onError(Throwable error) {
                if (channel.getState(false) == ConnectivityState.READY) {
                  // There is a connection; what the server says of this call does not matter.
                  return;
                }
                Status status = Status.fromThrowable(error);
                for (Attempts attempts : open) {
                  if (attempts.waitsForConnection(patienceNanos)) {
                    attempts.failed(StatusKinds.ofNoConnection(status), status);
                  }
                }
              }

              @Override
              public void onCompleted() {}
            });
  }

  private static ManagedChannel channel(TritonSettings settings) {
    return Grpc.newChannelBuilder(
            EndpointsNameResolverProvider.target(settings.endpoints()), credentials(settings.tls()))
        .defaultLoadBalancingPolicy("round_robin")
        .defaultServiceConfig(serviceConfig(settings))
        .disableServiceConfigLookUp()
        .maxRetryAttempts(MAX_ATTEMPTS)
        // A request that does not fit into these would not be sent again.
        .perRpcBufferLimit(settings.maxMessageBytes() + (1L << 20))
        .retryBufferSize(Long.MAX_VALUE)
        .maxInboundMessageSize(settings.maxMessageBytes())
        // A failed model's message holds its stack.
        .maxInboundMetadataSize(MAX_METADATA_BYTES)
        .keepAliveTime(settings.keepAliveTime().toMillis(), TimeUnit.MILLISECONDS)
        .keepAliveTimeout(settings.keepAliveTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .build();
  }

  private static ChannelCredentials credentials(TritonSettings.Tls tls) {
    if (!tls.enabled()) {
      return InsecureChannelCredentials.create();
    }
    TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
    try {
      if (!tls.trustFile().isBlank()) {
        credentials.trustManager(new File(tls.trustFile()));
      }
      if (!tls.certificateFile().isBlank()) {
        credentials.keyManager(new File(tls.certificateFile()), new File(tls.keyFile()));
      }
    } catch (IOException e) {
      throw new IllegalStateException(
          "A certificate for Triton can't be read on this machine: " + e.getMessage(), e);
    }
    return credentials.build();
  }

  private static Map<String, Object> serviceConfig(TritonSettings settings) {
    return Map.of(
        "methodConfig",
        List.of(
            methodConfig(settings, RETRIED, "ModelInfer", "ModelStreamInfer"),
            methodConfig(
                settings, List.of(Status.Code.UNAVAILABLE), "ModelReady", "ModelMetadata")));
  }

  private static Map<String, Object> methodConfig(
      TritonSettings settings, List<Status.Code> retried, String... methods) {
    return Map.of(
        "name",
        Arrays.stream(methods).map(method -> Map.of("service", SERVICE, "method", method)).toList(),
        "waitForReady",
        true,
        "retryPolicy",
        Map.of(
            "maxAttempts",
            (double) MAX_ATTEMPTS,
            "initialBackoff",
            seconds(settings.retryInitialBackoff()),
            "maxBackoff",
            seconds(settings.retryMaxBackoff()),
            "backoffMultiplier",
            BACKOFF_MULTIPLIER,
            "retryableStatusCodes",
            retried.stream().map(Status.Code::name).toList()));
  }

  /** A duration as a service config has it. */
  private static String seconds(Duration duration) {
    return BigDecimal.valueOf(duration.toNanos(), 9).toPlainString() + "s";
  }

  /** A wait that ends in time or with the client. */
  private final class Pause implements Runnable {
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    @Override
    public void run() {
      pauses.remove(this);
      over.complete(null);
    }

    void end(Exception failure) {
      pauses.remove(this);
      over.completeExceptionally(failure);
    }
  }
}
