package dev.craftstream.triton.recorded;

import dev.craftstream.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelInferResponse;
import dev.craftstream.inference.ModelMetadataRequest;
import dev.craftstream.inference.ModelMetadataResponse;
import dev.craftstream.inference.ModelReadyRequest;
import dev.craftstream.inference.ModelReadyResponse;
import dev.craftstream.inference.ModelStreamInferResponse;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.triton.contract.InferenceContract;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/**
 * A Triton in this process whose models answer as prompt and seed say: right, nearly right, wrong
 * or not at all. Embeddings have 384 numbers.
 */
public final class ScriptedTriton implements AutoCloseable {
  private static final int DIMENSIONS = 384;

  /** The third is right to {@code SUBSTRING}, and not to {@code WORDS}. */
  private static final List<String> TEXTS =
      List.of(
          "It is gold.", "gold, I think", "A golden one", "Silver", "Lead or tin", "I don't know");

  private final Server server;
  private final AtomicLong requests = new AtomicLong();
  private final List<String> judged = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger judging = new AtomicInteger();
  private final AtomicInteger mostJudging = new AtomicInteger();
  private final AtomicInteger refusedJudging = new AtomicInteger();
  private volatile UnaryOperator<String> verdict;
  private volatile boolean judgeIsDown;

  private ScriptedTriton(Set<Serving> servings) throws IOException {
    server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(new Service(new RecordedModels(servings)))
            .build()
            .start();
  }

  public static ScriptedTriton serving(Serving... servings) throws IOException {
    return new ScriptedTriton(Set.of(servings));
  }

  public String endpoint() {
    return "127.0.0.1:" + server.getPort();
  }

  /** Prompts of judge models are replied to so, from now on. */
  public ScriptedTriton judging(UnaryOperator<String> reply) {
    verdict = reply;
    return this;
  }

  /** Whether judge models are not there for a while. */
  public void judgeIsDown(boolean down) {
    judgeIsDown = down;
  }

  /** The prompts that judge models replied to, but for trials. */
  public List<String> judged() {
    return judged.stream()
        .filter(prompt -> !prompt.contains(InferenceContract.TRIAL_JUDGED))
        .toList();
  }

  /** How many attempts met a judge that was down. */
  public int refusedJudging() {
    return refusedJudging.get();
  }

  /** The most of these that were there at once. */
  public int mostJudging() {
    return mostJudging.get();
  }

  private static boolean isJudged(String prompt) {
    return prompt.contains("Reply with one word");
  }

  private ModelInferResponse judge(RecordedQuestion question, AnswerTensors answer)
      throws UnansweredException {
    if (judgeIsDown) {
      refusedJudging.incrementAndGet();
      throw Status.UNAVAILABLE.withDescription("The judge is down").asRuntimeException();
    }
    mostJudging.accumulateAndGet(judging.incrementAndGet(), Math::max);
    try {
      judged.add(question.asked().prompt());
      String reply = verdict.apply(question.asked().prompt());
      boolean craft = question.serving().contract() == Contract.CRAFT;
      return answer.texts(craft ? "samples" : "text_output", List.of(reply)).response();
    } finally {
      judging.decrementAndGet();
    }
  }

