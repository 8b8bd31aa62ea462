package dev.craftstream.triton;

import static dev.craftstream.triton.TritonFixtures.craft;
import static dev.craftstream.triton.TritonFixtures.evaluated;
import static dev.craftstream.triton.TritonFixtures.failure;
import static dev.craftstream.triton.TritonFixtures.measured;
import static dev.craftstream.triton.TritonFixtures.open;
import static dev.craftstream.triton.TritonFixtures.openEnded;
import static dev.craftstream.triton.TritonFixtures.settings;
import static dev.craftstream.triton.TritonFixtures.vllm;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
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
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of questions where some of several servers fail. */
class SeveralServersTest {
  private static final int QUESTIONS = 50;
  private static final byte[] PARIS = {5, 0, 0, 0, 'P', 'a', 'r', 'i', 's'};

  private final List<Member> members = new ArrayList<>();

  /** How a server that says that it is ready does not answer. */
  enum Fault {
    STATUS,
    WORDS,
    MISSING,
    MISSING_IN_WORDS
  }

  /** A server that answers each evaluation question with Paris, or fails. */
  private static final class Member extends GRPCInferenceServiceImplBase {
    private final AtomicInteger asked = new AtomicInteger();
    private final Fault fault;
    private final Predicate<String> fails;
    private Server server;

    Member(Fault fault, Predicate<String> fails) {
      this.fault = fault;
      this.fails = fails;
    }

    private boolean failsAt(ModelInferRequest request) {
      asked.incrementAndGet();
      return fails.test(request.toString());
    }

    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> answer) {
      if (failsAt(request)) {
        answer.onError(
            (fault == Fault.MISSING
                    ? Status.NOT_FOUND.withDescription("Request for unknown model: 'any'")
                    : Status.INTERNAL.withDescription("the engine is dead"))
                .asException());
      } else {
        answer.onNext(samples(request));
        answer.onCompleted();
      }
    }

