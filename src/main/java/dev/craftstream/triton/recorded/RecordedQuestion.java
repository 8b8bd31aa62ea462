package dev.craftstream.triton.recorded;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.evidence.Asked;
import java.util.ArrayList;
import java.util.List;

/**
 * A request to a language model, read back into what it asks: the reverse of what contracts send.
 *
 * @param serving which model, by which contract and under which adapter; no embedding model
 * @param asked what; its letters are empty where samples are wanted
 */
record RecordedQuestion(Serving serving, Asked asked) {
  /** Stands for the letters of contracts that ask for tokens. */
  private static final List<String> ANY_LETTERS = List.of("");

  /** Whether the request is to a language model; else it is to an embedding model. */
  static boolean isOne(RequestTensors inputs) {
    return inputs.has("prompt") || inputs.has("text_input");
  }

  static RecordedQuestion of(ModelInferRequest request, RequestTensors inputs)
      throws UnansweredException {
    if (inputs.has("prompt")) {
      return craft(request, inputs);
    }
    return inputs.has("sampling_parameters") ? vllm(request, inputs) : llmapi(request, inputs);
  }

  private static RecordedQuestion craft(ModelInferRequest request, RequestTensors inputs)
      throws UnansweredException {
    Serving serving =
        serving(request, Contract.CRAFT, inputs.has("adapter") ? inputs.text("adapter") : "");
    String prompt = inputs.text("prompt");
    return new RecordedQuestion(
        serving,
        inputs.has("options")
            ? Asked.letters(prompt, inputs.texts("options"))
            : Asked.samples(
                prompt,
                inputs.unsigned("seeds"),
                inputs.number("temperature"),
                inputs.integer("max_tokens"),
                inputs.texts("stop")));
  }

  private static RecordedQuestion vllm(ModelInferRequest request, RequestTensors inputs)
      throws UnansweredException {
    try {
      JsonObject sampling =
          JsonParser.parseString(inputs.text("sampling_parameters")).getAsJsonObject();
      JsonElement adapter = sampling.get("lora_name");
      Serving serving =
          serving(request, Contract.VLLM, adapter == null ? "" : adapter.getAsString());
      String prompt = inputs.text("text_input");
      if (inputs.has("return_logprobs")) {
        return new RecordedQuestion(serving, Asked.letters(prompt, ANY_LETTERS));
      }
      List<String> stop = new ArrayList<>();
      if (sampling.has("stop")) {
        sampling.getAsJsonArray("stop").forEach(text -> stop.add(text.getAsString()));
      }
      return new RecordedQuestion(
          serving,
          Asked.samples(
              prompt,
              List.of(sampling.get("seed").getAsLong()),
              sampling.get("temperature").getAsDouble(),
              sampling.get("max_tokens").getAsInt(),
              stop));
    } catch (JsonParseException
        | IllegalStateException
        | UnsupportedOperationException
        | NumberFormatException
        | NullPointerException e) {
      throw UnansweredException.refused(
          "input sampling_parameters should hold seed, temperature and max_tokens as the recorded run"
              + " sent them");
    }
  }

  private static RecordedQuestion llmapi(ModelInferRequest request, RequestTensors inputs)
      throws UnansweredException {
    return new RecordedQuestion(
        serving(request, Contract.LLMAPI, inputs.has("lora_name") ? inputs.text("lora_name") : ""),
        Asked.samples(
            inputs.text("text_input"),
            inputs.unsigned("sampling_param_seed"),
            inputs.has("sampling_param_temperature")
                ? inputs.number("sampling_param_temperature")
                : 0,
            inputs.integer("sampling_param_max_tokens"),
            List.of()));
  }

  private static Serving serving(ModelInferRequest request, Contract contract, String adapter) {
    return new Serving(
        request.getModelName(), request.getModelVersion(), contract, "", "", adapter);
  }
}
