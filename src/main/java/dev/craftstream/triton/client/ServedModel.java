package dev.craftstream.triton.client;

import dev.craftstream.model.checkpoint.Serving;

/**
 * A model on the servers.
 *
 * @param version empty for the server's own choice
 * @param adapter a LoRA adapter of the model; empty for none
 */
public record ServedModel(String name, String version, String adapter) {

  public static ServedModel language(Serving serving) {
    return new ServedModel(serving.modelName(), serving.modelVersion(), serving.adapterName());
  }

  public static ServedModel embedding(Serving serving) {
    return new ServedModel(serving.embeddingModelName(), serving.embeddingModelVersion(), "");
  }

  /** For messages. */
  @Override
  public String toString() {
    return "model "
        + name
        + (version.isEmpty() ? "" : " version " + version)
        + (adapter.isEmpty() ? "" : " with the adapter " + adapter);
  }
}
