package dev.craftstream.triton.contract;

import dev.craftstream.triton.client.ErrorAdvice;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Failures of Triton's vLLM backend that come again however often a question is asked, by the words
 * that vLLM (0.13, and earlier ones where they differ) and the backend have for them.
 */
public final class VllmErrors implements ErrorAdvice {
  private static final String TOO_LONG =
      "Shorten the question or the prompt, or raise max_model_len in the model's model.json";
  private static final String LOGPROBS =
      "Raise max_logprobs to 20 in the model's model.json, which weighing options needs, and announce"
          + " the checkpoint again";
  private static final String ADAPTER =
      "Set enable_lora in the model's model.json, list the adapter in its multi_lora.json, load the"
          + " model again and announce the checkpoint again";
  private static final String SAMPLING =
      "The server's vLLM does not take these sampling parameters: check query.temperature,"
          + " query.stop and the server's log";

  /** In their order, for the first that is found counts. */
  private static final Map<String, String> ADVICE = new LinkedHashMap<>();

  static {
    ADVICE.put("longer than the maximum model length", TOO_LONG);
    ADVICE.put("maximum context length", TOO_LONG);
    ADVICE.put("prompt cannot be empty", "Give the question or the prompt a text");
    ADVICE.put("logprobs of", LOGPROBS);
    ADVICE.put("max_logprobs", LOGPROBS);
    ADVICE.put("is not supported, we currently support", ADAPTER);
    ADVICE.put("LoRA is not enabled", ADAPTER);
    ADVICE.put("has no attribute 'lora_name'", SAMPLING);
    ADVICE.put("JSONDecodeError", SAMPLING);
  }

  @Override
  public Optional<String> on(String words) {
    return words == null
        ? Optional.empty()
        : ADVICE.entrySet().stream()
            .filter(known -> words.contains(known.getKey()))
            .map(Map.Entry::getValue)
            .findFirst();
  }
}
