package dev.craftstream.triton;

import dev.craftstream.inference.InferParameter;
import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelInferResponse;
import dev.craftstream.inference.ModelStreamInferResponse;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Collects the answers to the one request of a stream, until the final one or the stream's end.
 * Ends the stream where the server reports a failure or sends without end.
 */
final class StreamedAnswers
    implements ClientResponseObserver<ModelInferRequest, ModelStreamInferResponse> {
  private static final InferParameter NOT_FINAL = InferParameter.getDefaultInstance();

  private final int maxBytes;
  private final CompletableFuture<List<ModelInferResponse>> future = new CompletableFuture<>();
  private final List<ModelInferResponse> answers = new ArrayList<>();
  private long bytes;
  private ClientCallStreamObserver<ModelInferRequest> requests;

  StreamedAnswers(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** The server reported a failure within the stream. */
  static final class FailedException extends Exception {
    private static final long serialVersionUID = 1L;

    FailedException(String message) {
      super(message);
    }
  }

  /** The answers that have outputs. */
  CompletableFuture<List<ModelInferResponse>> future() {
    return future;
  }

  /** Sends the one request, after the stream was opened. */
  void send(ModelInferRequest request) {
    requests.onNext(request);
    try {
      requests.onCompleted();
    } catch (IllegalStateException ended) {
      // A failure that came between the two has ended the call.
      if (!future.isDone()) {
        throw ended;
      }
    }
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ModelInferRequest> requests) {
    this.requests = requests;
  }

  @Override
  public void onNext(ModelStreamInferResponse response) {
    if (future.isDone()) {
      return;
    }
    if (!response.getErrorMessage().isEmpty()) {
      fail(new FailedException(response.getErrorMessage()));
      return;
    }
    // An empty message counts as well, or a stream of them would never end.
    bytes += response.getSerializedSize() + 1;
    if (bytes > maxBytes) {
      fail(
          new MalformedAnswerException(
              "its streamed answers have more than the " + maxBytes + " bytes that are allowed"));
      return;
    }
    ModelInferResponse answer = response.getInferResponse();
    if (answer.getOutputsCount() > 0) {
      answers.add(answer);
    }
    if (answer.getParametersOrDefault("triton_final_response", NOT_FINAL).getBoolParam()) {
      future.complete(List.copyOf(answers));
    }
  }

  @Override
  public void onError(Throwable error) {
    future.completeExceptionally(error);
  }

  @Override
  public void onCompleted() {
    future.complete(List.copyOf(answers));
  }

  private void fail(Exception failure) {
    future.completeExceptionally(failure);
    requests.cancel("the answer is not wanted any more", failure);
  }
}
