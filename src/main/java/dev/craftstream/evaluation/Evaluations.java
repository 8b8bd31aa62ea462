package dev.craftstream.evaluation;

import dev.craftstream.method.Bootstrap;
import dev.craftstream.method.Contingency;
import dev.craftstream.method.EvaluationFigures;
import dev.craftstream.metrics.JobMetric;
import dev.craftstream.model.Evaluation;
import dev.craftstream.model.Role;
import dev.craftstream.model.Task;
import dev.craftstream.model.Verdict;
import dev.craftstream.model.message.EvaluationReport;
import dev.craftstream.model.message.EvaluationReport.Cell;
import dev.craftstream.model.message.EvaluationReport.PromptUse;
import dev.craftstream.model.message.Survey;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds up what the trackers counted for an evaluation, keyed by survey id, and evaluates once all
 * key groups are counted: each task as a whole, with an empty subject, and then each of its
 * subjects, or the largest of them where there are too many. A task without questions has no
 * evaluation, one without answers has one without figures. State of a survey is gone after that.
 *
 * <p>The figures are those of {@link EvaluationFigures}; INITIAL, whose base is itself, has no
 * over-refusal.
 */
public final class Evaluations extends KeyedProcessFunction<String, EvaluationReport, Evaluation> {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(Evaluations.class);
  private static final String ALL = "";

  private final Bootstrap bootstrap;
  private final int mostSubjects;

  private transient MapState<CellKey, Long> counts;
  private transient MapState<PromptKey, Long> prompts;
  private transient ValueState<Integer> keyGroups;
  private transient Counter reports;
  private transient Counter surveys;
  private transient Counter evaluations;
  private transient Counter questions;
  private transient Counter unanswered;

  /**
   * Evaluations with these intervals.
   *
   * @param mostSubjects how many subjects of a task get one of their own
   */
  public Evaluations(Bootstrap bootstrap, int mostSubjects) {
    this.bootstrap = bootstrap;
    this.mostSubjects = mostSubjects;
  }

  @Override
  public void open(OpenContext context) {
    counts =
        getRuntimeContext()
            .getMapState(
                new MapStateDescriptor<>("counts", TypeInformation.of(CellKey.class), Types.LONG));
    prompts =
        getRuntimeContext()
            .getMapState(
                new MapStateDescriptor<>(
                    "prompts", TypeInformation.of(PromptKey.class), Types.LONG));
    keyGroups = getRuntimeContext().getState(new ValueStateDescriptor<>("key-groups", Types.INT));
    MetricGroup metrics = getRuntimeContext().getMetricGroup();
    reports = JobMetric.REPORTS.counter(metrics);
    surveys = JobMetric.SURVEYS.counter(metrics);
    evaluations = JobMetric.EVALUATIONS.counter(metrics);
    questions = JobMetric.EVALUATED_QUESTIONS.counter(metrics);
    unanswered = JobMetric.UNANSWERED.counter(metrics);
  }

  @Override
  public void processElement(EvaluationReport report, Context context, Collector<Evaluation> out)
      throws Exception {
    reports.inc();
    for (Cell cell : report.cells()) {
      add(counts, CellKey.of(cell), cell.questions());
      (cell.verdict() == null ? unanswered : questions).inc(cell.questions());
    }
    for (PromptUse use : report.prompts()) {
      add(prompts, new PromptKey(use.task(), use.version()), use.answers());
    }
    Integer before = keyGroups.value();
    int covered = (before == null ? 0 : before) + report.keyGroups();
    if (covered < report.ofKeyGroups()) {
      keyGroups.update(covered);
      return;
    }
    for (Task task : Task.values()) {
      evaluate(report.survey(), task, out);
    }
    surveys.inc();
    counts.clear();
    prompts.clear();
    keyGroups.clear();
  }

  private static <K> void add(MapState<K, Long> counts, K key, long more) throws Exception {
    Long before = counts.get(key);
    counts.put(key, (before == null ? 0 : before) + more);
  }

