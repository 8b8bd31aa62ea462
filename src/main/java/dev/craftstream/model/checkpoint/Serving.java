package dev.craftstream.model.checkpoint;

import java.io.Serializable;

/**
 * Where Triton serves a model checkpoint.
 *
 * @param modelName Triton's model name
 * @param modelVersion Triton's model version; empty for the server's own choice
 * @param contract how the model is asked
 * @param embeddingModelName the embedding model beside {@link Contract#VLLM} and {@link
 *     Contract#LLMAPI}; for {@link Contract#CRAFT} empty for the model's own embeddings
 * @param embeddingModelVersion its version; empty for the server's own choice
 * @param adapterName the LoRA adapter of the model that makes it this checkpoint; empty for the
 *     model as it is. So one served model is an INITIAL checkpoint and, with adapters, its
 *     REHEARSAL and TUNED ones
 */
public record Serving(
    String modelName,
    String modelVersion,
    Contract contract,
    String embeddingModelName,
    String embeddingModelVersion,
    String adapterName)
    implements Serializable {

  public Serving {
    // State of before adapters has none.
    adapterName = adapterName == null ? "" : adapterName;
  }

  /** The model as people read it, such as "llama version 2 with the adapter r1". */
  public String shown() {
    return modelName
        + (modelVersion.isEmpty() ? "" : " version " + modelVersion)
        + (adapterName.isEmpty() ? "" : " with the adapter " + adapterName);
  }
}
