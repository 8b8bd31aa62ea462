package dev.craftstream.triton.contract;

import static dev.craftstream.triton.contract.ModelSignature.part;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelInferResponse;
import dev.craftstream.inference.ModelMetadataResponse;
import dev.craftstream.model.Serving;
import dev.craftstream.triton.client.ErrorAdvice;
import dev.craftstream.triton.client.MalformedAnswerException;
import dev.craftstream.triton.client.ServedModel;
import dev.craftstream.triton.client.TritonClient;
import dev.craftstream.triton.contract.InferenceContract.MultipleChoiceQuery;
import dev.craftstream.triton.contract.InferenceContract.Requirement;
import dev.craftstream.triton.contract.InferenceContract.SampleQuery;
import dev.craftstream.triton.contract.InferenceContract.Use;
import dev.craftstream.triton.contract.ModelSignature.Wanted;
import io.grpc.Deadline;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Triton's vLLM backend, with an embedding model beside it.
 *
 * <p>In words: a streamed request for each sample, with a seed of its own, all at once (vLLM shares
 * the prompt between them); then one to the embedding model (input {@code text} BYTES[T], output
 * {@code embeddings} FP32 or FP64 [T, D]) for the distinct ones, where embeddings are wanted. One
 * request for n samples would do with vLLM's engine of before version 1 only: since then the
 * backend answers with those alone that ended in the engine's last step.
 *
 * <p>By letters: one streamed request for one token with the {@value #LOGPROBS} most probable ones
 * (what vLLM gives without being configured for more), for at most that many letters. White space
 * at the prompt's end is cut, since the tokens of the letters begin with their blank; behind a
 * blank a model expects something else than a letter. A chat template's end is left as it is. An
 * option's probability is the sum over the tokens that are its letter but for white space around
 * it; a letter that is not among the most probable tokens gets 0, which is off by less than the
 * least of these.
 *
 * <p>The text is requested beside the log-probabilities: without it Triton of before 24.12 loses
 * the model.
 */
public final class VllmContract implements InferenceContract {
  private static final String NAME = "vllm";
  private static final int LOGPROBS = 20;
  private static final String TEXT = "text_output";
  private static final Duration SIBLINGS_END = Duration.ofSeconds(1);
  private static final Gson GSON = new Gson();
  private static final ErrorAdvice ADVICE = new VllmErrors();

  private static final ModelSignature SIGNATURE =
      new ModelSignature(
          part(
              List.of(
                  Wanted.of("text_input", "BYTES"),
                  Wanted.of("stream", "BOOL"),
                  Wanted.of("sampling_parameters", "BYTES"),
                  Wanted.of("exclude_input_in_output", "BOOL")),
              Wanted.of(TEXT, "BYTES")),
          // Backends of before the end of 2024 know open-ended questions only.
          List.of(
              part(List.of(Wanted.of("return_logprobs", "BOOL")), Wanted.of("logprobs", "BYTES"))),
          false);

  @Override
  public CompletableFuture<Sampled> sample(
      TritonClient client, Serving serving, SampleQuery query, Deadline deadline) {
    return inOrder(
            client,
            query.seeds().stream()
                .map(seed -> sample(client, serving, query, seed, deadline))
                .toList())
        .thenCompose(
            samples ->
                query.embedded()
                    ? embed(client, serving, query.id(), samples, deadline)
                    : CompletableFuture.completedFuture(new Sampled(samples, List.of())));
  }

  private static CompletableFuture<String> sample(
      TritonClient client, Serving serving, SampleQuery query, long seed, Deadline deadline) {
    ModelInferRequest.Builder request =
        request(
            serving,
            query.id(),
            query.prompt(),
            Map.of(
                "temperature", query.temperature(),
                "top_p", 1,
                "max_tokens", query.maxTokens(),
                "stop", query.stop(),
                "seed", seed));
    return stream(client, serving, request, deadline, outputs -> outputs.texts(TEXT, 1).get(0));
  }

  /**
   * Fails with the first of the futures that fails, soon after it: what is the question's fault
   * makes all of them fail, and what has ended by then need not be taken back from the server.
   */
  private static <T> CompletableFuture<List<T>> inOrder(
      TritonClient client, List<CompletableFuture<T>> futures) {
    CompletableFuture<List<T>> all =
        CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
            .thenApply(done -> futures.stream().map(CompletableFuture::join).toList());
    for (CompletableFuture<T> future : futures) {
      var unused =
          future.exceptionally(
              failure -> {
                var soon =
                    client
                        .pause(SIBLINGS_END)
                        .whenComplete((over, closed) -> all.completeExceptionally(failure));
                return null;
              });
    }
    return all;
  }

  @Override
  public CompletableFuture<double[]> weigh(
      TritonClient client, Serving serving, MultipleChoiceQuery query, Deadline deadline) {
    ServedModel model = ServedModel.language(serving);
    int options = query.letters().size();
    if (options > LOGPROBS) {
      return CompletableFuture.failedFuture(
          client
              .failures()
              .unusable(
                  model,
                  "can't weigh "
                      + options
                      + " options, since vLLM tells the "
                      + LOGPROBS
                      + " most probable tokens. Leave options out of the question"));
    }
    return letters(client, serving, query, deadline)
        .thenCompose(
            probabilities ->
                client.read(
                    model,
                    NAME,
                    () -> OptionProbabilities.checked(probabilities, query.letters())));
  }

  /** The same, but as the model says it. */
  private static CompletableFuture<double[]> letters(
      TritonClient client, Serving serving, MultipleChoiceQuery query, Deadline deadline) {
    ModelInferRequest.Builder request =
        request(
            serving,
            query.id(),
            query.isChat() ? query.prompt() : query.prompt().stripTrailing(),
            Map.of("temperature", 0, "max_tokens", 1, "logprobs", LOGPROBS));
    InputTensor.bool("return_logprobs", true).addTo(request);
    request.addOutputsBuilder().setName("logprobs");
    return stream(
        client,
        serving,
        request,
        deadline,
        outputs -> probabilities(outputs.texts("logprobs", 1).get(0), query.letters()));
  }

  /** Backends of before the end of 2024 can't weigh. */
  @Override
  public List<Use> triedOut(Serving serving, ModelMetadataResponse model) {
    return InferenceContract.hasInput(model, "return_logprobs")
        ? List.of(Use.SAMPLE, Use.WEIGH)
        : List.of(Use.SAMPLE);
  }

  @Override
  public CompletableFuture<Void> tryOut(
      TritonClient client, Serving serving, Use use, Deadline deadline) {
    return switch (use) {
      case SAMPLE -> sample(client, serving, TRIAL_SAMPLE, deadline).thenAccept(sampled -> {});
      case WEIGH -> letters(client, serving, TRIAL_CHOICE, deadline).thenAccept(weighed -> {});
    };
  }

  @Override
  public List<Requirement> requirements(Serving serving) {
    return List.of(
        new Requirement(ServedModel.language(serving), NAME, SIGNATURE),
        EmbeddingRequest.requirement(ServedModel.embedding(serving)));
  }

  private static CompletableFuture<Sampled> embed(
      TritonClient client, Serving serving, String id, List<String> samples, Deadline deadline) {
    List<String> texts = List.copyOf(new LinkedHashSet<>(samples));
    return EmbeddingRequest.send(client, ServedModel.embedding(serving), id, texts, deadline)
        .thenApply(
            rows ->
                new Sampled(
                    samples, samples.stream().map(sample -> rows[texts.indexOf(sample)]).toList()));
  }

  private static ModelInferRequest.Builder request(
      Serving serving, String id, String prompt, Map<String, Object> sampling) {
    ModelInferRequest.Builder request =
        ModelInferRequest.newBuilder()
            .setModelName(serving.modelName())
            .setModelVersion(serving.modelVersion())
            .setId(id);
    InputTensor.text("text_input", prompt).addTo(request);
    InputTensor.bool("stream", false).addTo(request);
    InputTensor.bool("exclude_input_in_output", true).addTo(request);
    // In the same order in each process.
    Map<String, Object> parameters = new TreeMap<>(sampling);
    if (!serving.adapterName().isEmpty()) {
      parameters.put("lora_name", serving.adapterName());
    }
    InputTensor.text("sampling_parameters", GSON.toJson(parameters)).addTo(request);
    request.addOutputsBuilder().setName(TEXT);
    return request;
  }

  private static <T> CompletableFuture<T> stream(
      TritonClient client,
      Serving serving,
      ModelInferRequest.Builder request,
      Deadline deadline,
      OutputReading<T> reading) {
    ServedModel model = ServedModel.language(serving);
    return client
        .streamInfer(model, request.build(), deadline, ADVICE)
        .thenCompose(answers -> client.read(model, NAME, () -> reading.read(onlyAnswer(answers))));
  }

  private static OutputTensors onlyAnswer(List<ModelInferResponse> answers)
      throws MalformedAnswerException {
    if (answers.size() != 1) {
      throw new MalformedAnswerException(
          "one response should come, but " + answers.size() + " came");
    }
    return OutputTensors.of(answers.get(0));
  }

  /**
   * Reads a list over the tokens of the answer, here one, of objects {@code token id -> {logprob,
   * decoded_token, ..}}.
   */
  public static double[] probabilities(String json, List<String> letters)
      throws MalformedAnswerException {
    double[] probabilities = new double[letters.size()];
    try {
      // Lenient enough for the -Infinity that Python writes.
      JsonArray positions = JsonParser.parseString(json).getAsJsonArray();
      if (positions.size() != 1) {
        throw new MalformedAnswerException(
            "output logprobs should be about 1 token, but is about " + positions.size());
      }
      for (Map.Entry<String, JsonElement> entry : positions.get(0).getAsJsonObject().entrySet()) {
        JsonObject token = entry.getValue().getAsJsonObject();
        JsonElement text = token.get("decoded_token");
        int letter = text.isJsonNull() ? -1 : letters.indexOf(text.getAsString().strip());
        if (letter >= 0) {
          probabilities[letter] += Math.exp(token.get("logprob").getAsDouble());
        }
      }
    } catch (JsonParseException
        | IllegalStateException
        | UnsupportedOperationException
        | NumberFormatException
        | NullPointerException e) {
      throw new MalformedAnswerException(
          "output logprobs should be a list of {token id: {logprob, decoded_token}}, but is "
              + (json.length() <= 200 ? json : json.substring(0, 200) + ".."));
    }
    return probabilities;
  }
}