  private void evaluate(Survey survey, Task task, Collector<Evaluation> out) throws Exception {
    Map<String, Outcome> outcomes = new TreeMap<>();
    for (Map.Entry<CellKey, Long> entry : counts.entries()) {
      CellKey cell = entry.getKey();
      if (cell.task() == task) {
        outcomes.computeIfAbsent(ALL, any -> new Outcome()).add(cell, entry.getValue());
        if (!cell.subject().equals(ALL)) {
          outcomes
              .computeIfAbsent(cell.subject(), any -> new Outcome())
              .add(cell, entry.getValue());
        }
      }
    }
    leaveOutTheSmallest(outcomes);
    List<String> promptVersions = promptVersions(task);
    outcomes.forEach(
        (subject, outcome) ->
            out.collect(evaluation(survey, task, subject, outcome, promptVersions)));
    evaluations.inc(outcomes.size());
  }

  /** How the questions of a task or subject were answered. */
  private static final class Outcome {
    final Contingency answered = new Contingency();
    long unanswered;

    void add(CellKey cell, long questions) {
      if (cell.verdict() == null) {
        unanswered += questions;
      } else {
        answered.add(cell.verdict(), cell.baseVerdict(), questions);
      }
    }

    long total() {
      return answered.total() + unanswered;
    }
  }

  /** The most used first. */
  private List<String> promptVersions(Task task) throws Exception {
    Map<String, Long> uses = new TreeMap<>();
    for (Map.Entry<PromptKey, Long> entry : prompts.entries()) {
      if (entry.getKey().task() == task) {
        uses.put(entry.getKey().version(), entry.getValue());
      }
    }
    return uses.keySet().stream()
        .sorted(Comparator.comparing(uses::get, Comparator.reverseOrder()))
        .toList();
  }

  private void leaveOutTheSmallest(Map<String, Outcome> outcomes) {
    List<String> subjects =
        outcomes.keySet().stream()
            .filter(subject -> !subject.equals(ALL))
            .sorted(
                Comparator.comparingLong((String subject) -> outcomes.get(subject).total())
                    .reversed()
                    .thenComparing(Comparator.naturalOrder()))
            .toList();
    if (subjects.size() > mostSubjects) {
      LOG.warn(
          "There are {} subjects to evaluate; the {} largest get an evaluation of their own. Set"
              + " evaluation.subjects to have more.",
          subjects.size(),
          mostSubjects);
      subjects.subList(mostSubjects, subjects.size()).forEach(outcomes::remove);
    }
  }

  private Evaluation evaluation(
      Survey survey, Task task, String subject, Outcome outcome, List<String> promptVersions) {
    Contingency answered = outcome.answered;
    Optional<EvaluationFigures> figures =
        answered.total() == 0
            ? Optional.empty()
            : Optional.of(EvaluationFigures.of(answered, bootstrap));
    boolean initial = survey.evaluated().role() == Role.INITIAL;
    return new Evaluation(
        survey.evaluated(),
        survey.base(),
        task,
        subject,
        answered.count(Verdict.CORRECT),
        answered.count(Verdict.WRONG),
        answered.count(Verdict.REFUSED),
        outcome.unanswered,
        figures.map(EvaluationFigures::correctShare).orElse(null),
        figures.map(EvaluationFigures::wrongShare).orElse(null),
        figures.map(EvaluationFigures::refusedShare).orElse(null),
        figures.flatMap(EvaluationFigures::truthfulHelpfulness).orElse(null),
        initial ? null : figures.flatMap(EvaluationFigures::overRefusal).orElse(null),
        bootstrap.confidence(),
        bootstrap.resamples(),
        bootstrap.seed(),
        promptVersions.isEmpty() ? "" : promptVersions.get(0),
        promptVersions.stream().skip(1).sorted().toList(),
        survey.modelTime());
  }
}
