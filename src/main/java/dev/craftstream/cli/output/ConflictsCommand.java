package dev.craftstream.cli.output;

import dev.craftstream.cli.common.Commands;
import dev.craftstream.cli.common.EmbeddingOptions;
import dev.craftstream.cli.common.JobOptions;
import dev.craftstream.cli.common.Json;
import dev.craftstream.cli.common.StepLine;
import dev.craftstream.client.DatasetTopics;
import dev.craftstream.client.exchange.CollectedDataset;
import dev.craftstream.client.exchange.Names;
import dev.craftstream.client.similar.Neighbours;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.method.StaticConflict;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.Label;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./craft conflicts}. */
@Command(
    name = "conflicts",
    description = {
      "Measures the static conflict (CRSS) of a dataset: the share of its REFUSAL samples whose nearest"
          + " ANSWER sample is more similar than a threshold, by the cosine of their questions'"
          + " embeddings. Shows the closest pairs."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "The vectors are held in memory, 1.6 KB each with 384 numbers; for more than 300,000 samples give"
          + " more of it: CRAFT_JAVA_OPTIONS=-Xmx8g ./craft conflicts ...",
      "",
      "Examples:",
      "  ./craft conflicts DATASET_ID",
      "  ./craft conflicts DATASET_ID --threshold 0.85,0.95 --pairs 50",
      "  ./craft conflicts DATASET_ID --embedding-model minilm -Dtriton.endpoints=triton:8001",
      "  ./craft conflicts DATASET_ID --json | jq '.crss'"
    })
