package dev.craftstream.triton.contract;

import static dev.craftstream.triton.contract.ModelSignature.part;

import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelMetadataResponse;
import dev.craftstream.model.Serving;
import dev.craftstream.triton.client.ServedModel;
import dev.craftstream.triton.client.TritonClient;
import dev.craftstream.triton.contract.InferenceContract.MultipleChoiceQuery;
import dev.craftstream.triton.contract.InferenceContract.Requirement;
import dev.craftstream.triton.contract.InferenceContract.SampleQuery;
import dev.craftstream.triton.contract.InferenceContract.Use;
import dev.craftstream.triton.contract.InferenceContract.Weighed;
import dev.craftstream.triton.contract.ModelSignature.Wanted;
import io.grpc.Deadline;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * This project's own contract: one unary request a question.
 *
 * <p>Input {@code prompt} BYTES[1]. In words: inputs {@code seeds} UINT64[N], {@code temperature}
 * FP32[1], {@code max_tokens} INT32[1], {@code stop} BYTES[S] where there are any; outputs {@code
 * samples} BYTES[N] and, where wanted, {@code embeddings} FP32 or FP64 [N, D]. By letters: input
 * {@code options} BYTES[K], the letters; output {@code option_probabilities} FP32 or FP64 [K].
 *
 * <p>For a checkpoint that is an adapter of the model, input {@code adapter} BYTES[1] is its name.
 */
public final class CraftContract implements InferenceContract {
  private static final String NAME = "craft";

  private static final Wanted PROMPT = Wanted.of("prompt", "BYTES");
  private static final ModelSignature SIGNATURE = signature(PROMPT);
  private static final ModelSignature SIGNATURE_WITH_ADAPTERS =
      signature(PROMPT, Wanted.of("adapter", "BYTES"));

  private static ModelSignature signature(Wanted... inputs) {
    return new ModelSignature(
        part(List.of(inputs)),
        List.of(
            part(
                List.of(
                    Wanted.of("seeds", "UINT64"),
                    Wanted.of("temperature", "FP32"),
                    Wanted.of("max_tokens", "INT32"),
                    Wanted.of("stop", "BYTES")),
                Wanted.of("samples", "BYTES"),
                Wanted.of("embeddings", "FP32", "FP64")),
            part(
                List.of(Wanted.of("options", "BYTES")),
                Wanted.of("option_probabilities", "FP32", "FP64"))),
        true);
  }

  @Override
  public CompletableFuture<Sampled> sample(
      TritonClient client, Serving serving, SampleQuery query, Deadline deadline) {
    ModelInferRequest.Builder request = request(serving, query.id(), query.prompt());
    InputTensor.uint64("seeds", query.seeds()).addTo(request);
    InputTensor.fp32("temperature", (float) query.temperature()).addTo(request);
    InputTensor.int32("max_tokens", query.maxTokens()).addTo(request);
    if (!query.stop().isEmpty()) {
      InputTensor.texts("stop", query.stop()).addTo(request);
    }
    request.addOutputsBuilder().setName("samples");
    if (query.embedded()) {
      request.addOutputsBuilder().setName("embeddings");
    }
    int count = query.seeds().size();
    return ask(
        client,
        serving,
        request,
        deadline,
        outputs ->
            new Sampled(
                outputs.texts("samples", count),
                query.embedded() ? Arrays.asList(outputs.rows("embeddings", count)) : List.of()));
  }

  @Override
  public CompletableFuture<Weighed> weigh(
      TritonClient client, Serving serving, MultipleChoiceQuery query, Deadline deadline) {
    ModelInferRequest.Builder request = request(serving, query.id(), query.prompt());
    InputTensor.texts("options", query.letters()).addTo(request);
    request.addOutputsBuilder().setName("option_probabilities");
    return ask(
        client,
        serving,
        request,
        deadline,
        outputs ->
            new Weighed(
                OptionProbabilities.checked(
                    outputs.numbers("option_probabilities", query.letters().size()),
                    query.letters()),
                0));
  }

  @Override
  public List<Requirement> requirements(Serving serving) {
    return List.of(
        new Requirement(
            ServedModel.language(serving),
            NAME,
            serving.adapterName().isEmpty() ? SIGNATURE : SIGNATURE_WITH_ADAPTERS));
  }

  /** Its metadata tells all but whether it has the adapter. */
  @Override
  public List<Use> triedOut(Serving serving, ModelMetadataResponse model) {
    if (serving.adapterName().isEmpty()) {
      return List.of();
    }
    return Stream.of(Use.values())
        .filter(use -> InferenceContract.hasInput(model, use == Use.SAMPLE ? "seeds" : "options"))
        .toList();
  }

  @Override
  public CompletableFuture<Void> tryOut(
      TritonClient client, Serving serving, Use use, Deadline deadline) {
    return switch (use) {
      case SAMPLE -> sample(client, serving, TRIAL_SAMPLE, deadline).thenAccept(sampled -> {});
      case WEIGH -> weigh(client, serving, TRIAL_CHOICE, deadline).thenAccept(weighed -> {});
    };
  }

  private static ModelInferRequest.Builder request(Serving serving, String id, String prompt) {
    ModelInferRequest.Builder request =
        ModelInferRequest.newBuilder()
            .setModelName(serving.modelName())
            .setModelVersion(serving.modelVersion())
            .setId(id);
    InputTensor.text("prompt", prompt).addTo(request);
    if (!serving.adapterName().isEmpty()) {
      InputTensor.text("adapter", serving.adapterName()).addTo(request);
    }
    return request;
  }

  private static <T> CompletableFuture<T> ask(
      TritonClient client,
      Serving serving,
      ModelInferRequest.Builder request,
      Deadline deadline,
      OutputReading<T> reading) {
    ServedModel model = ServedModel.language(serving);
    return client
        .infer(model, request.build(), deadline)
        .thenCompose(
            response -> client.read(model, NAME, () -> reading.read(OutputTensors.of(response))));
  }
}
