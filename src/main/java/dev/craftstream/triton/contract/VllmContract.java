package dev.craftstream.triton.contract;

import static dev.craftstream.triton.contract.ModelSignature.part;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelMetadataResponse;
import dev.craftstream.method.Thoughts;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.evidence.Asked;
import dev.craftstream.model.evidence.TokenProbability;
import dev.craftstream.triton.client.ErrorAdvice;
import dev.craftstream.triton.client.MalformedAnswerException;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Triton's vLLM backend, with an embedding model beside it.
 *
 * <p>In words: a streamed request for each sample, with a seed of its own, all at once (vLLM shares
 * the prompt between them). One request for n samples would do with vLLM's engine of before version
 * 1 only: since then the backend answers with those alone that ended in the engine's last step.
 *
 * <p>By letters: one streamed request for one token with the {@value #LOGPROBS} most probable ones
 * (what vLLM gives without being configured for more), for at most that many letters. White space
 * at the prompt's end is cut, since the tokens of the letters begin with their blank; behind a
 * blank a model expects something else than a letter. A chat template's end is left as it is. An
 * option's probability is the sum over the tokens that are its letter but for white space around
 * it; a letter that is not among the most probable tokens gets 0, which is off by less than the
 * least of these. What all other tokens have together is told beside the letters.
 *
 * <p>The text is requested beside the log-probabilities: without it Triton of before 24.12 loses
 * the model.
 */
public final class VllmContract implements InferenceContract {
  private static final String NAME = "vllm";
  private static final int LOGPROBS = 20;
  private static final String TEXT = "text_output";
  private static final Gson GSON = new Gson();
  private static final ErrorAdvice ADVICE = new VllmErrors();

  /** Backends of before 2025 have none of these. */
  private static final TokenCounts TOKENS =
      new TokenCounts(
          "num_input_tokens",
          "num_output_tokens",
          List.of("return_num_input_tokens", "return_num_output_tokens"));

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

  private final Thoughts thoughts;

  /**
   * @param thoughts what is no part of an answer in words
   */
  public VllmContract(Thoughts thoughts) {
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
        text -> query.answer(text, thoughts));
  }

  private CompletableFuture<String> sample(
      TritonClient client, Serving serving, SampleQuery query, long seed, Deadline deadline) {
    ContractCall call = call(client, serving, deadline);
    ModelInferRequest.Builder request =
        request(
            call,
            serving,
            query.id(),
            query.prompt(),
            Map.of(
                "temperature", query.temperature(),
                "top_p", 1,
                "max_tokens", query.maxTokens(),
                "stop", query.stopAtServer(thoughts),
                "seed", seed));
    return call.streamed(request, ADVICE, outputs -> outputs.texts(TEXT, 1).get(0));
  }

  @Override
  public CompletableFuture<Weighed> weigh(
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
                      + " most probable tokens. Leave options out of the question, or set"
                      + " query.multiple-choice.by to SAMPLES"));
    }
    return letters(client, serving, query, deadline)
        .thenCompose(
            weighed ->
                client.read(
                    model,
                    NAME,
                    () -> {
                      OptionProbabilities.checked(weighed.probabilities(), query.letters());
                      return weighed;
                    }));
  }

  /** The same, but as the model says it. */
  private static CompletableFuture<Weighed> letters(
      TritonClient client, Serving serving, MultipleChoiceQuery query, Deadline deadline) {
    ContractCall call = call(client, serving, deadline);
    ModelInferRequest.Builder request =
        request(
            call,
            serving,
            query.id(),
            letterPrompt(query),
            Map.of("temperature", 0, "max_tokens", 1, "logprobs", LOGPROBS));
    InputTensor.bool("return_logprobs", true).addTo(request);
    request.addOutputsBuilder().setName("logprobs");
    return call.streamed(
        request, ADVICE, outputs -> weighed(outputs.texts("logprobs", 1).get(0), query.letters()));
  }

  private static String letterPrompt(MultipleChoiceQuery query) {
    return query.isChat() ? query.prompt() : query.prompt().stripTrailing();
  }

  @Override
  public Asked asked(SampleQuery query) {
    return query.sent(query.stopAtServer(thoughts));
  }

  @Override
  public Asked asked(MultipleChoiceQuery query) {
    return Asked.letters(letterPrompt(query), query.letters());
  }

  /** Backends of before the end of 2024 can't weigh. */
  @Override
  public List<Use> triedOut(Serving serving, ModelMetadataResponse model) {
    return InferenceContract.hasInput(model, "return_logprobs")
        ? List.of(Use.SAMPLE, Use.WEIGH)
        : List.of(Use.SAMPLE);
  }

  /** Whatever the probabilities of the trial's letters are. */
  @Override
  public CompletableFuture<Void> tryOut(
      TritonClient client, Serving serving, Use use, Deadline deadline) {
    return use == Use.WEIGH
        ? letters(client, serving, TRIAL_CHOICE, deadline).thenAccept(weighed -> {})
        : InferenceContract.super.tryOut(client, serving, use, deadline);
  }

  @Override
  public List<Requirement> requirements(Serving serving) {
    return List.of(
        new Requirement(ServedModel.language(serving), NAME, SIGNATURE),
        EmbeddingRequest.requirement(ServedModel.embedding(serving)));
  }

  @Override
  public Optional<String> unservable(Serving serving, TritonSettings settings) {
    return InferenceContract.withoutEmbeddingModel(serving, NAME);
  }

  private static ContractCall call(TritonClient client, Serving serving, Deadline deadline) {
    return new ContractCall(client, ServedModel.language(serving), NAME, TOKENS, deadline);
  }

  private static ModelInferRequest.Builder request(
      ContractCall call, Serving serving, String id, String prompt, Map<String, Object> sampling) {
    ModelInferRequest.Builder request = call.request(id);
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

  /**
   * Reads a list over the tokens of the answer, here one, of objects {@code token id -> {logprob,
   * decoded_token, ..}}.
   */
  public static Weighed weighed(String json, List<String> letters) throws MalformedAnswerException {
    double[] probabilities = new double[letters.size()];
    List<TokenProbability> tokens = new ArrayList<>();
    double seen = 0;
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
        String shown = text.isJsonNull() ? null : text.getAsString();
        int letter = shown == null ? -1 : letters.indexOf(shown.strip());
        double logprob = token.get("logprob").getAsDouble();
        tokens.add(new TokenProbability(entry.getKey(), shown, logprob));
        double probability = Math.exp(logprob);
        seen += probability;
        if (letter >= 0) {
          probabilities[letter] += probability;
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
    if (Double.isNaN(seen)) {
      throw new MalformedAnswerException("output logprobs should hold numbers, but one is none");
    }
    return new Weighed(probabilities, Math.min(1, Math.max(0, 1 - seen)), tokens);
  }
}
