package dev.craftstream.triton.recorded;

import dev.craftstream.inference.GRPCInferenceServiceGrpc;
import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelInferResponse;
import dev.craftstream.inference.ModelMetadataRequest;
import dev.craftstream.inference.ModelMetadataResponse;
import dev.craftstream.inference.ModelReadyRequest;
import dev.craftstream.inference.ModelReadyResponse;
import dev.craftstream.inference.ModelStreamInferResponse;
import dev.craftstream.inference.ServerLiveRequest;
import dev.craftstream.inference.ServerLiveResponse;
import dev.craftstream.inference.ServerReadyRequest;
import dev.craftstream.inference.ServerReadyResponse;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.atomic.LongAdder;

/** Triton's service, over recorded answers. */
final class ReplayService extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
  private final Replay replay;
  private final LongAdder answered = new LongAdder();
  private final LongAdder unanswered = new LongAdder();

  ReplayService(Replay replay) {
    this.replay = replay;
  }

  long answered() {
    return answered.sum();
  }

  long unanswered() {
    return unanswered.sum();
  }

  @Override
  public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> answer) {
    give(answer, ServerLiveResponse.newBuilder().setLive(true).build());
  }

  @Override
  public void serverReady(ServerReadyRequest request, StreamObserver<ServerReadyResponse> answer) {
    give(answer, ServerReadyResponse.newBuilder().setReady(true).build());
  }

  @Override
  public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> answer) {
    boolean ready = replay.models().has(request.getName(), request.getVersion());
    give(answer, ModelReadyResponse.newBuilder().setReady(ready).build());
  }

  @Override
  public void modelMetadata(
      ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> answer) {
    ModelMetadataResponse metadata =
        replay.models().metadata(request.getName(), request.getVersion());
    if (metadata == null) {
      answer.onError(
          UnansweredException.unknownModel(request.getName(), request.getVersion())
              .status()
              .asRuntimeException());
    } else {
      give(answer, metadata);
    }
  }

  @Override
  public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> answer) {
    try {
      give(answer, answer(request));
    } catch (UnansweredException e) {
      answer.onError(e.status().asRuntimeException());
    }
  }

  /** Answers each request with one response, in their order. */
  @Override
  public StreamObserver<ModelInferRequest> modelStreamInfer(
      StreamObserver<ModelStreamInferResponse> answers) {
    return new StreamObserver<>() {
      @Override
      public void onNext(ModelInferRequest request) {
        ModelStreamInferResponse.Builder response = ModelStreamInferResponse.newBuilder();
        try {
          response.setInferResponse(answer(request));
        } catch (UnansweredException e) {
          response.setErrorMessage(e.getMessage());
        }
        answers.onNext(response.build());
      }

      @Override
      public void onError(Throwable taken) {
        // The client took its requests back; there is nobody to answer.
      }

      @Override
      public void onCompleted() {
        answers.onCompleted();
      }
    };
  }

  private ModelInferResponse answer(ModelInferRequest request) throws UnansweredException {
    try {
      ModelInferResponse response = replay.answer(request);
      answered.increment();
      return response;
    } catch (UnansweredException e) {
      unanswered.increment();
      throw e;
    }
  }

  private static <T> void give(StreamObserver<T> answer, T message) {
    answer.onNext(message);
    answer.onCompleted();
  }
}
