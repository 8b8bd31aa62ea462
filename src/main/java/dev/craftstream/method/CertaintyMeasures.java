package dev.craftstream.method;

import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.CertaintyKind;
import java.io.Serializable;

/**
 * Which certainty is measured. That of multiple-choice questions is of their letters'
 * probabilities; where samples choose, it is {@link CertaintyKind#CHOSEN_OPTION_ENTROPY}.
 *
 * @param openEnded {@link CertaintyKind#EMBEDDING_SIMILARITY} or {@link
 *     CertaintyKind#SEMANTIC_ENTROPY}
 * @param multipleChoice {@link CertaintyKind#OPTION_ENTROPY} or {@link
 *     CertaintyKind#NORMALIZED_OPTION_ENTROPY}
 * @param clusterSimilarity for semantic entropy: cosine from which two samples mean the same, above
 *     0 to 1
 */
public record CertaintyMeasures(
    CertaintyKind openEnded, CertaintyKind multipleChoice, double clusterSimilarity)
    implements Serializable {

  /**
   * A cosine of all-MiniLM-L6-v2 that keeps different answers apart. Of 42 pairs of short answers
   * written by hand, none of the 22 that differ in meaning ("1969", "1968"; "It is Paris.", "It is
   * London.") reached it (the nearest had 0.81), and 11 of the 20 that say the same in other words
   * did. Two answers taken for one would make a guessing model look sure; one taken for two only
   * costs some certainty, and a third wording often links them.
   */
  public static final double CLUSTER_SIMILARITY = 0.85;

  /** The paper's. */
  public static final CertaintyMeasures PAPER =
      new CertaintyMeasures(
          CertaintyKind.ofThePaper(Task.OPEN_ENDED),
          CertaintyKind.ofThePaper(Task.MULTIPLE_CHOICE),
          CLUSTER_SIMILARITY);

  public CertaintyMeasures {
    requireFor(Task.OPEN_ENDED, openEnded);
    requireFor(Task.MULTIPLE_CHOICE, multipleChoice);
    if (!(clusterSimilarity > 0 && clusterSimilarity <= 1)) {
      throw new IllegalArgumentException(
          "Samples can't be clustered by a cosine of "
              + clusterSimilarity
              + "; choose one above 0 and up to 1.");
    }
  }

  /** The certainty of an open-ended question whose samples have these embeddings. */
  double ofSamples(double[][] embeddings) {
    return openEnded == CertaintyKind.SEMANTIC_ENTROPY
        ? SemanticEntropy.certainty(embeddings, clusterSimilarity)
        : EmbeddingSimilarity.of(embeddings);
  }

  /** The certainty of a multiple-choice question whose letters have these probabilities. */
  double ofOptions(double[] probabilities) {
    return multipleChoice == CertaintyKind.NORMALIZED_OPTION_ENTROPY
        ? OptionEntropy.normalizedCertainty(probabilities)
        : OptionEntropy.certainty(probabilities);
  }

  private static void requireFor(Task task, CertaintyKind kind) {
    if (!kind.isFor(task) || kind == CertaintyKind.CHOSEN_OPTION_ENTROPY) {
      String allowed =
          task == Task.OPEN_ENDED
              ? "EMBEDDING_SIMILARITY or SEMANTIC_ENTROPY"
              : "OPTION_ENTROPY or NORMALIZED_OPTION_ENTROPY";
      throw new IllegalArgumentException(
          "The certainty of "
              + (task == Task.OPEN_ENDED ? "open-ended" : "multiple-choice")
              + " questions can't be "
              + kind
              + "; choose "
              + allowed
              + ".");
    }
  }
}
