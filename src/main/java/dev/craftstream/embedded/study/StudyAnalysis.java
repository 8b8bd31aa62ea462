package dev.craftstream.embedded.study;

import dev.craftstream.embedded.study.StudyData.ArmDataset;
import dev.craftstream.embedded.study.StudyData.Measure;
import dev.craftstream.embedded.study.StudyData.Tuned;
import dev.craftstream.embedded.study.StudyResults.ArmResult;
import dev.craftstream.embedded.study.StudyResults.Figures;
import dev.craftstream.embedded.study.StudyResults.Flow;
import dev.craftstream.embedded.study.StudyResults.Known;
import dev.craftstream.embedded.study.StudyResults.Matched;
import dev.craftstream.embedded.study.StudyResults.Samples;
import dev.craftstream.method.posterior.FlowPosterior;
import dev.craftstream.method.statistics.MatchedRefusal;
import dev.craftstream.method.statistics.QuestionBootstrap;
import dev.craftstream.method.statistics.QuestionBootstrap.Interval;
import dev.craftstream.method.statistics.RankArea;
import dev.craftstream.method.statistics.TestFigures;
import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.Verdict;
import dev.craftstream.model.label.FlowFilter;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Thresholds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;

/** Makes figures of what was measured. */
final class StudyAnalysis {
  static final QuestionBootstrap BOOTSTRAP = new QuestionBootstrap(2_000, 0.95, 1);
  private static final Thresholds THRESHOLDS = Thresholds.PAPER;

  private final StudyData data;

  /** The test questions that INITIAL answered, in both ways: ids in their order. */
  private final List<String> tests;

  private final List<Verdict> base;
  private final double matchedRate;

  StudyAnalysis(StudyData data) {
    this.data = data;
    tests =
        data.initial().plain().keySet().stream()
            .filter(id -> data.initial().prompted().containsKey(id))
            .filter(id -> data.tuned().stream().allMatch(t -> t.verdicts().containsKey(id)))
            .sorted()
            .toList();
    base = inOrder(data.initial().plain());
    matchedRate =
        data.tuned().stream()
            .filter(tuned -> !tuned.arm().equals(nameOf(Strategy.VAN_TUNING)))
            .mapToDouble(tuned -> rate(inOrder(tuned.verdicts())))
            .max()
            .orElse(0);
  }

  StudyResults results() {
    Map<String, Measure> initial = data.knowledge().initial();
    List<ArmResult> arms =
        Arm.ALL.stream().filter(arm -> !of(arm.name()).isEmpty()).map(this::result).toList();
    return new StudyResults(
        initial.size(),
        tests.size(),
        known(initial),
        flow(initial, data.knowledge().rehearsal()),
        flow(initial, data.knowledge().again()),
        samples(initial, data.knowledge().again()),
        figures(List.of(base)),
        figures(List.of(inOrder(data.initial().prompted()))),
        matchedRate,
        arms);
  }

  // ---------------------------------------------------------------- arms

  private ArmResult result(Arm arm) {
    List<Tuned> models = of(arm.name());
    List<List<Verdict>> verdicts = models.stream().map(t -> inOrder(t.verdicts())).toList();
    List<Tuned> others = of(nameOf(Strategy.COR_RAIT));
    List<List<Verdict>> corRait = others.stream().map(t -> inOrder(t.verdicts())).toList();
    ArmDataset dataset =
        data.arms().stream().filter(d -> d.arm().equals(arm.name())).findFirst().orElseThrow();
    List<String> asked =
        models.stream()
            .flatMap(tuned -> tuned.refusals().keySet().stream())
            .filter(data.knowledge().again()::containsKey)
            .toList();
    Map<String, Measure> now = new TreeMap<>();
    models.forEach(tuned -> now.putAll(tuned.refusals()));
    return new ArmResult(
        arm.name(),
        arm.title(),
        models.size(),
        figures(verdicts),
        verdicts.stream().map(v -> new TestFigures(v, base).truthfulHelpfulness(all())).toList(),
        difference(verdicts, corRait),
        models.stream().mapToDouble(t -> area(t.refusalScores())).average().orElse(Double.NaN),
        matched(models, others),
        dataset.answers().size(),
        dataset.refusals().size(),
        dataset.refusalCandidates(),
        kinds(dataset.refusals()),
        dataset.conflicts(),
        asked.size(),
        mean(asked, now),
        mean(asked, data.knowledge().again()));
  }

  private List<Tuned> of(String arm) {
    return data.tuned().stream().filter(tuned -> tuned.arm().equals(arm)).toList();
  }

  private static String nameOf(Strategy strategy) {
    return Arm.ALL.stream()
        .filter(arm -> arm.strategy() == strategy && arm.isOfThePaper())
        .findFirst()
        .orElseThrow()
        .name();
  }

  private Figures figures(List<List<Verdict>> models) {
    return new Figures(
        mean(models, (figures, drawn) -> figures.share(Verdict.CORRECT, drawn), all()),
        mean(models, (figures, drawn) -> figures.share(Verdict.WRONG, drawn), all()),
        mean(models, (figures, drawn) -> figures.share(Verdict.REFUSED, drawn), all()),
        interval(models, TestFigures::truthfulHelpfulness),
        interval(models, TestFigures::overRefusal));
  }

  private Interval interval(
      List<List<Verdict>> models, ToDoubleBiFunction<TestFigures, int[]> figure) {
    return BOOTSTRAP.of(tests.size(), drawn -> mean(models, figure, drawn));
  }

