package dev.craftstream.triton.contract;

import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelInferResponse;
import dev.craftstream.knowledge.Spending;
import dev.craftstream.triton.client.CostMeter;
import dev.craftstream.triton.client.ErrorAdvice;
import dev.craftstream.triton.client.Failures;
import dev.craftstream.triton.client.MalformedAnswerException;
import dev.craftstream.triton.client.ServedModel;
import dev.craftstream.triton.client.TritonClient;
import io.grpc.Context;
import io.grpc.Deadline;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * One request to a model, and what is read of its answer.
 *
 * @param client what it is sent by
 * @param model whom it is sent to
 * @param contract name of the contract, for messages
 * @param tokens how the model says what it took
 * @param deadline when it is over
 */
record ContractCall(
    TritonClient client,
    ServedModel model,
    String contract,
    TokenCounts tokens,
    Deadline deadline) {

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
    return counted(
        request.build(),
        reading,
        (sent, counting) ->
            client
                .infer(model, sent, deadline)
                .thenCompose(
                    response ->
                        client.read(
                            model, contract, () -> counting.read(OutputTensors.of(response)))));
  }

  /**
   * Asks any model for one answer in a stream, which decoupled models answer in only.
   *
   * @param advice what the model's failures mean
   */
  <T> CompletableFuture<T> streamed(
      ModelInferRequest.Builder request, ErrorAdvice advice, Reading<T> reading) {
    return counted(
        request.build(),
        reading,
        (sent, counting) ->
            client
                .streamInfer(model, sent, deadline, advice)
                .thenCompose(
                    answers ->
                        client.read(model, contract, () -> counting.read(onlyAnswer(answers)))));
  }

  /** Sends a request, and reads its answer. */
  private interface Sending<T> {
    CompletableFuture<T> send(ModelInferRequest request, Reading<T> reading);
  }

  /** Asks for the number of tokens, too, where somebody counts and the model tells it. */
  private <T> CompletableFuture<T> counted(
      ModelInferRequest request, Reading<T> reading, Sending<T> sending) {
    Spending spending = CostMeter.of(model);
    if (spending == null || tokens.areUntold()) {
      return sending.send(request, reading);
    }
    Context context = Context.current();
    return client
        .forms()
        .of(model)
        .thenCompose(
            form ->
                within(
                    context,
                    () ->
                        form.isPresent() && tokens.isOfferedBy(form.get())
                            ? counting(request, reading, sending, spending, context)
                            : sending.send(request, reading)));
  }

  /** A model that was loaded anew since may tell it no more; then it is asked without. */
  private <T> CompletableFuture<T> counting(
      ModelInferRequest request,
      Reading<T> reading,
      Sending<T> sending,
      Spending spending,
      Context context) {
    return sending
        .send(
            tokens.addedTo(request),
            outputs -> {
              tokens.read(outputs, spending);
              return reading.read(outputs);
            })
        .exceptionallyCompose(
            failure -> {
              if (!tokens.areNamedIn(Failures.unwrapped(failure))) {
                return CompletableFuture.failedFuture(failure);
              }
              client.forms().forget(model);
              return within(context, () -> sending.send(request, reading));
            });
  }

  private static <T> T within(Context context, Supplier<T> action) {
    Context before = context.attach();
    try {
      return action.get();
    } finally {
      context.detach(before);
    }
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
