package dev.craftstream.cli.common;

import dev.craftstream.client.similar.Neighbours;
import dev.craftstream.client.similar.UnitVectors;
import dev.craftstream.triton.TextEmbedder;
import dev.craftstream.triton.client.TritonSettings;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** How questions are embedded and compared; for commands that compare them. */
public final class EmbeddingOptions {
  @Option(
      names = "--embedding-model",
      paramLabel = "NAME",
      defaultValue = "minilm",
      description = "Model on Triton that embeds the questions. Default: ${DEFAULT-VALUE}.")
  private String model;

  @Option(
      names = "--embedding-model-version",
      paramLabel = "VERSION",
      defaultValue = "",
      description = "Its version. Default: the server's own choice.")
  private String modelVersion;

  @Option(
      names = "--exact-below",
      paramLabel = "N",
      defaultValue = "" + Neighbours.EXACT_BELOW,
      description =
          "With fewer questions to compare with, all are compared with all; else an HNSW index is"
              + " searched, which misses a few of the nearest. Default: ${DEFAULT-VALUE}.")
  private int exactBelow;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "64",
      description = "Questions in a request to the model. Default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      defaultValue = "4",
      description = "Requests in flight at once. Default: ${DEFAULT-VALUE}.")
  private int inFlight;

  /** Refuses values that cannot be meant. */
  public void check(CommandSpec spec) {
    Commands.requireAtLeast(spec, "--exact-below", exactBelow, 0);
    Commands.requireAtLeast(spec, "--batch", batch, 1);
    Commands.requireAtLeast(spec, "--in-flight", inFlight, 1);
  }

  /** The model and its version, for people. */
  public String modelName() {
    return modelVersion.isEmpty() ? model : model + " version " + modelVersion;
  }

  /** Whether all are compared with all. */
  public boolean isExact(int others) {
    return others < exactBelow;
  }

  /** A unit vector for each text; those that are the same to the letter share one. */
  public Map<String, float[]> embed(
      TritonSettings triton, Collection<String> texts, StepLine progress) throws Exception {
    List<String> distinct = texts.stream().distinct().toList();
    Map<String, float[]> vectors = new LinkedHashMap<>();
    try (TextEmbedder embedder = new TextEmbedder(triton, model, modelVersion)) {
      progress.start("waiting for the embedding model " + model, 0);
      embedder.awaitReady();
      progress.start("embedding questions", distinct.size());
      embedder.embed(
          distinct,
          batch,
          inFlight,
          (index, embedding) -> {
            vectors.put(distinct.get(index), UnitVectors.of(embedding));
            progress.add(1);
          });
    }
    return vectors;
  }

  /** The nearest ones of each vector; at least one on either side. */
  public Neighbours neighbours(float[][] vectors, float[][] others, int most, StepLine progress) {
    if (isExact(others.length)) {
      progress.start("comparing questions", vectors.length);
      return Neighbours.exact(vectors, others, most, progress::add);
    }
    progress.start("indexing and comparing questions", others.length + vectors.length);
    IntConsumer done = progress::add;
    return Neighbours.approximate(vectors, others, most, done, done);
  }
}
