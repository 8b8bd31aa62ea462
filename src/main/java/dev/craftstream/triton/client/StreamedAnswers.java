package dev.craftstream.triton.client;

import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelInferResponse;
import dev.craftstream.inference.ModelStreamInferResponse;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Collects the answers to the one request of a stream, until the server ends it. Ends it itself
 * where the server sends without end.
 *
 * <p>The stream's end is waited for behind the final answer and behind a reported failure, too: who
 * has the answer takes the call back, and some versions of Triton (before 24.12) crash where that
 * comes while they are ending a stream.
 */
public final class StreamedAnswers
    implements ClientResponseObserver<ModelInferRequest, ModelStreamInferResponse> {
  private final int maxBytes;
  private final CompletableFuture<List<ModelInferResponse>> future = new CompletableFuture<>();
  private final List<ModelInferResponse> answers = new ArrayList<>();
  private long bytes;

  /** What the stream fails with when it is over; null for nothing. */
  private volatile Exception failure;

  private ClientCallStreamObserver<ModelInferRequest> requests;

  public StreamedAnswers(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** The server reported a failure within the stream. */
  public static final class FailedException extends Exception {
    private static final long serialVersionUID = 1L;

    FailedException(String message) {
      super(message);
    }
  }

  /** The answers that have outputs. */
  public CompletableFuture<List<ModelInferResponse>> future() {
    return future;
  }

  /** Sends the one request, after the stream was opened. */
  void send(ModelInferRequest request) {
    requests.onNext(request);
    try {
      requests.onCompleted();
    } catch (IllegalStateException ended) {
      // A failure that came between the two has ended the call.
      if (failure == null && !future.isDone()) {
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
    if (failure != null) {
      return;
    }
    if (!response.getErrorMessage().isEmpty()) {
      failure = new FailedException(response.getErrorMessage());
      return;
    }
    // An empty message counts as well, or a stream of them would never end.
    bytes += response.getSerializedSize() + 1;
    if (bytes > maxBytes) {
      failure =
          new MalformedAnswerException(
              "its streamed answers have more than the " + maxBytes + " bytes that are allowed");
      requests.cancel("the answer is not wanted any more", failure);
      future.completeExceptionally(failure);
      return;
    }
    if (response.getInferResponse().getOutputsCount() > 0) {
      answers.add(response.getInferResponse());
    }
  }

  @Override
  public void onError(Throwable error) {
    // Behind a failure that is known it is the echo of that.
    future.completeExceptionally(failure == null ? error : failure);
  }

  @Override
  public void onCompleted() {
    if (failure == null) {
      future.complete(List.copyOf(answers));
    } else {
      future.completeExceptionally(failure);
    }
  }
}
