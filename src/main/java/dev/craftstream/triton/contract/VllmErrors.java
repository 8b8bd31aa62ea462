package dev.craftstream.triton.contract;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Failures of Triton's vLLM backend that come again however often a question is asked, by the words
 * that vLLM (0.13, and earlier ones where they differ) and the backend have for them.
 */
public final class VllmErrors extends KnownErrors {
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

  public VllmErrors() {
    super(advice());
  }

  private static Map<String, String> advice() {
    Map<String, String> advice = new LinkedHashMap<>();
    advice.put("longer than the maximum model length", TOO_LONG);
    advice.put("maximum context length", TOO_LONG);
    advice.put("prompt cannot be empty", "Give the question or the prompt a text");
    advice.put("logprobs of", LOGPROBS);
    advice.put("max_logprobs", LOGPROBS);
    advice.put("is not supported, we currently support", ADAPTER);
    advice.put("LoRA is not enabled", ADAPTER);
    advice.put("has no attribute 'lora_name'", SAMPLING);
    advice.put("JSONDecodeError", SAMPLING);
    return advice;
  }
}
