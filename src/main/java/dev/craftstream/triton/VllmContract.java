package dev.craftstream.triton;

import static dev.craftstream.triton.ModelSignature.part;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelInferResponse;
import dev.craftstream.model.Serving;
import dev.craftstream.triton.ModelSignature.Wanted;
import io.grpc.Deadline;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Triton's vLLM backend, with an embedding model beside it.
 *
 * <p>In words: one streamed request for all samples, then one to the embedding model (input {@code
 * text} BYTES[T], output {@code embeddings} FP32 or FP64 [T, D]) for the distinct ones, where
 * embeddings are wanted. vLLM takes one seed a request and makes the samples' own of it by counting
 * up, so that only the first of the seeds is used.
 *
 * <p>By letters: one streamed request for one token with the {@value #LOGPROBS} most probable ones
 * (what vLLM gives without being configured for more). An option's probability is the sum over the
 * tokens that are its letter but for white space around it; a letter that is not among the most
 * probable tokens gets 0, which is off by less than the least of these.
 */
final class VllmContract implements InferenceContract {
  private static final String NAME = "vllm";
  private static final int LOGPROBS = 20;
  private static final Gson GSON = new Gson();

  private static final ModelSignature SIGNATURE =
      new ModelSignature(
          part(
              List.of(
                  Wanted.of("text_input", "BYTES"),
                  Wanted.of("stream", "BOOL"),
                  Wanted.of("sampling_parameters", "BYTES"),
                  Wanted.of("exclude_input_in_output", "BOOL")),
              Wanted.of("text_output", "BYTES")),
          // Backends of before the end of 2024 know open-ended questions only.
          List.of(
              part(List.of(Wanted.of("return_logprobs", "BOOL")), Wanted.of("logprobs", "BYTES"))),
          false);

  @Override
  public CompletableFuture<Sampled> sample(
      TritonClient client, Serving serving, SampleQuery query, Deadline deadline) {
    int count = query.seeds().size();
    ModelInferRequest.Builder request =
        request(
            serving,
            query.id(),
            query.prompt(),
            Map.of(
                "n", count,
                "temperature", query.temperature(),
                "top_p", 1,
                "max_tokens", query.maxTokens(),
                "stop", query.stop(),
                "seed", query.seeds().get(0)));
    request.addOutputsBuilder().setName("text_output");
    ServedModel model = ServedModel.language(serving);
    return client
        .streamInfer(model, request.build(), deadline)
        .thenCompose(
            answers ->
                client.read(model, NAME, () -> onlyAnswer(answers).texts("text_output", count)))
        .thenCompose(
            samples ->
                query.embedded()
                    ? embed(client, serving, query.id(), samples, deadline)
                    : CompletableFuture.completedFuture(new Sampled(samples, List.of())));
  }

  @Override
  public CompletableFuture<double[]> weigh(
      TritonClient client, Serving serving, MultipleChoiceQuery query, Deadline deadline) {
    ModelInferRequest.Builder request =
        request(
            serving,
            query.id(),
            query.prompt(),
            Map.of("n", 1, "temperature", 1.0, "top_p", 1, "max_tokens", 1, "logprobs", LOGPROBS));
    InputTensor.bool("return_logprobs", true).addTo(request);
    request.addOutputsBuilder().setName("logprobs");
    ServedModel model = ServedModel.language(serving);
    return client
        .streamInfer(model, request.build(), deadline)
        .thenCompose(
            answers ->
                client.read(
                    model,
                    NAME,
                    () ->
                        OptionProbabilities.checked(
                            probabilities(
                                onlyAnswer(answers).texts("logprobs", 1).get(0), query.letters()),
                            query.letters())));
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
    InputTensor.text("sampling_parameters", GSON.toJson(new TreeMap<>(sampling))).addTo(request);
    return request;
  }

  private static OutputTensors onlyAnswer(List<ModelInferResponse> answers)
      throws MalformedAnswerException {
    if (answers.size() != 1) {
      throw new MalformedAnswerException(
          "one response with all samples should come, but " + answers.size() + " came");
    }
    return OutputTensors.of(answers.get(0));
  }

  /**
   * Reads a list over the tokens of the answer, here one, of objects {@code token id -> {logprob,
   * decoded_token, ..}}.
   */
  static double[] probabilities(String json, List<String> letters) throws MalformedAnswerException {
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
