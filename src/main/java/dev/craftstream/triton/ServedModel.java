package dev.craftstream.triton;

import dev.craftstream.model.Serving;

/**
 * A model on the servers.
 *
 * @param version empty for the server's own choice
 */
record ServedModel(String name, String version) {

  static ServedModel language(Serving serving) {
    return new ServedModel(serving.modelName(), serving.modelVersion());
  }

  static ServedModel embedding(Serving serving) {
    return new ServedModel(serving.embeddingModelName(), serving.embeddingModelVersion());
  }

  /** For messages. */
  @Override
  public String toString() {
    return version.isEmpty() ? "model " + name : "model " + name + " version " + version;
  }
}
