package dev.craftstream.model.checkpoint;

/** How a served model is asked. */
public enum Contract {
  /** This project's own: samples with their embeddings, or option probabilities, in one call. */
  CRAFT,
  /** Triton's vLLM backend, with an embedding model beside it. */
  VLLM,
  /** The llmapi model of TensorRT-LLM's Triton backend, with an embedding model beside it. */
  LLMAPI
}