  /** How often its models were asked; judges aside. */
  public long requests() {
    return requests.get();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private ModelInferResponse answer(ModelInferRequest request) throws UnansweredException {
    RequestTensors inputs = new RequestTensors(request);
    if (verdict != null && RecordedQuestion.isOne(inputs)) {
      RecordedQuestion asked = RecordedQuestion.of(request, inputs);
      if (isJudged(asked.asked().prompt())) {
        return judge(asked, new AnswerTensors(request));
      }
    }
    requests.incrementAndGet();
    AnswerTensors answer = new AnswerTensors(request);
    if (!RecordedQuestion.isOne(inputs)) {
      return answer
          .vectors(
              "embeddings", inputs.texts("text").stream().map(ScriptedTriton::embedding).toList())
          .response();
    }
    RecordedQuestion question = RecordedQuestion.of(request, inputs);
    String prompt = question.serving().modelName() + question.asked().prompt();
    boolean craft = question.serving().contract() == Contract.CRAFT;
    if (!question.asked().letters().isEmpty()) {
      return craft
          ? answer
              .numbers("option_probabilities", letters(prompt, question.asked().letters().size()))
              .response()
          : answer
              .texts("text_output", List.of("A"))
              .texts("logprobs", List.of(logprobs(letters(prompt, 3))))
              .response();
    }
    List<String> texts = question.asked().seeds().stream().map(seed -> text(prompt, seed)).toList();
    return craft
        ? answer
            .texts("samples", texts)
            .vectors("embeddings", texts.stream().map(ScriptedTriton::embedding).toList())
            .response()
        : answer.texts("text_output", texts).response();
  }

  /** Each prompt has its favourite. */
  private static String text(String prompt, long seed) {
    SplittableRandom taste = new SplittableRandom(prompt.hashCode());
    int favourite = taste.nextInt(TEXTS.size());
    double share = taste.nextDouble();
    SplittableRandom random = new SplittableRandom(prompt.hashCode() * 31L + seed);
    return TEXTS.get(random.nextDouble() < share ? favourite : random.nextInt(TEXTS.size()));
  }

  /** Of length 1. */
  static double[] embedding(String text) {
    SplittableRandom random = new SplittableRandom(text.hashCode());
    double[] vector = new double[DIMENSIONS];
    double squared = 0;
    for (int i = 0; i < DIMENSIONS; i++) {
      // A part in common, as sentences have it.
      vector[i] = random.nextDouble() - 0.3;
      squared += vector[i] * vector[i];
    }
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = (float) (vector[i] / Math.sqrt(squared));
    }
    return vector;
  }

  private static double[] letters(String prompt, int count) {
    SplittableRandom random = new SplittableRandom(prompt.hashCode());
    return random.doubles(count).map(p -> p / count).toArray();
  }

  private static String logprobs(double[] letters) {
    return "[{\"7\":{\"logprob\":%s,\"rank\":1,\"decoded_token\":\" A\"},\"8\":{\"logprob\":%s,\"decoded_token\":\"B\"},\"9\":{\"logprob\":%s,\"decoded_token\":null},\"10\":{\"logprob\":-Infinity,\"decoded_token\":\"x\"}}]"
        .formatted(Math.log(letters[0]), Math.log(letters[1]), Math.log(letters[2]));
  }

  private final class Service extends GRPCInferenceServiceImplBase {
    private final RecordedModels models;

    Service(RecordedModels models) {
      this.models = models;
    }

    @Override
    public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> answer) {
      answer.onNext(
          ModelReadyResponse.newBuilder()
              .setReady(models.has(request.getName(), request.getVersion()))
              .build());
      answer.onCompleted();
    }

    @Override
    public void modelMetadata(
        ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> answer) {
      answer.onNext(models.metadata(request.getName(), request.getVersion()));
      answer.onCompleted();
    }

    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> to) {
      try {
        to.onNext(answer(request));
        to.onCompleted();
      } catch (UnansweredException e) {
        to.onError(e.status().asRuntimeException());
      } catch (StatusRuntimeException e) {
        to.onError(e);
      }
    }

    @Override
    public StreamObserver<ModelInferRequest> modelStreamInfer(
        StreamObserver<ModelStreamInferResponse> to) {
      return new StreamObserver<>() {
        @Override
        public void onNext(ModelInferRequest request) {
          try {
            to.onNext(
                ModelStreamInferResponse.newBuilder().setInferResponse(answer(request)).build());
          } catch (UnansweredException e) {
            to.onError(e.status().asRuntimeException());
          } catch (StatusRuntimeException e) {
            to.onError(e);
          }
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {
          to.onCompleted();
        }
      };
    }
  }
}
