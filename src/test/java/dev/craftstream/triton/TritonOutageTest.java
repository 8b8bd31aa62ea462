package dev.craftstream.triton;

import static dev.craftstream.triton.TritonFixtures.await;
import static dev.craftstream.triton.TritonFixtures.craft;
import static dev.craftstream.triton.TritonFixtures.evaluated;
import static dev.craftstream.triton.TritonFixtures.failure;
import static dev.craftstream.triton.TritonFixtures.measured;
import static dev.craftstream.triton.TritonFixtures.open;
import static dev.craftstream.triton.TritonFixtures.openEnded;
import static dev.craftstream.triton.TritonFixtures.settings;
import static dev.craftstream.triton.TritonFixtures.vllm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.craftstream.embedded.TritonServer;
import dev.craftstream.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelInferResponse;
import dev.craftstream.inference.ModelReadyRequest;
import dev.craftstream.inference.ModelReadyResponse;
import dev.craftstream.inference.ModelStreamInferResponse;
import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.Measurement;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.method.Thoughts;
import dev.craftstream.model.Question;
import dev.craftstream.testing.Standstill;
import dev.craftstream.testing.TritonServerExtension;
import dev.craftstream.triton.client.TritonClient;
import dev.craftstream.triton.contract.CraftContract;
import dev.craftstream.triton.contract.InferenceContract;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the client makes of servers that fail, hang, go and come. */
@Tag("integration")
class TritonOutageTest {
  @RegisterExtension
  static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();

  @TempDir Path folder;

  @Test
  void waitsForAServerThatComesLater() throws Exception {
    TritonServer server = TritonServer.start(ownServer("craft_echo"));
    server.kill();

    try (KnowledgeQuery query = open(settings(server.endpoint()).build())) {
      CompletableFuture<Void> ready = query.ready(craft("craft_echo"));
      CompletableFuture<Measurement> answer = query.ask(openEnded("Paris"), 1, craft("craft_echo"));
      await().until(() -> query.health().models(FailureKind.UNREACHABLE) == 1);
      assertThat(answer).isNotDone();

      try (TritonServer again = TritonServer.start(again(server))) {
        assertThat(measured(answer).correctness()).isEqualTo(1);
        await(ready);
        assertThat(again.endpoint()).isEqualTo(server.endpoint());
        assertThat(query.health().models(FailureKind.UNREACHABLE)).isZero();
      }
    }
  }

  @Test
  void asksAServerAgainThatWasKilledWhileItWasAsked() throws Exception {
    var gate = new Gate(folder.resolve("gate"));
    TritonServer server = TritonServer.start(ownServer("hangs"));
    try (KnowledgeQuery query = open(settings(server.endpoint()).build())) {
      CompletableFuture<Measurement> answer =
          query.ask(openEnded(gate.question()), 1, craft("hangs"));
      gate.awaitAsked();
      server.kill();
      gate.forget();

      try (TritonServer again = TritonServer.start(again(server))) {
        gate.awaitAsked();
        gate.open();
        assertThat(measured(answer).samples()).isEqualTo(4);
        assertThat(query.health().retries()).isPositive();
        assertThat(query.health().failures(FailureKind.CONNECTION_LOST)).isEqualTo(1);
        assertThat(query.health().models(FailureKind.CONNECTION_LOST)).isZero();
        assertThat(again.process().isAlive()).isTrue();
      }
    }
  }

  @Test
  void outlivesAServerThatStandsStill() throws Exception {
    try (TritonServer server = TritonServer.start(ownServer("craft_echo"));
        KnowledgeQuery query = open(settings(server.endpoint()).build())) {
      measured(query.ask(openEnded("Paris"), 1, craft("craft_echo")));
      Standstill.begin(server.process().pid());
      CompletableFuture<Measurement> answer = query.ask(openEnded("Paris"), 1, craft("craft_echo"));
      assertThatThrownBy(() -> answer.get(300, TimeUnit.MILLISECONDS)).hasNoCause();
      Standstill.end(server.process().pid());

      assertThat(measured(answer).correctness()).isEqualTo(1);
    }
  }

