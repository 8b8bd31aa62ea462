package dev.craftstream.client.report;

import dev.craftstream.client.report.CuratedQuestion.Curation;
import dev.craftstream.client.report.CuratedQuestion.Knowledge;
import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.label.Label;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a report says beside its pictures and tables, as the run's records have it. */
final class Captions {
  private final RunData run;

  Captions(RunData run) {
    this.run = run;
  }

  /** How the certainty of a task's questions was measured; empty where none was. */
  String certainty(Task task) {
    return knowledge(question -> question.task() == task)
        .map(Knowledge::kind)
        .filter(kind -> kind != CertaintyKind.NONE)
        .distinct()
        .sorted()
        .map(Captions::certainty)
        .collect(Collectors.collectingAndThen(Collectors.joining("; or "), Captions::sentence));
  }

  private static String sentence(String kinds) {
    return kinds.isEmpty() ? "" : "Certainty: " + kinds + ".";
  }

  private static String certainty(CertaintyKind kind) {
    return switch (kind) {
      case EMBEDDING_SIMILARITY -> "how alike the samples are (mean cosine similarity)";
      case SEMANTIC_ENTROPY -> "negative entropy of the samples’ meanings";
      case OPTION_ENTROPY -> "negative entropy of the options’ probabilities";
      case NORMALIZED_OPTION_ENTROPY ->
          "negative entropy of the options’ probabilities, brought to a sum of 1";
      case CHOSEN_OPTION_ENTROPY -> "negative entropy of the options that samples chose";
      case NONE -> "none";
    };
  }

  /** How the planes are to be read. */
  String plane() {
    boolean isDivided = run.datasets().stream().anyMatch(ChosenDataset::isDivided);
    return (isDivided
            ? "Dashed lines are the thresholds of correctness that the datasets were chosen by. "
            : "")
        + (samples().isEmpty()
            ? ""
            : "Points of sampled answers are moved sideways a little, since samples make"
                + " correctness a multiple of one over their number.");
  }

  /** How much of the flow is chance; empty where no answers were drawn. */
  String flow() {
    SortedSet<Integer> samples = samples();
    if (samples.isEmpty()) {
      return "";
    }
    // The standard deviation of a share of samples, at its greatest.
    double byChance = 0.5 / Math.sqrt(samples.first());
    return String.format(
        Locale.ROOT,
        "Flow is noisy. With %s a question, correctness moves by up to %.2f from one draw to the"
            + " next by chance alone (standard deviation), so the flow of a single question says"
            + " little; that of a cell says more.",
        samples.stream()
            .map(number -> number + (number == 1 ? " sample" : " samples"))
            .collect(Collectors.joining(" or ")),
        byChance);
  }

  /** The numbers of samples that questions were measured by. */
  private SortedSet<Integer> samples() {
    return knowledge(question -> true)
        .map(Knowledge::samples)
        .filter(samples -> samples > 0)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private Stream<Knowledge> knowledge(Predicate<CuratedQuestion> which) {
    return run.questions().stream()
        .filter(which)
        .flatMap(question -> Stream.of(question.initial(), question.rehearsal()))
        .filter(Objects::nonNull);
  }

  /** What the model is taught to say in a REFUSAL. */
  String refusal() {
    List<String> responses =
        run.questions().stream()
            .map(CuratedQuestion::newest)
            .filter(decision -> decision != null && decision.label() == Label.REFUSAL)
            .map(Curation::response)
            .distinct()
            .sorted()
            .map(response -> "“" + Wording.shortened(response, 40) + "”")
            .toList();
    return responses.isEmpty() ? "a refusal" : String.join(" or ", responses);
  }

  /** Of the evaluation's intervals; empty where there is none. */
  String confidence() {
    return run.evaluations().stream()
        .map(EvaluatedCheckpoint::confidence)
        .distinct()
        .sorted()
        .map(confidence -> "%.0f %%".formatted(100 * confidence))
        .collect(Collectors.joining(" or "));
  }
}