public final class ConflictsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private JobOptions job;
  @Mixin private EmbeddingOptions embedding;

  @Parameters(paramLabel = "DATASET_ID", description = "The dataset, as its manifest names it.")
  private String datasetId;

  @Option(
      names = "--threshold",
      paramLabel = "COSINE",
      split = ",",
      defaultValue = "0.8,0.9,0.95,0.99",
      description =
          "Similarities that count as a conflict when exceeded. Default: ${DEFAULT-VALUE}.")
  private List<Double> thresholds;

  @Option(
      names = "--pairs",
      paramLabel = "N",
      defaultValue = "10",
      description = "How many of the closest pairs are shown. Default: ${DEFAULT-VALUE}.")
  private int pairs;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "How long to wait for the dataset. Default: ${DEFAULT-VALUE}.")
  private int timeout;

  @Option(names = "--json", description = "Print one JSON object instead of text.")
  private boolean json;

  /** A question of the dataset. */
  private record Sample(String questionId, String label, String question, int copies) {}

  /** A REFUSAL question and the ANSWER question that it is closest to. */
  private record Pair(double similarity, Sample refusal, Sample answer) {}

  /** All that is said of a dataset; its component names are the fields of the JSON. */
  private record Report(
      String dataset,
      String embeddingModel,
      String search,
      int answerQuestions,
      long answerSamples,
      int refusalQuestions,
      long refusalSamples,
      List<StaticConflict.Share> crss,
      List<StaticConflict.Quantile> nearestSimilarity,
      List<Pair> closestPairs) {}

  @Override
  public Integer call() throws Exception {
    check();
    CurationSettings settings = job.settingsWithTriton();
    Neighbours nearest;
    List<Sample> answers;
    List<Sample> refusals;
    try (StepLine progress = new StepLine(spec)) {
      List<Sample> samples = samples(settings, progress);
      answers = labelled(samples, Label.LABEL_ANSWER);
      refusals = labelled(samples, Label.LABEL_REFUSAL);
      if (answers.isEmpty() || refusals.isEmpty()) {
        throw new IOException(
            "CRSS of the dataset %s is undefined: it has %,d ANSWER and %,d REFUSAL questions, and at least one of each is compared."
                .formatted(datasetId, answers.size(), refusals.size()));
      }
      Map<String, float[]> vectors =
          embedding.embed(
              settings.triton(), samples.stream().map(Sample::question).toList(), progress);
      nearest =
          embedding.neighbours(
              vectorsOf(refusals, vectors), vectorsOf(answers, vectors), 1, progress);
    }
    StaticConflict conflict =
        StaticConflict.of(
            nearest.nearest(), refusals.stream().mapToInt(Sample::copies).toArray(), thresholds);
    Report report =
        new Report(
            datasetId,
            embedding.modelName(),
            embedding.isExact(answers.size()) ? "exact" : "approximate",
            answers.size(),
            answers.stream().mapToLong(Sample::copies).sum(),
            refusals.size(),
            conflict.refusals(),
            conflict.shares(),
            conflict.quantiles(),
            closest(refusals, answers, nearest));
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.line(report));
    } else {
      print(report, out);
    }
    out.flush();
    return 0;
  }

  private void check() {
    for (double threshold : thresholds) {
      if (!(threshold >= -1 && threshold <= 1)) {
        throw Commands.wrong(
            spec, "The threshold " + threshold + " is no cosine similarity; give -1 to 1.");
      }
    }
    Commands.requireAtLeast(spec, "--pairs", pairs, 0);
    Commands.requireAtLeast(spec, "--timeout", timeout, 0);
    embedding.check(spec);
  }

  private List<Sample> samples(CurationSettings settings, StepLine progress) throws IOException {
    progress.start("reading the dataset", 0);
    CollectedDataset dataset =
        new DatasetTopics(settings.kafka())
            .collect(
                datasetId,
                Duration.ofSeconds(timeout),
                false,
                collected -> progress.at(collected.baseQuestions()));
    List<Sample> samples = new ArrayList<>();
    for (DatasetRecord record : dataset.present()) {
      if (record.getQuestion().isBlank()) {
        throw new IOException(
            "The record on question %s of the dataset %s does not hold the question itself; it was written by an older version of the job. Ask for the dataset again with ./craft request."
                .formatted(record.getQuestionId(), datasetId));
      }
      samples.add(
          new Sample(
              record.getQuestionId(),
              Names.label(record.getLabel()),
              record.getQuestion(),
              Math.max(1, record.getCopies())));
    }
    return samples;
  }

  private static List<Sample> labelled(List<Sample> samples, Label label) {
    String name = Names.label(label);
    return samples.stream().filter(sample -> sample.label().equals(name)).toList();
  }

  private static float[][] vectorsOf(List<Sample> samples, Map<String, float[]> vectors) {
    return samples.stream().map(sample -> vectors.get(sample.question())).toArray(float[][]::new);
  }

  private List<Pair> closest(List<Sample> refusals, List<Sample> answers, Neighbours nearest) {
    return IntStream.range(0, refusals.size())
        .boxed()
        .sorted(
            Comparator.comparingDouble((Integer i) -> -nearest.similarities()[i][0])
                .thenComparing(i -> refusals.get(i).questionId()))
        .limit(pairs)
        .map(
            i ->
                new Pair(
                    nearest.similarities()[i][0],
                    refusals.get(i),
                    answers.get(nearest.places()[i][0])))
        .toList();
  }

  private static void print(Report report, PrintWriter out) {
    say(
        out,
        "%s: %,d ANSWER and %,d REFUSAL samples of %,d and %,d questions",
        report.dataset(),
        report.answerSamples(),
        report.refusalSamples(),
        report.answerQuestions(),
        report.refusalQuestions());
    say(out, "Embedded by %s; %s nearest neighbours", report.embeddingModel(), report.search());
    say(out, "");
    say(out, "CRSS: REFUSAL samples whose nearest ANSWER sample is more similar than");
    for (StaticConflict.Share share : report.crss()) {
      say(out, "  %.2f  %6.2f %%", share.threshold(), 100 * share.share());
    }
    say(out, "");
    say(out, "Similarity to the nearest ANSWER sample");
    for (StaticConflict.Quantile quantile : report.nearestSimilarity()) {
      say(out, "  %-7s %6.3f", name(quantile.portion()), quantile.similarity());
    }
    if (!report.closestPairs().isEmpty()) {
      say(out, "");
      say(out, "Closest pairs");
    }
    for (Pair pair : report.closestPairs()) {
      say(out, "  %.3f", pair.similarity());
      for (Sample sample : List.of(pair.refusal(), pair.answer())) {
        say(
            out,
            "    %-7s  %s: %s",
            sample.label(),
            sample.questionId(),
            sample.question().strip().replaceAll("\\R", " / "));
      }
    }
  }

  private static String name(double portion) {
    return portion == 0
        ? "least"
        : portion == 1 ? "most" : portion == 0.5 ? "median" : Math.round(100 * portion) + " %";
  }

  private static void say(PrintWriter out, String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values).stripTrailing());
  }
}
