package dev.craftstream.evaluation;

import dev.craftstream.method.Bootstrap;
import dev.craftstream.method.Contingency;
import dev.craftstream.method.EvaluationFigures;
import dev.craftstream.model.Evaluation;
import dev.craftstream.model.EvaluationReport;
import dev.craftstream.model.EvaluationReport.Cell;
import dev.craftstream.model.Role;
import dev.craftstream.model.Survey;
import dev.craftstream.model.Task;
import dev.craftstream.model.Verdict;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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
 * evaluation. State of a survey is gone after that.
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
  private final EnumMap<Task, String> promptVersions;

  private transient MapState<CellKey, Long> counts;
  private transient ValueState<Integer> keyGroups;
  private transient Counter reports;
  private transient Counter surveys;
  private transient Counter evaluations;
  private transient Counter questions;

  /**
   * Evaluations with these intervals.
   *
   * @param mostSubjects how many subjects of a task get one of their own
   * @param promptVersions for each task the version of the prompt that was asked with
   */
  public Evaluations(Bootstrap bootstrap, int mostSubjects, Map<Task, String> promptVersions) {
    this.bootstrap = bootstrap;
    this.mostSubjects = mostSubjects;
    this.promptVersions = new EnumMap<>(promptVersions);
  }

  @Override
  public void open(OpenContext context) {
    counts =
        getRuntimeContext()
            .getMapState(
                new MapStateDescriptor<>("counts", TypeInformation.of(CellKey.class), Types.LONG));
    keyGroups = getRuntimeContext().getState(new ValueStateDescriptor<>("key-groups", Types.INT));
    MetricGroup metrics = getRuntimeContext().getMetricGroup();
    reports = metrics.counter("reports");
    surveys = metrics.counter("surveys");
    evaluations = metrics.counter("evaluations");
    questions = metrics.counter("questions");
  }

  @Override
  public void processElement(EvaluationReport report, Context context, Collector<Evaluation> out)
      throws Exception {
    reports.inc();
    for (Cell cell : report.cells()) {
      CellKey key = CellKey.of(cell);
      Long before = counts.get(key);
      counts.put(key, (before == null ? 0 : before) + cell.questions());
      questions.inc(cell.questions());
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
    keyGroups.clear();
  }

  private void evaluate(Survey survey, Task task, Collector<Evaluation> out) throws Exception {
    Map<String, Contingency> tables = new TreeMap<>();
    for (Map.Entry<CellKey, Long> entry : counts.entries()) {
      CellKey cell = entry.getKey();
      if (cell.task() == task) {
        add(tables, ALL, cell, entry.getValue());
        if (!cell.subject().equals(ALL)) {
          add(tables, cell.subject(), cell, entry.getValue());
        }
      }
    }
    leaveOutTheSmallest(tables);
    tables.forEach((subject, table) -> out.collect(evaluation(survey, task, subject, table)));
    evaluations.inc(tables.size());
  }

  private void leaveOutTheSmallest(Map<String, Contingency> tables) {
    List<String> subjects =
        tables.keySet().stream()
            .filter(subject -> !subject.equals(ALL))
            .sorted(
                Comparator.comparingLong((String subject) -> tables.get(subject).total())
                    .reversed()
                    .thenComparing(Comparator.naturalOrder()))
            .toList();
    if (subjects.size() > mostSubjects) {
      LOG.warn(
          "There are {} subjects to evaluate; the {} largest get an evaluation of their own. Set"
              + " evaluation.subjects to have more.",
          subjects.size(),
          mostSubjects);
      subjects.subList(mostSubjects, subjects.size()).forEach(tables::remove);
    }
  }

  private static void add(
      Map<String, Contingency> tables, String subject, CellKey cell, long count) {
    tables
        .computeIfAbsent(subject, any -> new Contingency())
        .add(cell.verdict(), cell.baseVerdict(), count);
  }

  private Evaluation evaluation(Survey survey, Task task, String subject, Contingency table) {
    EvaluationFigures figures = EvaluationFigures.of(table, bootstrap);
    boolean initial = survey.evaluated().role() == Role.INITIAL;
    return new Evaluation(
        survey.evaluated(),
        survey.base(),
        task,
        subject,
        table.count(Verdict.CORRECT),
        table.count(Verdict.WRONG),
        table.count(Verdict.REFUSED),
        figures.correctShare(),
        figures.wrongShare(),
        figures.refusedShare(),
        figures.truthfulHelpfulness().orElse(null),
        initial ? null : figures.overRefusal().orElse(null),
        bootstrap.confidence(),
        bootstrap.resamples(),
        bootstrap.seed(),
        promptVersions.get(task),
        survey.modelTime());
  }
}