    @Override
    public StreamObserver<ModelInferRequest> modelStreamInfer(
        StreamObserver<ModelStreamInferResponse> answer) {
      return new StreamObserver<>() {
        @Override
        public void onNext(ModelInferRequest request) {
          var response = ModelStreamInferResponse.newBuilder();
          if (failsAt(request)) {
            response.setErrorMessage(
                fault == Fault.MISSING_IN_WORDS
                    ? "Request for unknown model: 'any' is not found"
                    : "Error generating stream: the engine is dead");
          } else {
            response.setInferResponse(texts("text_output"));
          }
          answer.onNext(response.build());
          answer.onCompleted();
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {}
      };
    }

    @Override
    public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> answer) {
      boolean isMissing = fault == Fault.MISSING || fault == Fault.MISSING_IN_WORDS;
      answer.onNext(ModelReadyResponse.newBuilder().setReady(!isMissing).build());
      answer.onCompleted();
    }
  }

  private static ModelInferResponse texts(String output) {
    var tensor =
        ModelInferResponse.InferOutputTensor.newBuilder()
            .setName(output)
            .setDatatype("BYTES")
            .addShape(1);
    return ModelInferResponse.newBuilder()
        .addOutputs(tensor)
        .addRawOutputContents(ByteString.copyFrom(PARIS))
        .build();
  }

  /** As many as there are seeds, with embeddings where they are wanted. */
  private static ModelInferResponse samples(ModelInferRequest request) {
    int count = 0;
    for (int i = 0; i < request.getInputsCount(); i++) {
      if (request.getInputs(i).getName().equals("seeds")) {
        count = request.getRawInputContents(i).size() / Long.BYTES;
      }
    }
    var response = ModelInferResponse.newBuilder();
    for (var output : request.getOutputsList()) {
      boolean embeds = output.getName().equals("embeddings");
      var tensor =
          response
              .addOutputsBuilder()
              .setName(output.getName())
              .setDatatype(embeds ? "FP32" : "BYTES")
              .addShape(count);
      if (embeds) {
        tensor.addShape(1);
      }
      // The little-endian float 1.
      byte[] one = embeds ? new byte[] {0, 0, (byte) 0x80, 0x3f} : PARIS;
      ByteString raw = ByteString.EMPTY;
      for (int k = 0; k < count; k++) {
        raw = raw.concat(ByteString.copyFrom(one));
      }
      response.addRawOutputContents(raw);
    }
    return response.build();
  }

  private Member member(Fault fault, Predicate<String> fails) throws IOException {
    var member = new Member(fault, fails);
    member.server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(member)
            .build()
            .start();
    members.add(member);
    return member;
  }

  private Member healthy() throws IOException {
    return member(Fault.STATUS, request -> false);
  }

  private Member failing(Fault fault) throws IOException {
    return member(fault, request -> true);
  }

  private KnowledgeQuery openAll() {
    return open(
        settings(
                members.stream()
                    .map(member -> "127.0.0.1:" + member.server.getPort())
                    .toArray(String[]::new))
            .build());
  }

  @AfterEach
  void stop() {
    members.forEach(member -> member.server.shutdownNow());
  }

  private static ModelCheckpoint checkpoint(Fault fault) {
    return fault == Fault.WORDS || fault == Fault.MISSING_IN_WORDS
        ? vllm("any", "minilm_like")
        : craft("any");
  }

  private static CompletableFuture<Measurement> ask(
      KnowledgeQuery query, ModelCheckpoint checkpoint, String text) {
    return query.ask(evaluated(openEnded(text)), 1, checkpoint);
  }

  /** Asks until there is a connection to each server. */
  private void connect(KnowledgeQuery query, ModelCheckpoint checkpoint) throws Exception {
    do {
      ask(query, checkpoint, "connect").handle((state, failure) -> null).get();
    } while (members.stream().anyMatch(member -> member.asked.get() == 0));
  }

  /** Asks all with eight in flight. */
  private static void askAll(KnowledgeQuery query, ModelCheckpoint checkpoint) throws Exception {
    List<CompletableFuture<Measurement>> inFlight = new ArrayList<>();
    for (int i = 0; i < QUESTIONS; i++) {
      if (inFlight.size() == 8) {
        assertThat(measured(inFlight.remove(0)).correctness()).isEqualTo(1);
      }
      inFlight.add(ask(query, checkpoint, "question " + i));
    }
    for (CompletableFuture<Measurement> answer : inFlight) {
      assertThat(measured(answer).correctness()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void givenAServerThatFailsWhateverItIsAsked_thenEachQuestionIsAnsweredByTheOther(Fault fault)
      throws Exception {
    Member healthy = healthy();
    failing(fault);
    try (KnowledgeQuery query = openAll()) {
      connect(query, checkpoint(fault));
      askAll(query, checkpoint(fault));
    }
    assertThat(healthy.asked.get()).isGreaterThanOrEqualTo(QUESTIONS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"STATUS", "WORDS"})
  void givenThreeOfFourServersFail_thenTheyAreLeftOutForAWhile(Fault fault) throws Exception {
    Member healthy = healthy();
    List<Member> failing = List.of(failing(fault), failing(fault), failing(fault));
    try (KnowledgeQuery query = openAll()) {
      ModelCheckpoint checkpoint = checkpoint(fault);
      connect(query, checkpoint);
      // Until outlier detection has looked at them; it tries each again now and then.
      long patience = System.nanoTime() + Duration.ofMinutes(2).toNanos();
      int before;
      int healthyBefore;
      do {
        before = failing.stream().mapToInt(member -> member.asked.get()).sum();
        healthyBefore = healthy.asked.get();
        askAll(query, checkpoint);
      } while (failing.stream().mapToInt(member -> member.asked.get()).sum() > before
          && System.nanoTime() < patience);
      assertThat(failing.stream().mapToInt(member -> member.asked.get()).sum()).isEqualTo(before);
      assertThat(healthy.asked.get() - healthyBefore).isEqualTo(QUESTIONS);
    }
  }

  @Test
  void givenAQuestionThatFailsOnEachServer_thenItIsGivenUp() throws Exception {
    member(Fault.STATUS, request -> request.contains("poison"));
    member(Fault.STATUS, request -> request.contains("poison"));
    try (KnowledgeQuery query = openAll()) {
      assertThat(failure(ask(query, craft("any"), "poison")))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContaining("answers others");
      askAll(query, craft("any"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void givenAllServersFail_thenTheServersAreSaidToFail(int servers) throws Exception {
    for (int i = 0; i < servers; i++) {
      failing(Fault.STATUS);
    }
    try (KnowledgeQuery query = openAll()) {
      assertThat(failure(ask(query, craft("any"), "x")))
          .isInstanceOfSatisfying(
              ServerUnavailableException.class,
              failure -> assertThat(failure.kind()).isEqualTo(FailureKind.FAILING));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"MISSING", "MISSING_IN_WORDS"})
  void givenNoServerHasTheModel_thenThatIsKnownWithinASecond(Fault fault) throws Exception {
    for (int i = 0; i < 4; i++) {
      failing(fault);
    }
    try (KnowledgeQuery query = openAll()) {
      failure(ask(query, checkpoint(fault), "connect first"));
      long started = System.nanoTime();
      assertThat(failure(ask(query, checkpoint(fault), "x")))
          .isInstanceOfSatisfying(
              ServerUnavailableException.class,
              failure -> assertThat(failure.kind()).isEqualTo(FailureKind.MODEL_MISSING));
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(1));
    }
  }
}
