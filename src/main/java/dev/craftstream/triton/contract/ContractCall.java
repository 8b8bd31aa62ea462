package dev.craftstream.triton.contract;

import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelInferResponse;
import dev.craftstream.triton.client.ErrorAdvice;
import dev.craftstream.triton.client.MalformedAnswerException;
import dev.craftstream.triton.client.ServedModel;
import dev.craftstream.triton.client.TritonClient;
import io.grpc.Deadline;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One request to a model, and what is read of its answer.
 *
 * @param client what it is sent by
 * @param model whom it is sent to
 * @param contract name of the contract, for messages
 * @param deadline when it is over
 */
record ContractCall(TritonClient client, ServedModel model, String contract, Deadline deadline) {

  /** Reads an answer's outputs. */
  interface Reading<T> {
    T read(OutputTensors outputs) throws MalformedAnswerException;
  }

  /**
   * A request without inputs and outputs.
   *
   * @param id names the request in the server's log
   */
  ModelInferRequest.Builder request(String id) {
    return ModelInferRequest.newBuilder()
        .setModelName(model.name())
        .setModelVersion(model.version())
        .setId(id);
  }

  /** Asks a model that has one answer a request. */
  <T> CompletableFuture<T> unary(ModelInferRequest.Builder request, Reading<T> reading) {
    return client
        .infer(model, request.build(), deadline)
        .thenCompose(
            response ->
                client.read(model, contract, () -> reading.read(OutputTensors.of(response))));
  }

  /**
   * Asks any model for one answer in a stream, which decoupled models answer in only.
   *
   * @param advice what the model's failures mean
   */
  <T> CompletableFuture<T> streamed(
      ModelInferRequest.Builder request, ErrorAdvice advice, Reading<T> reading) {
    return client
        .streamInfer(model, request.build(), deadline, advice)
        .thenCompose(
            answers -> client.read(model, contract, () -> reading.read(onlyAnswer(answers))));
  }

  private static OutputTensors onlyAnswer(List<ModelInferResponse> answers)
      throws MalformedAnswerException {
    if (answers.size() != 1) {
      throw new MalformedAnswerException(
          "one response should come, but " + answers.size() + " came");
    }
    return OutputTensors.of(answers.get(0));
  }
}
