package dev.craftstream.evaluation;

import static java.util.Objects.requireNonNullElse;

import dev.craftstream.flink.KeyGroups;
import dev.craftstream.flink.KeyOrder;
import dev.craftstream.flink.KeyedBackends;
import dev.craftstream.flink.OutputAvailability;
import dev.craftstream.flink.SlicedWork;
import dev.craftstream.method.Bootstrap;
import dev.craftstream.method.EvaluationFigures;
import dev.craftstream.metrics.JobMetric;
import dev.craftstream.model.Task;
import dev.craftstream.model.dataset.Evaluation;
import dev.craftstream.model.message.EvaluationReport;
import dev.craftstream.model.message.EvaluationReport.Cell;
import dev.craftstream.model.message.EvaluationReport.PromptUse;
import dev.craftstream.model.message.Survey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds up what the trackers counted for an evaluation, keyed by survey id, and evaluates once all
 * key groups are counted: each task as a whole, with an empty subject, and then each of its
 * subjects, or the largest of them where there are too many. A task without questions has no
 * evaluation, one without answers has one without figures. State of a survey is gone after that,
 * and so it is, without any evaluation, where one of its model checkpoints is retired before.
 *
 * <p>There may be as many subjects as questions. All are counted in state, so that the figures of
 * those that are evaluated are exact; on the heap are the names of no more than these, and of one
 * survey at a time. To find the largest and to evaluate them is done in slices between the task's
 * mails. How far that is, is state.
 *
 * <p>The figures are those of {@link EvaluationFigures}; INITIAL, whose base is itself, has no
 * over-refusal.
 */
