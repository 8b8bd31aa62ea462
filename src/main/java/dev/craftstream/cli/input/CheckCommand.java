package dev.craftstream.cli.input;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import dev.craftstream.cli.common.Commands;
import dev.craftstream.cli.common.EmbeddingOptions;
import dev.craftstream.cli.common.JobOptions;
import dev.craftstream.cli.common.Json;
import dev.craftstream.cli.common.StepLine;
import dev.craftstream.client.QuestionTopic;
import dev.craftstream.client.TopicWriter;
import dev.craftstream.client.similar.QuestionCheck;
import dev.craftstream.client.similar.QuestionCheck.Finding;
import dev.craftstream.client.similar.QuestionCheck.Kind;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.model.Origin;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./craft check}. */
@Command(
    name = "check",
    description = {
      "Looks for questions that are there twice: TRAIN questions that say the same as one of the"
          + " evaluation, or as another TRAIN question. Two say the same where their embeddings are"
          + " similar, one answer is right about both, and their numbers and rare words are the same."
          + " Also shows questions that are nearly the same and have different answers."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "With --tag the job leaves what was found out of all datasets: it is DROPPED, with its own"
          + " reason. Nothing else of a question changes, and no model is asked again.",
      "The vectors are held in memory, 1.6 KB each with 384 numbers; for more than 300,000 questions"
          + " give more of it: CRAFT_JAVA_OPTIONS=-Xmx8g ./craft check",
      "",
      "Examples:",
      "  ./craft check",
      "  ./craft check --similar-from 0.85 --out found.jsonl",
      "  ./craft check --tag"
    })
public final class CheckCommand implements Callable<Integer> {
  private static final int WRITTEN_AT_ONCE = 1_000;

  @Spec private CommandSpec spec;
  @Mixin private JobOptions job;
  @Mixin private EmbeddingOptions embedding;

  @Option(
      names = "--similar-from",
      paramLabel = "COSINE",
      defaultValue = "0.75",
      description =
          "Least similarity of two questions that say the same. Default: ${DEFAULT-VALUE}.")
  private double similarFrom;

  @Option(
      names = "--contradiction-from",
      paramLabel = "COSINE",
      defaultValue = "0.95",
      description =
          "Least similarity of two questions whose different answers are shown. Default:"
              + " ${DEFAULT-VALUE}.")
  private double contradictionFrom;

  @Option(
      names = "--examples",
      paramLabel = "N",
      defaultValue = "5",
      description = "How many of a kind are shown. Default: ${DEFAULT-VALUE}.")
  private int examples;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Writes everything that was found there, a JSON object on each line.")
  private Path out;

  @Option(
      names = "--tag",
      description =
          "Tags what was found in the topic, so that the job leaves it out, and takes the tags of"
              + " questions away that have them no longer for a reason.")
  private boolean tag;

  @Option(names = "--json", description = "Print one JSON object instead of text.")
  private boolean json;

  /** A finding as it is written; its component names are the fields of the JSON. */
  private record Row(
      Kind kind,
      String questionId,
      String question,
      String otherId,
      String other,
      double similarity,
      boolean sameWords) {
    static Row of(Finding finding) {
      return new Row(
          finding.kind(),
          finding.question().id(),
          finding.question().text(),
          finding.other().id(),
          finding.other().text(),
          finding.similarity(),
          finding.sameWords());
    }
  }

  /**
   * All that is said; its component names are the fields of the JSON.
   *
   * @param tagged questions whose tags were changed; null without {@code --tag}
   * @param changedMeanwhile questions that had to be left alone
   */
  private record Report(
      int questions,
      String embeddingModel,
      long evaluated,
      long duplicates,
      long contradictions,
      Integer tagged,
      Integer changedMeanwhile,
      List<Row> examples) {}

  @Override
  public Integer call() throws Exception {
    check();
    CurationSettings settings = job.settingsWithTriton();
    Map<String, Question> questions;
    List<Finding> findings;
    Integer tagged = null;
    Integer changedMeanwhile = null;
    try (StepLine progress = new StepLine(spec)) {
      questions = read(settings, progress);
      if (questions.isEmpty()) {
        throw new IOException(
            "The topic %s holds no questions. ./craft import writes them."
                .formatted(settings.kafka().topics().questions()));
      }
      findings = findings(questions, settings, progress);
      if (out != null) {
        write(findings);
      }
      if (tag) {
        List<Question> changed = changed(questions, findings);
        tagged = tag(questions, changed, settings, progress);
        changedMeanwhile = changed.size() - tagged;
      }
    }
    Map<Kind, Long> counts = findings.stream().collect(groupingBy(Finding::kind, counting()));
    Report report =
        new Report(
            questions.size(),
            embedding.modelName(),
            counts.getOrDefault(Kind.EVALUATED, 0L),
            counts.getOrDefault(Kind.DUPLICATE, 0L),
            counts.getOrDefault(Kind.CONTRADICTION, 0L),
            tagged,
            changedMeanwhile,
            examples(findings));
    PrintWriter text = spec.commandLine().getOut();
    if (json) {
      text.println(Json.line(report));
    } else {
      print(report, text);
    }
    text.flush();
    return 0;
  }

