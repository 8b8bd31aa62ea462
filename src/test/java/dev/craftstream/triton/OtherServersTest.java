package dev.craftstream.triton;

import static dev.craftstream.triton.TritonFixtures.craft;
import static dev.craftstream.triton.TritonFixtures.failure;
import static dev.craftstream.triton.TritonFixtures.open;
import static dev.craftstream.triton.TritonFixtures.openEnded;
import static dev.craftstream.triton.TritonFixtures.settings;
import static dev.craftstream.triton.TritonFixtures.vllm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.util.Throwables.getStackTrace;

import dev.craftstream.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelInferResponse;
import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.testing.LogSearch;
import dev.craftstream.triton.client.ServedModel;
import dev.craftstream.triton.client.TritonClient;
import dev.craftstream.triton.client.TritonSettings;
import dev.craftstream.triton.client.TritonSettings.Token;
import dev.craftstream.triton.contract.EmbeddingRequest;
import io.grpc.BindableService;
import io.grpc.Deadline;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the client makes of gRPC servers that are no Triton, or not all of it. */
class OtherServersTest {
  @TempDir private Path folder;

  private Server server;

  @AfterEach
  void stop() {
    server.shutdownNow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"craft", "vllm"})
  void waitsForTritonWhereAServerHasNoSuchService(String contract) throws Exception {
    start();
    ModelCheckpoint checkpoint = contract.equals("craft") ? craft("any") : vllm("any", "other");
    try (KnowledgeQuery query =
        open(settings(endpoint()).modelReadyTimeout(Duration.ofMillis(100)).build())) {
      assertThat(failure(query.ask(openEnded("x"), 1, checkpoint)))
          .isInstanceOfSatisfying(
              ServerUnavailableException.class,
              e -> assertThat(e.kind()).isEqualTo(FailureKind.NOT_GRPC))
          .hasMessageContaining("something else than Triton")
          .hasMessageContaining("UNIMPLEMENTED: Method not found");
      assertThat(query.health().models(FailureKind.NOT_GRPC)).isEqualTo(1);

      CompletableFuture<Void> ready = query.ready(checkpoint);
      assertThatThrownBy(() -> ready.get(1, TimeUnit.SECONDS))
          .as("ten times the model-ready time-out")
          .isInstanceOf(TimeoutException.class);
    }
  }

  @Test
  void aServerThatCancelsIsFailing() throws Exception {
    start(
        new GRPCInferenceServiceImplBase() {
          @Override
          public void modelInfer(
              ModelInferRequest request, StreamObserver<ModelInferResponse> answer) {
            answer.onError(Status.CANCELLED.withDescription("stopping").asException());
          }
        });
    try (KnowledgeQuery query = open(settings(endpoint()).build())) {
      assertThat(failure(query.ask(openEnded("x"), 1, craft("any"))))
          .isInstanceOfSatisfying(
              ServerUnavailableException.class,
              e -> assertThat(e.kind()).isEqualTo(FailureKind.FAILING))
          .hasMessageContaining("CANCELLED: stopping");
      // The question, the trial of whether it is the question's fault, and the question once more
      // for another server, of which there is none.
      assertThat(query.health().failures(FailureKind.FAILING)).isEqualTo(3);
      assertThat(query.health().models(FailureKind.FAILING)).isEqualTo(1);
    }
  }

  @Test
  void aRequestThatIsTakenBackIsNoTrouble() throws Exception {
    var asked = new CountDownLatch(1);
    var takenBack = new CountDownLatch(1);
    start(
        new GRPCInferenceServiceImplBase() {
          @Override
          public void modelInfer(
              ModelInferRequest request, StreamObserver<ModelInferResponse> answer) {
            ((ServerCallStreamObserver<ModelInferResponse>) answer)
                .setOnCancelHandler(takenBack::countDown);
            asked.countDown();
          }
        });
    try (KnowledgeQuery query = open(settings(endpoint()).build())) {
      CompletableFuture<?> answer = query.ask(openEnded("x"), 1, craft("any"));
      assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
      answer.cancel(false);
      assertThat(takenBack.await(30, TimeUnit.SECONDS)).isTrue();
      for (FailureKind trouble : FailureKind.values()) {
        assertThat(query.health().failures(trouble)).as(trouble.name()).isZero();
      }
    }
  }

  @Test
  void aRequestThatComesAfterItsDeadlineIsCounted() throws Exception {
    start();
    var embedder = new ServedModel("minilm", "", "");
    try (TritonClient client = TritonClient.open(settings(endpoint()).build())) {
      var passed = Deadline.after(-1, TimeUnit.SECONDS);
      assertThat(failure(EmbeddingRequest.send(client, embedder, "id", List.of("x"), passed)))
          .isInstanceOfSatisfying(
              ServerUnavailableException.class,
              e -> assertThat(e.kind()).isEqualTo(FailureKind.HANGING));
      assertThat(client.health().failures(FailureKind.HANGING)).isEqualTo(1);
      assertThat(client.health().models(FailureKind.HANGING)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"INVALID_ARGUMENT", "UNAUTHENTICATED", "INTERNAL"})
  void aSecretThatTheServerRepeatsIsNotShown(Status.Code code) throws Exception {
    Path token = Files.writeString(folder.resolve("token"), "sesame");
    start(
        () -> ServerInterceptors.intercept(new GRPCInferenceServiceImplBase() {}, repeating(code)));
    TritonSettings settings =
        settings(endpoint())
            .deadline(Duration.ofMillis(500))
            .token(new Token("authorization", "", token.toString()))
            .build();
    try (LogSearch logs = LogSearch.open(Map.of("dev.craftstream", Level.ALL), "sesame");
        KnowledgeQuery query = open(settings)) {
      for (String secret : List.of("sesame", "sesame-2")) {
        Files.writeString(token, secret);
        for (ModelCheckpoint checkpoint : List.of(craft("any"), vllm("any", "other"))) {
          assertThat(failure(query.ask(openEnded("x"), 1, checkpoint)))
              .hasMessageContaining("not with Bearer ***, nor with it cut at ")
              .satisfies(e -> assertThat(getStackTrace(e)).doesNotContain("sesame"));
        }
      }
      assertThat(logs.searched()).isPositive();
      assertThat(logs.found())
          .filteredOn(line -> !line.contains("NettyServerHandler"))
          .as("but for the other end of the connection")
          .isEmpty();
    }
  }

  /**
   * Refuses each call with its authorization in the description, twice: in the middle and where it
   * is cut off.
   */
  private static ServerInterceptor repeating(Status.Code code) {
    return new ServerInterceptor() {
      @Override
      public <Q, A> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String sent =
            headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER));
        String description = "not with " + sent + ", nor with it cut at ";
        call.close(
            code.toStatus()
                .withDescription(
                    description
                        + "-".repeat(1_990 - description.length() - code.name().length())
                        + sent),
            new Metadata());
        return new ServerCall.Listener<>() {};
      }
    };
  }

  private void start(BindableService... services) throws IOException {
    ServerBuilder<?> builder = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create());
    for (BindableService service : services) {
      builder.addService(service);
    }
    server = builder.build().start();
  }

  private String endpoint() {
    return "127.0.0.1:" + server.getPort();
  }
}
