package dev.craftstream.triton.contract;

import static dev.craftstream.triton.contract.ModelSignature.part;

import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelMetadataResponse;
import dev.craftstream.method.Thoughts;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.evidence.Asked;
import dev.craftstream.triton.client.ErrorAdvice;
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
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The llmapi model of TensorRT-LLM's Triton backend ({@code
 * triton_backend/all_models/llmapi/tensorrt_llm} of its repository), with an embedding model beside
 * it. For answers in words only: it tells no token's probability, nor how many there were.
 *
 * <p>A streamed request for each sample, with a seed of its own, since the model knows no number of
 * samples. A stream is answered by decoupled models and by others, so that the two need not be told
 * apart. Inputs {@code text_input} BYTES[1], {@code sampling_param_max_tokens} INT32[1], {@code
 * sampling_param_seed} UINT64[1], {@code sampling_param_exclude_input_from_output} BOOL[1]; for a
 * sample {@code sampling_param_temperature} and {@code sampling_param_top_p} FP32[1], without the
 * latter of which the engine is greedy; for the likeliest answer {@code sampling_param_top_k}
 * INT32[1], as no temperature of 0 is allowed. Output {@code text_output} BYTES[1].
 *
 * <p>Stop texts are not sent: the model hands them to its tokenizer as bytes, which that refuses,
 * and the engine would look for their tokens and not their text. An answer is cut at them here.
 *
 * <p>For a checkpoint that is an adapter of the model, {@code lora_name} BYTES[1], {@code
 * lora_path} BYTES[1], its folder on the server, and {@code lora_id} UINT64[1], under which the
 * engine keeps it: a hash of the name.
 */
public final class LlmapiContract implements InferenceContract {
  private static final String NAME = "llmapi";
  private static final String TEXT = "text_output";
  private static final ErrorAdvice ADVICE = new LlmapiErrors();

  private static final List<Wanted> INPUTS =
      List.of(
          Wanted.of("text_input", "BYTES"),
          Wanted.of("sampling_param_temperature", "FP32"),
          Wanted.of("sampling_param_top_p", "FP32"),
          Wanted.of("sampling_param_top_k", "INT32"),
          Wanted.of("sampling_param_max_tokens", "INT32"),
          Wanted.of("sampling_param_seed", "UINT64"),
          Wanted.of("sampling_param_exclude_input_from_output", "BOOL"));

  /** Models of before adapters have none of these. */
  private static final List<Wanted> ADAPTER_INPUTS =
      List.of(
          Wanted.of("lora_id", "UINT64"),
          Wanted.of("lora_name", "BYTES"),
          Wanted.of("lora_path", "BYTES"));

  private static final Wanted OUTPUT = Wanted.of(TEXT, "BYTES");

  private final Thoughts thoughts;

  /**
   * @param thoughts what is no part of an answer in words
   */
  public LlmapiContract(Thoughts thoughts) {
    this.thoughts = thoughts;
  }

  @Override
  public CompletableFuture<Sampled> sample(
      TritonClient client, Serving serving, SampleQuery query, Deadline deadline) {
    return SeparateSamples.draw(
        client,
        serving,
        query,
        deadline,
        seed -> sample(client, serving, query, seed, deadline),
        text -> query.endedHere(text, thoughts));
  }

  private CompletableFuture<String> sample(
      TritonClient client, Serving serving, SampleQuery query, long seed, Deadline deadline) {
    ContractCall call =
        new ContractCall(client, ServedModel.language(serving), NAME, TokenCounts.UNTOLD, deadline);
    ModelInferRequest.Builder request = call.request(query.id());
    InputTensor.text("text_input", query.prompt()).addTo(request);
    if (query.temperature() == 0) {
      InputTensor.int32("sampling_param_top_k", 1).addTo(request);
    } else {
      InputTensor.fp32("sampling_param_temperature", (float) query.temperature()).addTo(request);
      InputTensor.fp32("sampling_param_top_p", 1).addTo(request);
    }
    InputTensor.int32("sampling_param_max_tokens", query.maxTokens()).addTo(request);
    InputTensor.uint64("sampling_param_seed", List.of(seed)).addTo(request);
    InputTensor.bool("sampling_param_exclude_input_from_output", true).addTo(request);
    String adapter = serving.adapterName();
    if (!adapter.isEmpty()) {
      InputTensor.uint64("lora_id", List.of(adapterId(adapter))).addTo(request);
      InputTensor.text("lora_name", adapter).addTo(request);
      InputTensor.text("lora_path", adapterPath(client.settings(), adapter)).addTo(request);
    }
    request.addOutputsBuilder().setName(TEXT);
    return call.streamed(request, ADVICE, outputs -> outputs.texts(TEXT, 1).get(0));
  }

  /** No stop texts are sent. */
  @Override
  public Asked asked(SampleQuery query) {
    return query.sent(List.of());
  }

  /** Never sent, see {@link #weigh}. */
  @Override
  public Asked asked(MultipleChoiceQuery query) {
    return Asked.letters(query.prompt(), query.letters());
  }

  @Override
  public boolean weighs() {
    return false;
  }

  @Override
  public CompletableFuture<Weighed> weigh(
      TritonClient client, Serving serving, MultipleChoiceQuery query, Deadline deadline) {
    return CompletableFuture.failedFuture(
        client
            .failures()
            .unusable(
                ServedModel.language(serving),
                "can't weigh options, since the llmapi contract tells no token's probability. Set"
                    + " query.multiple-choice.by to SAMPLES, or serve the model by another"
                    + " contract"));
  }

  @Override
  public List<Use> triedOut(Serving serving, ModelMetadataResponse model) {
    return List.of(Use.SAMPLE);
  }

  @Override
  public Optional<String> unservable(Serving serving, TritonSettings settings) {
    String adapter = serving.adapterName();
    if (!adapter.isEmpty() && settings.adaptersFolder().isBlank()) {
      return Optional.of(
          "is announced with the llmapi contract and the adapter "
              + adapter
              + ", but triton.adapters-folder is not set; set it to the folder on the servers that"
              + " has a folder of that name");
    }
    if (adapter.contains("/") || adapter.matches("\\.{1,2}")) {
      return Optional.of(
          "is announced with the llmapi contract and the adapter "
              + adapter
              + ", but the name of a folder is allowed only");
    }
    return InferenceContract.withoutEmbeddingModel(serving, NAME);
  }

  @Override
  public List<Requirement> requirements(Serving serving) {
    ModelSignature signature =
        new ModelSignature(
            part(INPUTS, OUTPUT),
            serving.adapterName().isEmpty() ? List.of() : List.of(part(ADAPTER_INPUTS)),
            !serving.adapterName().isEmpty());
    return List.of(
        new Requirement(ServedModel.language(serving), NAME, signature),
        EmbeddingRequest.requirement(ServedModel.embedding(serving)));
  }

  private static String adapterPath(TritonSettings settings, String adapter) {
    String folder = settings.adaptersFolder();
    return (folder.endsWith("/") ? folder : folder + "/") + adapter;
  }

  /** Above 0, and the same in each process; two names have the same by chance only. */
  static long adapterId(String adapter) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(adapter.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(hash).getLong() >>> 2 | 1;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }
}
