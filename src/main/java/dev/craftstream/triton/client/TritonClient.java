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
import dev.craftstream.knowledge.BackOff;
import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.ServerHealth;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.knowledge.UnusableAnswerException;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
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
 * the request's deadline, and probes silent connections. It does not wait for a model that its
 * server does not have: where no other server has it either, a request fails within a second.
 */
public final class TritonClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TritonClient.class);

  private static final Duration CLOSING_PATIENCE = Duration.ofSeconds(5);
  private final TritonSettings settings;
  private final Failures failures;
  private final ManagedChannel channel;
  private final GRPCInferenceServiceStub inference;
  private final Outages outages;
  private final AnsweringServers answering = new AnsweringServers(System::nanoTime);
  private final Set<Attempts> open = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService timer;
  private final Set<Pause> pauses = ConcurrentHashMap.newKeySet();
  private final StreamedRequests streamed;
  private final ModelForms forms;

  private TritonClient(TritonSettings settings) {
    WireLog.withoutHeaders();
    this.settings = settings;
    SentSecrets secrets = new SentSecrets();
    this.failures = new Failures(settings, secrets);
    StreamLimit streams = new StreamLimit(settings.streamsInFlight());
    this.outages = new Outages(LOG, settings.servers(), System::nanoTime, streams::waiting);
    this.channel = TritonChannel.open(settings);
    var stub = GRPCInferenceServiceGrpc.newStub(channel);
    this.inference =
        settings.token().present()
            ? stub.withCallCredentials(new TokenCredentials(settings.token(), secrets))
            : stub;
    this.streamed = new StreamedRequests(this, outages, failures, open, streams);
    this.timer = timer();
    this.forms = new ModelForms(model -> modelMetadata(model, deadline()), System::nanoTime);
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
        : unary(
            attempts(model, deadline),
            deadline,
            outages::answered,
            (stub, to) -> stub.modelInfer(request, to));
  }

  /**
   * One request to a decoupled model; all of its answers that have outputs. It waits for its turn
   * where as many are under way as the settings allow.
   *
   * <p>The protocol reports a failure within a stream as a text without a code. (With the header
   * {@code triton_grpc_error} a code comes, which is INTERNAL for all that vLLM raises, so that it
   * tells nothing; and Triton 2.51 crashed with it when streams failed and were cancelled at once.)
   * Which failures are the request's fault is told by the contract. For the others the server is
   * asked whether it has the model. Where it has not, the request goes to another server, as long
   * as there is one. Where it has, it may have got it since: then the request is sent once more,
   * and the failure of that is final.
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
    return streamed.start(model, marked, deadline, advice);
  }

  /** Whether the model can be asked; also false where it does not exist. */
  public CompletableFuture<Boolean> modelReady(ServedModel model, Deadline deadline) {
    var request =
        ModelReadyRequest.newBuilder().setName(model.name()).setVersion(model.version()).build();
    return this.<ModelReadyResponse>unary(
            attempts(model, deadline).aboutTheModel(),
            deadline,
            outages::replied,
            (stub, to) -> stub.modelReady(request, to))
        .thenApply(ModelReadyResponse::getReady);
  }

  /** The model's inputs and outputs. */
  public CompletableFuture<ModelMetadataResponse> modelMetadata(
      ServedModel model, Deadline deadline) {
    var request =
        ModelMetadataRequest.newBuilder().setName(model.name()).setVersion(model.version()).build();
    return unary(
        attempts(model, deadline).aboutTheModel(),
        deadline,
        outages::replied,
        (stub, to) -> stub.modelMetadata(request, to));
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
    Duration pause =
        new BackOff(settings.retryInitialBackoff(), settings.retryMaxBackoff()).after(attempt + 1);
    return Duration.ofNanos(
        (long) (pause.toNanos() * ThreadLocalRandom.current().nextDouble(0.8, 1.2)));
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

  /** What models have, without asking for it each time. */
  public ModelForms forms() {
    return forms;
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

  ServerUnavailableException closed() {
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
      Attempts attempts, Deadline deadline, Consumer<ServedModel> success, UnaryCall<T> call) {
    var future = new CompletableFuture<T>();
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
            success.accept(attempts.model());
            future.complete(answer);
          }
        });
    attempts.isHandedOver();
    return future;
  }

  Attempts attempts(ServedModel model, Deadline deadline) {
    var attempts =
        new Attempts(model, ServerChoice.current(), outages, answering, failures, deadline);
    open.add(attempts);
    return attempts;
  }

  Exception failed(Attempts attempts, Throwable error) {
    open.remove(attempts);
    Exception failure = failures.of(attempts.model(), error, attempts);
    if (failure instanceof UnusableAnswerException) {
      // The server is well enough to say so.
      outages.answered(attempts.model());
    }
    return failure;
  }

  GRPCInferenceServiceStub stub(Attempts attempts, Deadline deadline) {
    return inference
        .withDeadline(deadline)
        .withInterceptors(
            new ClientInterceptor() {
              @Override
              public <Q, A> ClientCall<Q, A> interceptCall(
                  MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
                ClientCall<Q, A> call =
                    next.newCall(
                        method,
                        options
                            .withStreamTracerFactory(attempts)
                            .withOption(Attempts.KEY, attempts)
                            .withOption(
                                Attempts.IN_WORDS, !method.getType().serverSendsOneMessage()));
                // Not on the thread that has just seen an attempt end: gRPC is at work there.
                attempts.endBy(() -> end(call));
                return call;
              }
            });
  }

  private void end(ClientCall<?, ?> call) {
    try {
      timer.execute(() -> call.cancel("The model is missing", new CancellationException()));
    } catch (RejectedExecutionException closed) {
      // So is the call, with the channel.
    }
  }

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
            new ConnectionCheck(channel, settings, open, answering, outages),
            period,
            period,
            TimeUnit.NANOSECONDS);
    return executor;
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
