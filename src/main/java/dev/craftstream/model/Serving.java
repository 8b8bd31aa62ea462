package dev.craftstream.model;

/**
 * Where Triton serves a model checkpoint.
 *
 * @param modelName Triton's model name
 * @param modelVersion Triton's model version; empty for the server's own choice
 * @param contract how the model is asked
 * @param embeddingModelName the embedding model beside {@link Contract#VLLM}; else empty
 * @param embeddingModelVersion its version; empty for the server's own choice
 */
public record Serving(
    String modelName,
    String modelVersion,
    Contract contract,
    String embeddingModelName,
    String embeddingModelVersion) {}
