package dev.craftstream.triton.contract;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Failures of TensorRT-LLM's llmapi model that come again however often a question is asked, by the
 * words that the model and the LLM API (main branch of 2026, and earlier ones where they differ)
 * have for them. What is not among them, such as an executor that shut down, is the engine's.
 */
public final class LlmapiErrors extends KnownErrors {
  private static final String TOO_LONG =
      "Shorten the question or the prompt, or raise max_num_tokens and max_seq_len in the model's"
          + " model.yaml";
  private static final String ADAPTER =
      "Let the option triton.adapters-folder name the folder on the server that has a folder of the"
          + " adapter's name, enable LoRA in the model's model.yaml, and announce the checkpoint"
          + " again";
  private static final String SAMPLING =
      "The server does not take these sampling parameters: check query.temperature and the server's"
          + " log";

  public LlmapiErrors() {
    super(advice());
  }

  private static Map<String, String> advice() {
    Map<String, String> advice = new LinkedHashMap<>();
    advice.put("should not exceed max_num_tokens", TOO_LONG);
    advice.put("should not exceed max_seq_len", TOO_LONG);
    advice.put("exceeds maximum input length", TOO_LONG);
    advice.put("`default_max_tokens`", TOO_LONG);
    advice.put("lora_path", ADAPTER);
    advice.put("LoRA adapter", ADAPTER);
    advice.put("text_input is missing", "Give the question or the prompt a text");
    advice.put("Expected a scalar tensor", SAMPLING);
    advice.put("SamplingConfig", SAMPLING);
    advice.put("Streaming is only supported in decoupled mode", SAMPLING);
    return advice;
  }
}
