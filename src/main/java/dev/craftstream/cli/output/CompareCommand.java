package dev.craftstream.cli.output;

import static java.util.stream.Collectors.joining;

import dev.craftstream.cli.common.Commands;
import dev.craftstream.cli.common.JobOptions;
import dev.craftstream.cli.common.Json;
import dev.craftstream.client.ProgressLine;
import dev.craftstream.client.rules.RecordedSamples;
import dev.craftstream.client.rules.RuleComparison;
import dev.craftstream.client.rules.RuleComparisonText;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.method.judging.Judge;
import dev.craftstream.method.judging.JudgingRules;
import dev.craftstream.method.statistics.Agreement;
import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.JudgeModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./craft compare}. */
@Command(
    name = "compare",
    description = {
      "Judges recorded samples by several rules of correctness, and says how far these agree, which labels"
          + " would be others, and shows answers on which they do not agree. No model is asked: the samples are"
          + " those of the topic samples, which the job writes where samples.enabled is set. JUDGE goes by what"
          + " a judge model said then."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  ./craft compare",
      "  ./craft compare --rules SUBSTRING,WORDS --checkpoint llama-7b --examples 10",
      "  ./craft compare --rules WORDS,JUDGE",
      "  ./craft compare --json | jq .comparisons[].kappa"
    })