  @Test
  void leavesASilentServerForAnother() throws Exception {
    try (TritonServer silent = TritonServer.start(ownServer("craft_echo"));
        KnowledgeQuery query =
            open(
                settings(silent.endpoint(), TRITON.endpoint())
                    .keepAlive(Duration.ofSeconds(10), Duration.ofMillis(500))
                    .build())) {
      await().until(() -> askMany(query, 4) && inferences(silent) > 0);
      Standstill.begin(silent.process().pid());
      List<CompletableFuture<Measurement>> answers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        answers.add(query.ask(openEnded("Paris"), 1, craft("craft_echo")));
      }
      for (CompletableFuture<Measurement> answer : answers) {
        assertThat(measured(answer).correctness()).isEqualTo(1);
      }
      assertThat(query.health().retries()).isPositive();
      assertThat(query.health().failures(FailureKind.CONNECTION_LOST)).isPositive();
      silent.kill();
    }
  }

  @Test
  void spreadsRequestsOverAllServersThatItCanFind() throws Exception {
    try (TritonServer other = TritonServer.start(ownServer("craft_echo"));
        KnowledgeQuery query =
            open(
                settings("no-such-host.invalid:8001", TRITON.endpoint(), other.endpoint())
                    .build())) {
      long before = inferences(TRITON.server());
      await().until(() -> askMany(query, 8) && inferences(other) > 0);
      assertThat(askMany(query, 8)).isTrue();
      assertThat(inferences(TRITON.server())).isGreaterThan(before);
    }
  }

  @Test
  void givesUpAtTheDeadlineAndTellsTheServer() throws Exception {
    var gate = new Gate(folder.resolve("gate"));
    var settings = settings(TRITON.endpoint()).deadline(Duration.ofMillis(2_500)).build();
    try (KnowledgeQuery query = open(settings)) {
      // Connected first, so that the deadline is the model's alone; long enough for a busy machine
      // to send the request.
      await(query.ready(craft("hangs")));
      assertThat(failure(query.ask(openEnded(gate.question()), 1, craft("hangs"))))
          .isInstanceOf(ServerUnavailableException.class)
          .hasMessageStartingWith("Model hangs at " + TRITON.endpoint())
          .hasMessageContaining("did not answer within 2.5 s")
          .hasMessageContaining("allow more time")
          .satisfies(isIn(FailureKind.HANGING));
      assertThat(query.health().failures(FailureKind.HANGING)).isEqualTo(1);
      assertThat(query.health().models(FailureKind.HANGING)).isEqualTo(1);
      await(query.ready(craft("hangs")));
      assertThat(query.health().models(FailureKind.HANGING))
          .as("it says that it is ready")
          .isZero();
    }
    gate.awaitCancelled();
  }

  @Test
  void takesBackWhatIsNotWantedAnyMore() throws Exception {
    var gate = new Gate(folder.resolve("gate"));
    try (KnowledgeQuery query = open(settings(TRITON.endpoint()).build())) {
      CompletableFuture<?> answer = query.ask(openEnded(gate.question()), 1, craft("hangs"));
      gate.awaitAsked();
      answer.cancel(false);
      gate.awaitCancelled();
    }
  }

  @Test
  void endsWhatIsInFlightWhenItIsClosed() throws Exception {
    var gate = new Gate(folder.resolve("gate"));
    KnowledgeQuery query = open(settings(TRITON.endpoint()).build());
    CompletableFuture<?> answer = query.ask(openEnded(gate.question()), 1, craft("hangs"));
    CompletableFuture<?> ready = query.ready(craft("no_such_model"));
    gate.awaitAsked();

    query.close();

    assertThat(failure(answer)).isInstanceOf(ServerUnavailableException.class);
    assertThat(failure(ready)).isInstanceOf(ServerUnavailableException.class);
    assertThat(failure(query.ask(openEnded("x"), 1, craft("craft_echo"))))
        .isInstanceOf(ServerUnavailableException.class);
    gate.awaitCancelled();
  }

  @Test
  void saysWhatItWaitedForWhenAModelDoesNotCome() throws Exception {
    var settings = settings(TRITON.endpoint()).deadline(Duration.ofSeconds(1)).build();
    try (KnowledgeQuery query = open(settings)) {
      assertThat(failure(query.ask(openEnded("x"), 1, craft("no_such_model"))))
          .isInstanceOf(ServerUnavailableException.class)
          .hasMessageContaining("is not there: NOT_FOUND")
          .hasMessageContaining("unknown model: 'no_such_model'")
          .satisfies(isIn(FailureKind.MODEL_MISSING));
      assertThat(failure(query.ask(openEnded("x"), 1, craft("craft_echo", "9"))))
          .isInstanceOf(ServerUnavailableException.class)
          .hasMessageStartingWith("Model craft_echo version 9 at ")
          .satisfies(isIn(FailureKind.MODEL_MISSING));
      assertThat(query.health().models(FailureKind.MODEL_MISSING)).isEqualTo(2);
      assertThat(failure(query.ask(openEnded("x"), 1, vllm("no_such_model", "minilm_like"))))
          .isInstanceOf(ServerUnavailableException.class)
          .hasMessageContaining("Model no_such_model")
          .hasMessageContaining("unknown model: 'no_such_model'")
          .satisfies(isIn(FailureKind.MODEL_MISSING));
      assertThat(query.health().failures(FailureKind.UNREACHABLE)).isZero();
    }
  }

  /** Whoever asks decides what waits for the model, and until when. */
  @Test
  void saysLongBeforeTheDeadlineThatAModelIsUnloaded() throws Exception {
    try (KnowledgeQuery query = open(settings(TRITON.endpoint()).build())) {
      measured(query.ask(openEnded("Paris"), 1, craft("craft_echo")));
      TRITON.unload("craft_echo");
      TRITON.unload("vllm_like");
      List<CompletableFuture<Measurement>> asked = new ArrayList<>();
      long started = System.nanoTime();
      for (int i = 0; i < 16; i++) {
        asked.add(
            query.ask(
                openEnded("Paris"),
                1,
                i % 2 == 0 ? craft("craft_echo") : vllm("vllm_like", "minilm_like")));
      }
      for (CompletableFuture<Measurement> answer : asked) {
        assertThat(failure(answer)).satisfies(isIn(FailureKind.MODEL_MISSING));
      }
      // It takes 0.3 s on an idle machine; the deadline is a minute.
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(15));
      assertThat(query.health().models(FailureKind.MODEL_MISSING)).isEqualTo(2);
      CompletableFuture<Void> ready = query.ready(vllm("vllm_like", "minilm_like"));
      assertThat(ready).isNotDone();

      TRITON.load("craft_echo");
      TRITON.load("vllm_like");

      await(ready);
      assertThat(measured(query.ask(openEnded("Paris"), 1, craft("craft_echo"))).correctness())
          .isEqualTo(1);
      assertThat(
              measured(query.ask(openEnded("Paris"), 1, vllm("vllm_like", "minilm_like")))
                  .samples())
          .isEqualTo(4);
      assertThat(query.health().models(FailureKind.MODEL_MISSING)).isZero();
    } finally {
      TRITON.load("craft_echo");
      TRITON.load("vllm_like");
    }
  }

  /** Triton says UNAVAILABLE while a model is being unloaded, and NOT_FOUND after that. */
  @Test
  void saysSoWhileTheModelIsBeingUnloaded() throws Exception {
    var gate = new Gate(folder.resolve("gate"));
    try (TritonServer server = TritonServer.start(ownServer("hangs"));
        KnowledgeQuery query = open(settings(server.endpoint()).build())) {
      CompletableFuture<Measurement> running =
          query.ask(openEnded(gate.question()), 1, craft("hangs"));
      gate.awaitAsked();
      HttpClient.newHttpClient()
          .sendAsync(
              HttpRequest.newBuilder(server.http().resolve("/v2/repository/models/hangs/unload"))
                  .POST(HttpRequest.BodyPublishers.noBody())
                  .build(),
              BodyHandlers.discarding());
      await()
          .until(
              () ->
                  HttpClient.newHttpClient()
                          .send(
                              HttpRequest.newBuilder(
                                      server.http().resolve("/v2/models/hangs/ready"))
                                  .build(),
                              BodyHandlers.discarding())
                          .statusCode()
                      != 200);
      long started = System.nanoTime();
      assertThat(failure(query.ask(openEnded("x"), 1, craft("hangs"))))
          .satisfies(isIn(FailureKind.MODEL_MISSING));
      // It takes 0.3 s on an idle machine; the deadline is a minute.
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(15));
      gate.open();
      assertThat(measured(running).samples()).isEqualTo(4);
    }
  }

  @Test
  void leavesAModelThatRaisesToAnotherAttempt() throws Exception {
    try (KnowledgeQuery query = open(settings(TRITON.endpoint()).build())) {
      assertThat(failure(query.ask(openEnded("x"), 1, craft("fails"))))
          .isInstanceOf(ServerUnavailableException.class)
          .hasMessageContaining("Model fails")
          .hasMessageContaining("the dog ate the weights")
          .satisfies(isIn(FailureKind.FAILING));
      assertThat(query.health().retries()).isZero();
    }
  }

  @Test
  void refusesMessagesThatAreTooLarge() throws Exception {
    var settings = settings(TRITON.endpoint()).maxMessageBytes(1 << 20).build();
    try (KnowledgeQuery query = open(settings);
        TritonClient client = TritonClient.open(settings)) {
      assertThat(failure(query.ask(openEnded("x".repeat(1 << 20)), 1, craft("craft_echo"))))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContaining("can't be sent a request of")
          .hasMessageContaining("1048576 are allowed");
      CompletableFuture<?> large =
          new CraftContract(Thoughts.NONE)
              .sample(
                  client,
                  craft("nonsense").serving(),
                  new InferenceContract.SampleQuery(
                      "id", "large", List.of(1L, 2L), 1, 5, List.of(), true),
                  client.deadline());
      assertThat(failure(large))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContaining("sent too large an answer")
          .hasMessageContaining("1048576");
    }
  }

  @Test
  void waitsForRoomInAFullQueue() throws Exception {
    try (KnowledgeQuery query = open(settings(TRITON.endpoint()).build())) {
      List<CompletableFuture<Measurement>> answers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        answers.add(query.ask(openEnded("Paris"), 1, craft("narrow")));
      }
      for (CompletableFuture<Measurement> answer : answers) {
        assertThat(measured(answer).correctness()).isEqualTo(1);
      }
      assertThat(query.health().failures(FailureKind.OVERLOADED)).isPositive();
      assertThat(query.health().models(FailureKind.OVERLOADED))
          .as("until it is quiet")
          .isEqualTo(1);
    }
  }

  @Test
  void saysThatAServerHasNoRoom() throws Exception {
    Server busy =
        server(
            new GRPCInferenceServiceImplBase() {
              @Override
              public void modelInfer(
                  ModelInferRequest request, StreamObserver<ModelInferResponse> answer) {
                answer.onError(
                    Status.RESOURCE_EXHAUSTED.withDescription("come later").asException());
              }
            });
    var settings = settings(endpoint(busy)).deadline(Duration.ofSeconds(1)).build();
    try (KnowledgeQuery query = open(settings)) {
      assertThat(failure(query.ask(openEnded("x"), 1, craft("any"))))
          .isInstanceOf(ServerUnavailableException.class)
          .hasMessageContaining("come later")
          .satisfies(isIn(FailureKind.OVERLOADED));
      assertThat(query.health().failures(FailureKind.OVERLOADED)).isGreaterThan(1);
    } finally {
      busy.shutdownNow();
    }
  }

  /** As where so little time is left for the last attempt that the server sees it pass. */
  @Test
  void saysWhatItSawBeforeWhereTheLastAttemptHadNoTime() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    Server server =
        server(
            new GRPCInferenceServiceImplBase() {
              @Override
              public void modelInfer(
                  ModelInferRequest request, StreamObserver<ModelInferResponse> answer) {
                answer.onError(
                    asked.incrementAndGet() < 3
                        ? Status.NOT_FOUND.withDescription("no such model").asException()
                        : Status.DEADLINE_EXCEEDED.asException());
              }

              @Override
              public StreamObserver<ModelInferRequest> modelStreamInfer(
                  StreamObserver<ModelStreamInferResponse> answer) {
                answer.onNext(
                    ModelStreamInferResponse.newBuilder()
                        .setErrorMessage("Request for unknown model: 'any' is not found")
                        .build());
                answer.onCompleted();
                return new Ignoring<>();
              }

              @Override
              public void modelReady(
                  ModelReadyRequest request, StreamObserver<ModelReadyResponse> answer) {
                answer.onError(Status.DEADLINE_EXCEEDED.asException());
              }
            });
    try (KnowledgeQuery query = open(settings(endpoint(server)).build())) {
      assertThat(failure(query.ask(openEnded("x"), 1, craft("any"))))
          .isInstanceOf(ServerUnavailableException.class)
          .hasMessageContaining("no such model")
          .satisfies(isIn(FailureKind.MODEL_MISSING));
      assertThat(query.health().failures(FailureKind.HANGING)).isZero();
      assertThat(failure(query.ask(openEnded("x"), 1, vllm("any", "minilm_like"))))
          .isInstanceOf(ServerUnavailableException.class)
          .hasMessageContaining("unknown model: 'any'")
          .satisfies(isIn(FailureKind.MODEL_MISSING));
    } finally {
      server.shutdownNow();
    }
  }

  @Test
  void takesBackAStreamThatWasSentAgain() throws Exception {
    AtomicInteger streams = new AtomicInteger();
    CountDownLatch sentAgain = new CountDownLatch(1);
    CountDownLatch takenBack = new CountDownLatch(1);
    Server server =
        server(
            new GRPCInferenceServiceImplBase() {
              @Override
              public StreamObserver<ModelInferRequest> modelStreamInfer(
                  StreamObserver<ModelStreamInferResponse> answer) {
                if (streams.incrementAndGet() > 1) {
                  ((ServerCallStreamObserver<?>) answer).setOnCancelHandler(takenBack::countDown);
                  sentAgain.countDown();
                  return new Ignoring<>();
                }
                answer.onError(
                    Status.UNAVAILABLE
                        .withDescription("Exceeds maximum queue size")
                        .asRuntimeException());
                return new Ignoring<>();
              }

              @Override
              public void modelReady(
                  ModelReadyRequest request, StreamObserver<ModelReadyResponse> answer) {
                answer.onNext(ModelReadyResponse.getDefaultInstance());
                answer.onCompleted();
              }
            });
    // Longer than is waited for, since the deadline ends the stream, too.
    var settings = settings(endpoint(server)).deadline(Duration.ofMinutes(10)).build();
    try (KnowledgeQuery query = open(settings)) {
      Question question = evaluated(openEnded("x"));
      CompletableFuture<?> answer = query.ask(question, 1, vllm("any", "minilm_like"));
      assertThat(sentAgain.await(1, TimeUnit.MINUTES)).isTrue();
      answer.cancel(false);
      assertThat(takenBack.await(1, TimeUnit.MINUTES)).isTrue();
    } finally {
      server.shutdownNow();
    }
  }

  /** Of a client that only sends its request. */
  private static final class Ignoring<T> implements StreamObserver<T> {
    @Override
    public void onNext(T value) {}

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {}
  }

  private static Server server(GRPCInferenceServiceImplBase service) throws IOException {
    return Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
        .addService(service)
        .build()
        .start();
  }

  private static String endpoint(Server server) {
    return "127.0.0.1:" + server.getPort();
  }

  static Stream<Arguments> noGrpcServers() {
    return Stream.of(
        Arguments.of("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", FailureKind.NOT_GRPC),
        Arguments.of("\0\1\2 what is this? \3\4\5\6", FailureKind.NOT_GRPC),
        Arguments.of("", FailureKind.UNREACHABLE));
  }

  @ParameterizedTest
  @MethodSource("noGrpcServers")
  void waitsWhereSomethingElseListens(String bytes, FailureKind trouble) throws Exception {
    byte[] garbage = bytes.getBytes(StandardCharsets.ISO_8859_1);
    try (ServerSocket port = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread writer = new Thread(() -> answerAll(port, garbage), "garbage");
      writer.setDaemon(true);
      writer.start();
      var settings =
          settings("127.0.0.1:" + port.getLocalPort()).deadline(Duration.ofSeconds(3)).build();
      try (KnowledgeQuery query = open(settings)) {
        CompletableFuture<Measurement> answer = query.ask(openEnded("x"), 1, craft("any"));
        await().until(() -> query.health().models(trouble) == 1);
        assertThat(failure(answer))
            .isInstanceOf(ServerUnavailableException.class)
            .satisfies(isIn(trouble));
      }
    }
  }

  /** Sends the bytes to whoever connects, until the port is closed. */
  private static void answerAll(ServerSocket port, byte[] bytes) {
    while (!port.isClosed()) {
      try (Socket connection = port.accept()) {
        connection.getOutputStream().write(bytes);
        connection.getOutputStream().flush();
        // What the client sends first; else closing resets the connection before it has read.
        connection.getInputStream().read(new byte[1_000]);
      } catch (IOException closed) {
        // The next one.
      }
    }
  }

  private static ThrowingConsumer<Throwable> isIn(FailureKind trouble) {
    return failure -> assertThat(((ServerUnavailableException) failure).kind()).isEqualTo(trouble);
  }

  private TritonServer.Settings ownServer(String... models) {
    return TRITON.ownServer(folder, models);
  }

  private static TritonServer.Settings again(TritonServer server) {
    return server.settings().withPorts(server.ports());
  }

  private static boolean askMany(KnowledgeQuery query, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      measured(query.ask(openEnded("Paris"), 1, craft("craft_echo")));
    }
    return true;
  }

  /** How many requests to craft_echo the server has answered. */
  private static long inferences(TritonServer server) throws IOException, InterruptedException {
    String metrics =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(server.metrics()).build(), BodyHandlers.ofString())
            .body();
    return metrics
        .lines()
        .filter(line -> line.startsWith("nv_inference_request_success{model=\"craft_echo\""))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** Files by which a test talks to the model "hangs". */
  private record Gate(Path path) {
    String question() {
      return "gate: " + path;
    }

    void awaitAsked() {
      await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(file("asked")));
    }

    void awaitCancelled() {
      await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(file("cancelled")));
    }

    void open() throws IOException {
      Files.createFile(file("open"));
    }

    void forget() throws IOException {
      Files.delete(file("asked"));
    }

    private Path file(String what) {
      return path.resolveSibling(path.getFileName() + "." + what);
    }
  }
}