  /** THS of some models less that of others, on the same resamples. */
  private Interval difference(List<List<Verdict>> models, List<List<Verdict>> others) {
    return others.isEmpty()
        ? null
        : BOOTSTRAP.of(
            tests.size(),
            drawn ->
                mean(models, TestFigures::truthfulHelpfulness, drawn)
                    - mean(others, TestFigures::truthfulHelpfulness, drawn));
  }

  private double mean(
      List<List<Verdict>> models, ToDoubleBiFunction<TestFigures, int[]> figure, int[] drawn) {
    double sum = 0;
    for (List<Verdict> verdicts : models) {
      sum += figure.applyAsDouble(new TestFigures(verdicts, base), drawn);
    }
    return sum / models.size();
  }

  private double area(Map<String, Double> scores) {
    double[] inOrder = tests.stream().mapToDouble(scores::get).toArray();
    boolean[] wrong = new boolean[tests.size()];
    for (int i = 0; i < wrong.length; i++) {
      wrong[i] = base.get(i) == Verdict.WRONG;
    }
    return RankArea.of(inOrder, wrong).orElse(Double.NaN);
  }

  private Matched matched(List<Tuned> models, List<Tuned> others) {
    List<List<Verdict>> raised = raised(models);
    return new Matched(
        interval(raised, TestFigures::truthfulHelpfulness),
        interval(raised, TestFigures::overRefusal),
        difference(raised, raised(others)));
  }

  private List<List<Verdict>> raised(List<Tuned> models) {
    int wanted = (int) Math.round(matchedRate * tests.size());
    return models.stream()
        .map(
            tuned ->
                MatchedRefusal.raised(
                    inOrder(tuned.verdicts()),
                    tests.stream().mapToDouble(tuned.refusalScores()::get).toArray(),
                    wanted))
        .toList();
  }

  private Map<String, Integer> kinds(List<String> ids) {
    Map<String, Integer> counts = new TreeMap<>();
    ids.forEach(id -> counts.merge(data.setting().questions().get(id), 1, Integer::sum));
    Map<String, Integer> sorted = new LinkedHashMap<>();
    counts.entrySet().stream()
        .sorted(Comparator.comparingInt(entry -> -entry.getValue()))
        .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    return sorted;
  }

  private static double mean(List<String> ids, Map<String, Measure> measures) {
    return ids.stream()
        .mapToDouble(id -> measures.get(id).correctness())
        .average()
        .orElse(Double.NaN);
  }

  private List<Verdict> inOrder(Map<String, Verdict> verdicts) {
    return tests.stream().map(verdicts::get).toList();
  }

  private static double rate(List<Verdict> verdicts) {
    return (double) verdicts.stream().filter(v -> v == Verdict.REFUSED).count()
        / Math.max(1, verdicts.size());
  }

  private int[] all() {
    return IntStream.range(0, tests.size()).toArray();
  }

  // ---------------------------------------------------------------- knowledge

  private static Label label(Measure measure) {
    return THRESHOLDS.label(Task.OPEN_ENDED, measure.correctness());
  }

  private static Known known(Map<String, Measure> initial) {
    int never = 0;
    int half = 0;
    int right = 0;
    for (Measure measure : initial.values()) {
      never += measure.correct() == 0 ? 1 : 0;
      half += measure.correct() > 0 && label(measure) == Label.REFUSAL ? 1 : 0;
      right += label(measure) == Label.ANSWER ? 1 : 0;
    }
    return new Known(
        initial.values().stream().mapToDouble(Measure::correctness).average().orElse(Double.NaN),
        never,
        half,
        right);
  }

  private static Flow flow(Map<String, Measure> before, Map<String, Measure> after) {
    int up = 0;
    int down = 0;
    int surely = 0;
    List<Double> ofNever = new ArrayList<>();
    List<Double> ofHalf = new ArrayList<>();
    for (Map.Entry<String, Measure> entry : before.entrySet()) {
      Measure first = entry.getValue();
      Measure second = after.get(entry.getKey());
      if (second == null || label(first) != Label.REFUSAL) {
        continue;
      }
      double flow = second.correctness() - first.correctness();
      up += flow > 0 ? 1 : 0;
      down += flow < 0 ? 1 : 0;
      double rise =
          FlowPosterior.riseProbability(
              first.correct(), first.samples(), second.correct(), second.samples());
      surely += rise > FlowFilter.SURE ? 1 : 0;
      (first.correct() == 0 ? ofNever : ofHalf).add(flow);
    }
    int all = ofNever.size() + ofHalf.size();
    return new Flow(
        all,
        (double) up / all,
        (double) (all - up - down) / all,
        (double) down / all,
        (double) surely / all,
        mean(ofNever),
        mean(ofHalf));
  }

  private static Samples samples(Map<String, Measure> one, Map<String, Measure> other) {
    int both = 0;
    int agree = 0;
    int withTwenty = 0;
    for (Map.Entry<String, Measure> entry : one.entrySet()) {
      Measure first = entry.getValue();
      Measure second = other.get(entry.getKey());
      if (second != null) {
        Measure all =
            new Measure(first.samples() + second.samples(), first.correct() + second.correct(), 0);
        both++;
        agree += label(first) == label(second) ? 1 : 0;
        withTwenty += label(first) == label(all) ? 1 : 0;
      }
    }
    return new Samples((double) agree / both, (double) withTwenty / both);
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }
}
