package dev.craftstream.embedded.study;

import dev.craftstream.client.similar.Neighbours;
import dev.craftstream.client.similar.UnitVectors;
import dev.craftstream.method.StaticConflict;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.triton.TextEmbedder;
import dev.craftstream.triton.client.TritonSettings;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The static conflict (CRSS) of the study's datasets: each question is embedded once. */
final class StudyConflicts {
  static final List<Double> THRESHOLDS = List.of(0.8, 0.9, 0.95);
  private static final String EMBEDDING_MODEL = "minilm";
  private static final int BATCH = 64;

  private final Map<String, float[]> vectors = new HashMap<>();

  StudyConflicts(TritonSettings triton, List<Question> questions) throws Exception {
    List<Question> train =
        questions.stream().filter(question -> question.purpose() == Purpose.TRAIN).toList();
    try (TextEmbedder embedder = new TextEmbedder(triton, EMBEDDING_MODEL, "")) {
      embedder.awaitReady();
      embedder.embed(
          train.stream().map(Question::text).toList(),
          BATCH,
          2,
          (index, embedding) -> vectors.put(train.get(index).id(), UnitVectors.of(embedding)));
    }
  }

  /** The shares by their thresholds; empty where there is nothing to compare. */
  Map<String, Double> of(List<String> refusals, List<String> answers) {
    Map<String, Double> shares = new TreeMap<>();
    if (refusals.isEmpty() || answers.isEmpty()) {
      return shares;
    }
    Neighbours nearest = Neighbours.exact(of(refusals), of(answers), 1, searched -> {});
    int[] once = new int[refusals.size()];
    Arrays.fill(once, 1);
    StaticConflict.of(nearest.nearest(), once, THRESHOLDS)
        .shares()
        .forEach(share -> shares.put(Double.toString(share.threshold()), share.share()));
    return shares;
  }

  private float[][] of(List<String> ids) {
    return ids.stream().map(vectors::get).toArray(float[][]::new);
  }
}