  private void check() {
    for (double threshold : new double[] {similarFrom, contradictionFrom}) {
      if (!(threshold >= -1 && threshold <= 1)) {
        throw Commands.wrong(spec, threshold + " is no cosine similarity; give -1 to 1.");
      }
    }
    Commands.requireAtLeast(spec, "--examples", examples, 0);
    embedding.check(spec);
  }

  private static Map<String, Question> read(CurationSettings settings, StepLine progress) {
    progress.start("reading questions", 0);
    return QuestionTopic.all(
        settings.kafka(), settings.limits(), (read, left) -> progress.at((int) read));
  }

  private List<Finding> findings(
      Map<String, Question> questions, CurationSettings settings, StepLine progress)
      throws Exception {
    QuestionCheck check = new QuestionCheck(questions.values(), similarFrom, contradictionFrom);
    List<String> texts = check.texts();
    Map<String, float[]> vectors = embedding.embed(settings.triton(), texts, progress);
    float[][] all = texts.stream().map(vectors::get).toArray(float[][]::new);
    return check.findings(embedding.neighbours(all, all, QuestionCheck.NEIGHBOURS + 1, progress));
  }

  private void write(List<Finding> findings) throws IOException {
    try (BufferedWriter lines = Files.newBufferedWriter(out)) {
      for (Finding finding : findings) {
        lines.write(Json.line(Row.of(finding)));
        lines.newLine();
      }
    }
  }

  private static List<Question> changed(Map<String, Question> questions, List<Finding> findings) {
    Map<String, Finding> byId = new HashMap<>();
    findings.stream()
        .filter(finding -> finding.kind() != Kind.CONTRADICTION)
        .forEach(finding -> byId.put(finding.question().id(), finding));
    return questions.values().stream()
        .map(question -> QuestionCheck.tagged(question, byId.get(question.id())))
        .filter(question -> question != questions.get(question.id()))
        .toList();
  }

  /**
   * Writes the questions with their other tags, but for those that changed or went since they were
   * read.
   *
   * @return how many were written
   */
  private static int tag(
      Map<String, Question> read,
      List<Question> changed,
      CurationSettings settings,
      StepLine progress) {
    if (changed.isEmpty()) {
      return 0;
    }
    Map<String, Question> now = read(settings, progress);
    List<QuestionEvent> events =
        changed.stream()
            .filter(question -> read.get(question.id()).equals(now.get(question.id())))
            .map(question -> new QuestionEvent(question.id(), question, new Origin("", 0, 0)))
            .toList();
    progress.start("tagging questions", events.size());
    try (TopicWriter writer = new TopicWriter(settings.kafka())) {
      for (int from = 0; from < events.size(); from += WRITTEN_AT_ONCE) {
        List<QuestionEvent> some =
            events.subList(from, Math.min(from + WRITTEN_AT_ONCE, events.size()));
        writer.questions(some);
        progress.add(some.size());
      }
    }
    return events.size();
  }

  private List<Row> examples(List<Finding> findings) {
    List<Row> rows = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      findings.stream()
          .filter(finding -> finding.kind() == kind)
          // The least similar ones are those to doubt.
          .sorted(Comparator.comparingDouble(Finding::similarity))
          .limit(examples)
          .map(Row::of)
          .forEach(rows::add);
    }
    return rows;
  }

  private static void print(Report report, PrintWriter text) {
    text.printf("%,d questions, embedded by %s%n", report.questions(), report.embeddingModel());
    text.printf(
        "  %,d TRAIN questions say the same as one of the evaluation%n", report.evaluated());
    text.printf("  %,d TRAIN questions say the same as another one%n", report.duplicates());
    text.printf(
        "  %,d questions are nearly the same as another one, and have another answer%n",
        report.contradictions());
    if (report.tagged() != null) {
      text.printf("The tags of %,d questions were changed.%n", report.tagged());
      if (report.changedMeanwhile() > 0) {
        text.printf(
            "%,d questions changed while they were compared, and were left alone. Run it again.%n",
            report.changedMeanwhile());
      }
    } else if (report.evaluated() + report.duplicates() > 0) {
      text.println("With --tag the job leaves them out of all datasets.");
    }
    Kind kind = null;
    for (Row row : report.examples()) {
      if (row.kind() != kind) {
        kind = row.kind();
        text.printf("%n%s, the least similar%n", title(kind));
      }
      text.printf("  %.3f  %s: %s%n", row.similarity(), row.questionId(), line(row.question()));
      text.printf("         %s: %s%n", row.otherId(), line(row.other()));
    }
  }

  private static String title(Kind kind) {
    return switch (kind) {
      case EVALUATED -> "As in the evaluation";
      case DUPLICATE -> "As another question";
      case CONTRADICTION -> "Other answers";
    };
  }

  private static String line(String text) {
    return text.strip().replaceAll("\\R", " / ");
  }
}