public final class Evaluations extends AbstractStreamOperator<Evaluation>
    implements OneInputStreamOperator<EvaluationReport, Evaluation> {

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(Evaluations.class);
  private static final String ALL = "";
  private static final String COUNTED = "counted";

  /** Subjects that a slice looks at. */
  private static final int LOOKED_AT = 5_000;

  /** Subjects that a slice evaluates; each takes about a millisecond. */
  private static final int EVALUATED_AT_ONCE = 50;

  private final Bootstrap bootstrap;
  private final double wrongPenalty;
  private final int mostSubjects;

  private transient MailboxExecutor mailbox;
  private transient SlicedWork work;

  private transient MapState<SubjectKey, long[]> subjects;
  private transient MapState<PromptKey, Long> prompts;
  private transient ValueState<Integer> keyGroups;

  /** Whether a model checkpoint was retired before all was counted: nothing is evaluated then. */
  private transient ValueState<Boolean> abandoned;

  /** Set from when all is counted until all is evaluated. */
  private transient ValueState<Counted> counted;

  /** What of {@code subjects} was looked at: the sum of each task, and its largest subjects. */
  private transient MapState<Task, TaskCounts> tasks;

  private transient MapState<SubjectKey, long[]> largest;

  /** Surveys that are counted and not evaluated yet; the first is being evaluated. */
  private transient Deque<String> due;

  /** The first one's, while its subjects are looked at; null otherwise. */
  private transient LargestSubjects largestSubjects;

  /** What of the first has no evaluation yet, when they were; null before. */
  private transient Deque<SubjectKey> toEvaluate;

  private transient Counter reports;
  private transient Counter surveys;
  private transient Counter evaluations;
  private transient Counter questions;
  private transient Counter unanswered;

  /**
   * A survey that is counted. Fields may only be added to (Flink's POJO evolution).
   *
   * @param mostSubjects how many subjects of a task get an evaluation of their own
   */
  public record Counted(Survey survey, int mostSubjects) {}

  /**
   * A task's questions together. Fields may only be added to (Flink's POJO evolution).
   *
   * @param counts see {@link SubjectCounts}
   * @param otherSubjects subjects that get no evaluation of their own
   * @param evaluated whether its own evaluation is written
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record TaskCounts(long[] counts, long otherSubjects, boolean evaluated) {}

  /**
   * Evaluations with these intervals.
   *
   * @param wrongPenalty what a wrong answer costs, where a correct one is worth 1
   * @param mostSubjects how many subjects of a task get one of their own
   */
  public Evaluations(Bootstrap bootstrap, double wrongPenalty, int mostSubjects) {
    this.bootstrap = bootstrap;
    this.wrongPenalty = wrongPenalty;
    this.mostSubjects = mostSubjects;
  }

  // ---------------------------------------------------------------- life cycle

  @Override
  public void setMailboxExecutor(MailboxExecutor mailboxExecutor) {
    super.setMailboxExecutor(mailboxExecutor);
    mailbox = mailboxExecutor;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    KeyedStateStore store = context.getKeyedStateStore();
    subjects = store.getMapState(subjects("subjects"));
    largest = store.getMapState(subjects("largest-subjects"));
    prompts =
        store.getMapState(
            new MapStateDescriptor<>("prompts", TypeInformation.of(PromptKey.class), Types.LONG));
    tasks =
        store.getMapState(
            new MapStateDescriptor<>(
                "tasks", TypeInformation.of(Task.class), TypeInformation.of(TaskCounts.class)));
    counted =
        store.getState(new ValueStateDescriptor<>(COUNTED, TypeInformation.of(Counted.class)));
    keyGroups = store.getState(new ValueStateDescriptor<>("key-groups", Types.INT));
    abandoned = store.getState(new ValueStateDescriptor<>("abandoned", Types.BOOLEAN));
  }

  private static MapStateDescriptor<SubjectKey, long[]> subjects(String name) {
    return new MapStateDescriptor<>(
        name,
        TypeInformation.of(SubjectKey.class),
        PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO);
  }

  @Override
  public void open() throws Exception {
    super.open();
    MetricGroup metrics = getMetricGroup();
    reports = JobMetric.REPORTS.counter(metrics);
    surveys = JobMetric.SURVEYS.counter(metrics);
    evaluations = JobMetric.EVALUATIONS.counter(metrics);
    questions = JobMetric.EVALUATED_QUESTIONS.counter(metrics);
    unanswered = JobMetric.UNANSWERED.counter(metrics);
    work =
        new SlicedWork(
            "evaluate",
            mailbox,
            getProcessingTimeService(),
            new OutputAvailability(getContainingTask().getEnvironment().getAllWriters()),
            this::slice);
    due = new ArrayDeque<>();
    KeyedStateBackend<String> backend = getKeyedStateBackend();
    KeyOrder order = new KeyOrder(KeyGroups.of(getRuntimeContext().getTaskInfo()));
    try (Stream<String> keys = KeyedBackends.keys(backend, COUNTED, order)) {
      keys.forEach(due::add);
    }
    if (!due.isEmpty()) {
      work.goOn();
    }
  }

  // ---------------------------------------------------------------- counting

  @Override
  public void processElement(StreamRecord<EvaluationReport> element) throws Exception {
    EvaluationReport report = element.getValue();
    reports.inc();
    if (report.abandoned()) {
      abandoned.update(true);
    }
    for (Cell cell : report.cells()) {
      SubjectKey key = new SubjectKey(cell.task(), cell.subject());
      long[] counts = requireNonNullElse(subjects.get(key), SubjectCounts.none());
      SubjectCounts.add(counts, cell.verdict(), cell.baseVerdict(), cell.questions());
      subjects.put(key, counts);
      (cell.verdict() == null ? unanswered : questions).inc(cell.questions());
    }
    for (PromptUse use : report.prompts()) {
      PromptKey key = new PromptKey(use.task(), use.version());
      prompts.put(key, requireNonNullElse(prompts.get(key), 0L) + use.answers());
    }
    int covered = requireNonNullElse(keyGroups.value(), 0) + report.keyGroups();
    keyGroups.update(covered);
    if (covered == report.ofKeyGroups() && report.keyGroups() > 0) {
      counted.update(new Counted(report.survey(), mostSubjects));
      due.add(report.survey().id());
      work.goOn();
    }
  }

  // ---------------------------------------------------------------- evaluating

  private boolean slice() throws Exception {
    if (due.isEmpty()) {
      return false;
    }
    setCurrentKey(due.peek());
    boolean isWanted = abandoned.value() == null;
    if (lookAtSubjects() || (isWanted && evaluateLargest())) {
      return true;
    }
    if (isWanted) {
      surveys.inc();
    }
    prompts.clear();
    keyGroups.clear();
    abandoned.clear();
    tasks.clear();
    largest.clear();
    counted.clear();
    largestSubjects = null;
    toEvaluate = null;
    due.remove();
    return !due.isEmpty();
  }

  /** Sums up the next subjects, and keeps the largest; returns whether there were any. */
  private boolean lookAtSubjects() throws Exception {
    Iterator<Map.Entry<SubjectKey, long[]>> rest = subjects.iterator();
    if (!rest.hasNext()) {
      return false;
    }
    LargestSubjects kept = largestSubjects();
    Map<Task, TaskCounts> sums = new EnumMap<>(Task.class);
    List<SubjectKey> looked = new ArrayList<>();
    while (rest.hasNext() && looked.size() < LOOKED_AT) {
      Map.Entry<SubjectKey, long[]> entry = rest.next();
      SubjectKey key = entry.getKey();
      long[] counts = entry.getValue();
      looked.add(key);
      TaskCounts sum = sums.get(key.task());
      if (sum == null) {
        sum =
            requireNonNullElse(
                tasks.get(key.task()), new TaskCounts(SubjectCounts.none(), 0, false));
      }
      long more = key.subject().equals(ALL) || keeps(kept, key, counts) ? 0 : 1;
      sums.put(
          key.task(),
          new TaskCounts(SubjectCounts.sum(sum.counts, counts), sum.otherSubjects + more, false));
    }
    for (SubjectKey key : looked) {
      subjects.remove(key);
    }
    for (Map.Entry<Task, TaskCounts> sum : sums.entrySet()) {
      tasks.put(sum.getKey(), sum.getValue());
    }
    return true;
  }

  /** Keeps a subject where it is among the largest; returns whether none is left out for it. */
  private boolean keeps(LargestSubjects kept, SubjectKey key, long[] counts) throws Exception {
    SubjectKey leftOut = kept.add(key, SubjectCounts.total(counts));
    if (!key.equals(leftOut)) {
      largest.put(key, counts);
      if (leftOut != null) {
        largest.remove(leftOut);
      }
    }
    return leftOut == null;
  }

  private LargestSubjects largestSubjects() throws Exception {
    if (largestSubjects == null) {
      largestSubjects = new LargestSubjects(counted.value().mostSubjects);
      for (Map.Entry<SubjectKey, long[]> entry : largest.entries()) {
        largestSubjects.add(entry.getKey(), SubjectCounts.total(entry.getValue()));
      }
    }
    return largestSubjects;
  }

  /** Evaluates the next tasks and subjects, in their order; returns whether there are more. */
  private boolean evaluateLargest() throws Exception {
    if (toEvaluate == null) {
      toEvaluate = toEvaluate();
      largestSubjects = null;
    }
    Survey survey = counted.value().survey;
    Map<Task, List<String>> promptVersions = new EnumMap<>(Task.class);
    for (int left = EVALUATED_AT_ONCE; left > 0 && !toEvaluate.isEmpty(); left--) {
      SubjectKey key = toEvaluate.remove();
      Task task = key.task();
      if (!promptVersions.containsKey(task)) {
        promptVersions.put(task, promptVersions(task));
      }
      long[] counts;
      long others = 0;
      if (key.subject().equals(ALL)) {
        TaskCounts sum = tasks.get(task);
        counts = sum.counts;
        others = sum.otherSubjects;
        tasks.put(task, new TaskCounts(counts, others, true));
        warn(task, others);
      } else {
        counts = largest.get(key);
        largest.remove(key);
      }
      output.collect(
          new StreamRecord<>(
              SubjectEvaluation.of(
                  survey, key, counts, others, promptVersions.get(task), bootstrap, wrongPenalty)));
      evaluations.inc();
    }
    return !toEvaluate.isEmpty();
  }

  /** What has no evaluation yet: of each task the task itself, and then its largest subjects. */
  private Deque<SubjectKey> toEvaluate() throws Exception {
    Deque<SubjectKey> keys = new ArrayDeque<>();
    for (Task task : Task.values()) {
      TaskCounts sum = tasks.get(task);
      if (sum != null && !sum.evaluated) {
        keys.add(new SubjectKey(task, ALL));
      }
      largestSubjects()
          .of(task)
          .sorted(Comparator.comparing(SubjectKey::subject))
          .forEach(keys::add);
    }
    return keys;
  }

  private void warn(Task task, long otherSubjects) throws Exception {
    if (otherSubjects > 0) {
      LOG.warn(
          "{}: there are {} more subjects of task {} than the {} largest, which get an evaluation"
              + " of their own. Set evaluation.subjects to have more.",
          counted.value().survey.id(),
          otherSubjects,
          task,
          counted.value().mostSubjects);
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
}