public final class CompareCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--rules",
      paramLabel = "RULE",
      split = ",",
      defaultValue = "SUBSTRING,NORMALIZED_SUBSTRING,WORDS",
      description =
          "The rules, each of which is compared with those behind it. Default: ${DEFAULT-VALUE}.")
  private List<CorrectnessRule> rules;

  @Option(
      names = "--judge",
      paramLabel = "TEXT",
      defaultValue = "",
      description =
          "For JUDGE: the judge model whose verdicts count, by a part of its name or its prompt's version."
              + " Default: the only one.")
  private String judge;

  @Option(
      names = "--checkpoint",
      paramLabel = "ID",
      defaultValue = "",
      description = "Samples of this model checkpoint alone. Default: of all.")
  private String checkpoint;

  @Option(
      names = "--questions",
      paramLabel = "N",
      defaultValue = "20000",
      description =
          "At most so many questions, chosen by their ids and the same each time. Default:"
              + " ${DEFAULT-VALUE}.")
  private int questions;

  @Option(
      names = "--examples",
      paramLabel = "N",
      defaultValue = "3",
      description = "How many answers of a kind to show. Default: ${DEFAULT-VALUE}.")
  private int examples;

  @Option(names = "--json", description = "Print one JSON object instead of text.")
  private boolean json;

  @Mixin private JobOptions job;

  /** All that is said; its component names are the fields of the JSON. */
  private record Report(
      int questions,
      boolean isPart,
      long measurements,
      long questionChanged,
      long questionGone,
      JudgeModel judge,
      List<Comparison> comparisons) {}

  private record Comparison(
      CorrectnessRule rule,
      CorrectnessRule otherRule,
      long samples,
      long measurementsUnjudged,
      Double agreement,
      Double kappa,
      Map<String, Map<String, Long>> verdicts,
      Map<String, Map<String, Long>> labels,
      List<RuleComparison.Example> examples) {

    static Comparison of(RuleComparison comparison) {
      var share = comparison.verdicts().share();
      var kappa = comparison.verdicts().kappa();
      return new Comparison(
          comparison.rule(),
          comparison.otherRule(),
          comparison.verdicts().total(),
          comparison.unjudged(),
          share.isPresent() ? share.getAsDouble() : null,
          kappa.isPresent() ? kappa.getAsDouble() : null,
          counts(comparison.verdicts()),
          counts(comparison.labels()),
          comparison.examples());
    }

    private static <C extends Enum<C>> Map<String, Map<String, Long>> counts(
        Agreement<C> agreement) {
      Map<String, Map<String, Long>> counts = new TreeMap<>();
      for (C one : agreement.classes()) {
        for (C other : agreement.classes()) {
          counts
              .computeIfAbsent(one.name(), name -> new TreeMap<>())
              .put(other.name(), agreement.count(one, other));
        }
      }
      return counts;
    }
  }

  @Override
  public Integer call() throws Exception {
    check();
    CurationSettings settings = job.settings();
    RecordedSamples samples;
    try (ProgressLine line = Commands.progressLine(spec)) {
      samples =
          RecordedSamples.read(
              settings.kafka(),
              settings.limits(),
              questions,
              checkpoint,
              (read, left) -> line.show(() -> "%,d records read, %,d to go".formatted(read, left)));
    }
    if (samples.answers().isEmpty()) {
      throw new IOException(
          "The topic %s holds no samples of open-ended questions%s. The job writes them where samples.enabled is set."
              .formatted(
                  settings.kafka().topics().samples(),
                  checkpoint.isEmpty() ? "" : " by the model checkpoint " + checkpoint));
    }
    JudgeModel judgeModel = judgeModel(samples);
    List<RuleComparison> comparisons = comparisons(settings, judgeModel);
    comparisons.forEach(comparison -> comparison.judge(samples));
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.line(report(samples, comparisons, judgeModel)));
    } else {
      print(samples, comparisons, judgeModel, out);
    }
    out.flush();
    return 0;
  }

  private void check() {
    Commands.requireAtLeast(spec, "--questions", questions, 1);
    Commands.requireAtLeast(spec, "--examples", examples, 0);
    for (CorrectnessRule rule : rules) {
      if (!rule.isFor(Task.OPEN_ENDED)) {
        throw Commands.wrong(
            spec, rule + " is no rule for open-ended answers; those are " + openEnded() + ".");
      }
    }
    if (new LinkedHashSet<>(rules).size() < 2) {
      throw Commands.wrong(spec, "Name at least two rules of " + openEnded() + ".");
    }
  }

  private static List<CorrectnessRule> openEnded() {
    return Stream.of(CorrectnessRule.values()).filter(rule -> rule.isFor(Task.OPEN_ENDED)).toList();
  }

  /** Null where no rule needs one. */
  private JudgeModel judgeModel(RecordedSamples samples) throws IOException {
    if (!rules.contains(CorrectnessRule.JUDGE)) {
      return null;
    }
    Map<JudgeModel, Long> named = new LinkedHashMap<>(samples.judges());
    named.keySet().removeIf(model -> !model.shown().contains(judge));
    if (named.isEmpty()) {
      throw new IOException(
          "There are no recorded verdicts of a judge model%s, so that JUDGE can't be compared. The job records them where query.open-ended.correctness is JUDGE and samples.enabled is set; without one, leave JUDGE out of --rules."
              .formatted(judge.isEmpty() ? "" : " that is called " + judge));
    }
    if (named.size() > 1) {
      throw new IOException(
          "Several judge models judged: %s. Name one with --judge."
              .formatted(
                  named.entrySet().stream()
                      .map(e -> "%s (%,d measurements)".formatted(e.getKey().shown(), e.getValue()))
                      .sorted()
                      .collect(joining(", "))));
    }
    return named.keySet().iterator().next();
  }

  private List<RuleComparison> comparisons(CurationSettings settings, JudgeModel judgeModel) {
    List<String> refusals = settings.query().judging().refusals();
    List<Judge> judges =
        rules.stream().distinct().map(rule -> new Judge(new JudgingRules(rule, refusals))).toList();
    List<RuleComparison> comparisons = new ArrayList<>();
    for (int i = 0; i < judges.size(); i++) {
      for (int j = i + 1; j < judges.size(); j++) {
        comparisons.add(
            new RuleComparison(
                judges.get(i), judges.get(j), settings.thresholds(), examples, judgeModel));
      }
    }
    return comparisons;
  }

  private static long measurements(RuleComparison comparison) {
    return comparison.labels().total() + comparison.unjudged();
  }

  private static Report report(
      RecordedSamples samples, List<RuleComparison> comparisons, JudgeModel judgeModel) {
    RuleComparison any = comparisons.get(0);
    return new Report(
        samples.questions(),
        samples.isPart(),
        measurements(any),
        any.changed(),
        any.gone(),
        judgeModel,
        comparisons.stream().map(Comparison::of).toList());
  }

  private static void print(
      RecordedSamples samples,
      List<RuleComparison> comparisons,
      JudgeModel judgeModel,
      PrintWriter out) {
    RuleComparison any = comparisons.get(0);
    out.printf(
        "%,d measurements of %,d questions%s%n",
        measurements(any),
        samples.questions(),
        samples.isPart() ? ", chosen by their ids; more with --questions" : "");
    if (any.changed() + any.gone() > 0) {
      out.printf(
          "Left out: %,d whose question has another text now, %,d whose question is gone%n",
          any.changed(), any.gone());
    }
    if (judgeModel != null) {
      out.printf("JUDGE is %s%n", judgeModel.shown());
    } else if (!samples.judges().isEmpty()) {
      out.println("A judge model judged some of them: name JUDGE among --rules, too.");
    }
    for (RuleComparison comparison : comparisons) {
      out.println();
      RuleComparisonText.lines(comparison).forEach(out::println);
    }
  }
}
