package dev.craftstream.triton.contract;

import static dev.craftstream.triton.contract.ModelSignature.part;

import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelMetadataResponse;
import dev.craftstream.method.Thoughts;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.evidence.Asked;
import dev.craftstream.triton.client.ServedModel;
import dev.craftstream.triton.client.TritonClient;
import dev.craftstream.triton.client.TritonSettings;
import dev.craftstream.triton.contract.InferenceContract.MultipleChoiceQuery;
import dev.craftstream.triton.contract.InferenceContract.Requirement;
import dev.craftstream.triton.contract.InferenceContract.SampleQuery;
import dev.craftstream.triton.contract.InferenceContract.Use;
import dev.craftstream.triton.contract.InferenceContract.Weighed;
import dev.craftstream.triton.contract.ModelSignature.Wanted;
import io.grpc.Deadline;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
 * <p>A model may say how many tokens an answer took, of either kind: outputs {@code prompt_tokens},
 * those of the prompt, which all samples share, and {@code generated_tokens}, those of all samples
 * together; both INT64[1], and asked for only where the model has both.
 *
 * <p>For a checkpoint that is an adapter of the model, input {@code adapter} BYTES[1] is its name.
 * Where an embedding model is announced beside it, that one embeds the answers, and the model's own
 * {@code embeddings} are not asked for.
 */
public final class CraftContract implements InferenceContract {
  private static final String NAME = "craft";

  private static final TokenCounts TOKENS =
      new TokenCounts("prompt_tokens", "generated_tokens", List.of());

  private static final List<Wanted> SAMPLING =
      List.of(
          Wanted.of("seeds", "UINT64"),
          Wanted.of("temperature", "FP32"),
          Wanted.of("max_tokens", "INT32"),
          Wanted.of("stop", "BYTES"));

  private final Thoughts thoughts;

  /**
   * @param thoughts what is no part of an answer in words
   */
  public CraftContract(Thoughts thoughts) {
    this.thoughts = thoughts;
  }

  @Override
  public CompletableFuture<Sampled> sample(
      TritonClient client, Serving serving, SampleQuery query, Deadline deadline) {
    ContractCall call = call(client, serving, deadline);
    ModelInferRequest.Builder request = request(call, serving, query.id(), query.prompt());
    InputTensor.uint64("seeds", query.seeds()).addTo(request);
    InputTensor.fp32("temperature", (float) query.temperature()).addTo(request);
    InputTensor.int32("max_tokens", query.maxTokens()).addTo(request);
    List<String> stop = query.stopAtServer(thoughts);
    if (!stop.isEmpty()) {
      InputTensor.texts("stop", stop).addTo(request);
    }
    request.addOutputsBuilder().setName("samples");
    boolean embeds = query.embedded() && !isEmbeddedApart(serving);
    if (embeds) {
      request.addOutputsBuilder().setName("embeddings");
    }
    int count = query.seeds().size();
    CompletableFuture<Sampled> sampled =
        call.unary(
            request,
            outputs -> {
              List<String> texts = outputs.texts("samples", count);
              return new Sampled(
                  texts,
                  texts.stream().map(text -> query.answer(text, thoughts)).toList(),
                  embeds ? Arrays.asList(outputs.rows("embeddings", count)) : List.of());
            });
    return embeds
        ? sampled
        : sampled.thenCompose(
            answers -> SeparateSamples.embedded(client, serving, query, deadline, answers));
  }

  @Override
  public CompletableFuture<Weighed> weigh(
      TritonClient client, Serving serving, MultipleChoiceQuery query, Deadline deadline) {
    ContractCall call = call(client, serving, deadline);
    ModelInferRequest.Builder request = request(call, serving, query.id(), query.prompt());
    InputTensor.texts("options", query.letters()).addTo(request);
    request.addOutputsBuilder().setName("option_probabilities");
    return call.unary(
        request,
        outputs ->
            new Weighed(
                OptionProbabilities.checked(
                    outputs.numbers("option_probabilities", query.letters().size()),
                    query.letters()),
                0,
                List.of()));
  }

  @Override
  public Asked asked(SampleQuery query) {
    return query.sent(query.stopAtServer(thoughts));
  }

  @Override
  public Asked asked(MultipleChoiceQuery query) {
    return Asked.letters(query.prompt(), query.letters());
  }

  /** The model would embed thoughts with the answers. */
  @Override
  public Optional<String> unservable(Serving serving, TritonSettings settings) {
    return thoughts.areMarked() && !isEmbeddedApart(serving)
        ? Optional.of(
            "is announced with the craft contract, whose models embed what they say with its"
                + " thoughts, but thoughts are cut by query.reasoning.end; announce it again with an"
                + " embedding model, which gets the answers alone")
        : Optional.empty();
  }

  @Override
  public List<Requirement> requirements(Serving serving) {
    Requirement language = new Requirement(ServedModel.language(serving), NAME, signature(serving));
    return isEmbeddedApart(serving)
        ? List.of(language, EmbeddingRequest.requirement(ServedModel.embedding(serving)))
        : List.of(language);
  }

  @Override
  public Requirement words(Serving serving) {
    ModelSignature all = signature(serving);
    List<Wanted> inputs = new ArrayList<>(all.required().inputs());
    inputs.addAll(SAMPLING);
    return new Requirement(
        ServedModel.language(serving),
        NAME,
        new ModelSignature(part(inputs, Wanted.of("samples", "BYTES")), List.of(), false));
  }

  private static boolean isEmbeddedApart(Serving serving) {
    return !serving.embeddingModelName().isEmpty();
  }

  private static ModelSignature signature(Serving serving) {
    List<Wanted> inputs = new ArrayList<>(List.of(Wanted.of("prompt", "BYTES")));
    if (!serving.adapterName().isEmpty()) {
      inputs.add(Wanted.of("adapter", "BYTES"));
    }
    List<Wanted> outputs = new ArrayList<>(List.of(Wanted.of("samples", "BYTES")));
    if (!isEmbeddedApart(serving)) {
      outputs.add(Wanted.of("embeddings", "FP32", "FP64"));
    }
    return new ModelSignature(
        part(inputs),
        List.of(
            part(SAMPLING, outputs.toArray(Wanted[]::new)),
            part(
                List.of(Wanted.of("options", "BYTES")),
                Wanted.of("option_probabilities", "FP32", "FP64"))),
        true);
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

  private static ContractCall call(TritonClient client, Serving serving, Deadline deadline) {
    return new ContractCall(client, ServedModel.language(serving), NAME, TOKENS, deadline);
  }

  private static ModelInferRequest.Builder request(
      ContractCall call, Serving serving, String id, String prompt) {
    ModelInferRequest.Builder request = call.request(id);
    InputTensor.text("prompt", prompt).addTo(request);
    if (!serving.adapterName().isEmpty()) {
      InputTensor.text("adapter", serving.adapterName()).addTo(request);
    }
    return request;
  }
}
