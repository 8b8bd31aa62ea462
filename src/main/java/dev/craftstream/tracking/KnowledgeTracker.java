package dev.craftstream.tracking;

import dev.craftstream.flink.KeyGroups;
import dev.craftstream.flink.KeyedBackends;
import dev.craftstream.flink.OutputAvailability;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.model.Cost;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.message.Candidate;
import dev.craftstream.model.message.Directive;
import dev.craftstream.model.message.EvaluationReport;
import dev.craftstream.model.message.GoOn;
import dev.craftstream.model.message.MeasuredSamples;
import dev.craftstream.model.message.Retry;
import dev.craftstream.model.message.SurveyReport;
import dev.craftstream.model.message.UnusableAnswer;
import dev.craftstream.survey.Surveys;
import dev.craftstream.tracking.Lanes.Lane;
import org.apache.flink.annotation.VisibleForTesting;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that every question is measured under every live model checkpoint, and knows when that
 * is so.
 *
 * <p>Input 1 are question events, keyed by question id; input 2 are directives, broadcast: model
 * checkpoints that come and go, {@link Surveys}, failed questions to be asked again, and model
 * checkpoints that go on past their ceiling. Model time n is <i>complete</i> when every question
 * that was known at announcement n has its knowledge state, or its {@link UnusableAnswer}, under
 * every model checkpoint up to n. Questions that came later never hold it back. What follows from a
 * complete model time are its surveys; watermarks say which datasets are over.
 *
 * <p>The tracker pulls. A question that needs attention waits in one of the {@link Lanes}; the
 * {@link Pump} takes turns out of these while {@link RequestsInFlight} allow for it, and in its
 * turn the {@link Reconciler} asks the first live model checkpoint that has not answered the
 * question. Completed requests come back as mails. This class is the shell: life cycle and input.
 */
public final class KnowledgeTracker extends AbstractStreamOperator<KnowledgeChange>
    implements TwoInputStreamOperator<QuestionEvent, Directive, KnowledgeChange> {

  /** Side output of questions that could not be asked or whose answers could not be used. */
  public static final OutputTag<UnusableAnswer> UNUSABLE =
      new OutputTag<>("unusable-answers", TypeInformation.of(UnusableAnswer.class));

  /** Side output of what measurements rest on, where the query tells it. */
  public static final OutputTag<MeasuredSamples> SAMPLES =
      new OutputTag<>("samples", TypeInformation.of(MeasuredSamples.class));

  /** Side output of what surveys offer for datasets, and of what changes after them. */
  public static final OutputTag<Candidate> CANDIDATES =
      new OutputTag<>("candidates", TypeInformation.of(Candidate.class));

  /** Side output of what surveys found. */
  public static final OutputTag<SurveyReport> SURVEYED =
      new OutputTag<>("surveyed", TypeInformation.of(SurveyReport.class));

  /** Side output of what surveys counted for evaluations. */
  public static final OutputTag<EvaluationReport> EVALUATED =
      new OutputTag<>("evaluated", TypeInformation.of(EvaluationReport.class));

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(KnowledgeTracker.class);

  /** Questions that one slice of a survey takes before it lets others. */
  private static final int SURVEY_SLICE = 1_000;

  private final TrackerSettings settings;
  private final KnowledgeQuery.Factory queryFactory;
  private final int surveySlice;

  private transient MailboxExecutor mailbox;
  private transient KnowledgeQuery query;
  private transient TrackerMetrics metrics;
  private transient KeyGroups keyGroups;
  private transient ModelTime time;
  private transient QuestionCounts counts;
  private transient CheckpointCosts costs;
  private transient Questions questions;
  private transient Lanes lanes;
  private transient TrackerOutput emitter;
  private transient Surveys surveys;
  private transient RequestsInFlight requests;
  private transient Pump pump;

  public KnowledgeTracker(TrackerSettings settings, KnowledgeQuery.Factory queryFactory) {
    this(settings, queryFactory, SURVEY_SLICE);
  }

  /** With another size of the surveys' slices than a task would have. */
  KnowledgeTracker(TrackerSettings settings, KnowledgeQuery.Factory queryFactory, int surveySlice) {
    this.settings = settings;
    this.queryFactory = queryFactory;
    this.surveySlice = surveySlice;
  }

  // ---------------------------------------------------------------- life cycle

  @Override
  public void setMailboxExecutor(MailboxExecutor mailboxExecutor) {
    super.setMailboxExecutor(mailboxExecutor);
    this.mailbox = mailboxExecutor;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    KeyedStateBackend<String> backend = getKeyedStateBackend();
    KeyedBackends.requireTimersOfSnapshots(backend);
    OperatorStateStore store = context.getOperatorStateStore();
    keyGroups = KeyGroups.of(getRuntimeContext().getTaskInfo());
    metrics = new TrackerMetrics(getMetricGroup());
    time = new ModelTime(store);
    counts = new QuestionCounts(store, keyGroups);
    costs = new CheckpointCosts(store, keyGroups, settings.ceiling());
    lanes = new Lanes(time);
    KeyedStateStore keyedStore = context.getKeyedStateStore();
    questions = new Questions(backend, keyedStore, keyGroups, counts, costs, time, lanes, metrics);
    emitter = new TrackerOutput(output, metrics);
    surveys = new Surveys(surveySlice, store, keyedStore, keyGroups, questions, emitter);
  }

  @Override
  public void open() throws Exception {
    super.open();
    query = queryFactory.open();
    OutputAvailability available =
        new OutputAvailability(getContainingTask().getEnvironment().getAllWriters());
    ProcessingTimeService clock = getProcessingTimeService();
    pump = new Pump(time, counts, lanes, surveys, available, mailbox, clock);
    requests = new RequestsInFlight(settings, query, mailbox, clock, metrics, pump);
    metrics.expose(getMetricGroup(), time, counts, requests, surveys, pump, query);
    metrics.exposeCosts(getMetricGroup(), costs);
    metrics.liveAre(time.live());
    Reconciler reconciler =
        new Reconciler(time, questions, lanes, requests, surveys, costs, emitter);
    time.live().forEach(reconciler::tellWherePaused);
    pump.start(this::getInternalTimerService, requests, reconciler);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    for (InFlightRequest request : requests.all()) {
      questions.setCurrent(request.questionId());
      // A probe is asked again at once, and so is what changed since a sweep asked it: it holds a
      // model time that no sweep comes to yet.
      if (request.lane == Lane.ARRIVALS) {
        lanes.arrivals().schedule(request.holds);
      } else {
        lanes.schedule(request.holds);
      }
    }
    counts.save();
    costs.save();
    surveys.save();
  }

  @Override
  public void close() throws Exception {
    if (surveys != null) {
      surveys.close();
    }
    if (query != null) {
      query.close();
    }
    super.close();
  }

  // ---------------------------------------------------------------- questions

  @Override
  public void processElement1(StreamRecord<QuestionEvent> element) throws Exception {
    QuestionEvent event = element.getValue();
    TrackedQuestion before = questions.current();
    if (event.question() == null) {
      remove(before);
    } else if (before == null) {
      questions.add(TrackedQuestion.first(event.question(), event.origin()));
      surveys.came(event.questionId());
      arrived(event.questionId());
    } else {
      change(before, event);
    }
    pump.run();
  }

  /**
   * Forgets a question.
   *
   * @param before null where it is not known
   */
  private void remove(TrackedQuestion before) throws Exception {
    if (before == null) {
      metrics.duplicates.inc();
      return;
    }
    questions.remove(before);
    requests.cancel(before.question().id());
    KnowledgeChange removal = questions.removal(before);
    emitter.emit(removal);
    surveys.replaced(questions.knowledge(before), before.asked(), removal);
  }

  private void change(TrackedQuestion before, QuestionEvent event) throws Exception {
    Question question = event.question();
    if (question.equals(before.question())) {
      metrics.duplicates.inc();
      return;
    }
    if (question.sameContent(before.question())) {
      TrackedQuestion relabelled = before.relabelled(question, event.origin());
      questions.store(relabelled);
      KnowledgeChange change = questions.knowledge(relabelled);
      emitter.emit(change);
      surveys.annotated(questions.knowledge(before), change);
    } else {
      TrackedQuestion changed = before.changed(question, event.origin());
      questions.change(before, changed);
      arrived(question.id());
      requests.cancel(question.id());
      KnowledgeChange change = questions.knowledge(changed);
      emitter.emit(change);
      surveys.replaced(questions.knowledge(before), before.asked(), change);
    }
  }

  /** New content needs attention before any sweep; only later model times wait for it. */
  private void arrived(String questionId) {
    lanes.scheduleArrival();
    InFlightRequest request = requests.of(questionId);
    if (request != null) {
      request.holds = time.now() + 1;
    }
  }

  // ---------------------------------------------------------------- directives

  @Override
  public void processElement2(StreamRecord<Directive> element) throws Exception {
    Directive directive = element.getValue();
    if (directive.survey() != null) {
      surveys.add(directive.survey(), directive.checkpoint() != null);
    }
    if (directive.retry() != null) {
      retry(directive.retry());
    }
    if (directive.goOn() != null) {
      goOn(directive.goOn());
    }
    if (directive.checkpoint() != null) {
      apply(directive.checkpoint());
    }
    pump.run();
  }

  private void apply(ModelCheckpointEvent event) throws Exception {
    time.apply(event);
    counts.allWait();
    requests.retain(time.liveTimes());
    costs.retain(time.liveTimes());
    metrics.liveAre(time.live());
    ModelCheckpoint announced = time.byId(event.checkpointId());
    if (announced != null) {
      requests.missingModels().isBack(announced);
    }
    // What waits for a missing model may miss another one's answer now, or no answer at all.
    lanes.unpark();
    for (InFlightRequest request : requests.copy()) {
      ModelCheckpoint newest = time.newest(request.checkpoint);
      if (newest == null || (request.isUnderWay() && !newest.equals(request.checkpoint))) {
        requests.cancel(request);
      }
    }
    surveys.retire(time.liveTimes(), time.now());
  }

  private void goOn(GoOn goOn) throws Exception {
    long announcedAt = goOn.checkpoint().announcedAt();
    if (time.liveTimes().contains(announcedAt)) {
      costs.allowAgain(announcedAt);
      lanes.unpark();
      LOG.info(
          "Request {}: model checkpoint {} may cost {} requests and {} tokens in this task; 0 is no"
              + " ceiling.",
          goOn.requestId(),
          goOn.checkpoint().id(),
          costs.share(announcedAt).requests(),
          costs.share(announcedAt).tokens());
    }
  }

  private void retry(Retry retry) throws Exception {
    int retried = 0;
    for (String id : retry.questionIds()) {
      KnowledgeChange before = keyGroups.own(id) ? questions.reopen(id, retry.checkpoint()) : null;
      if (before != null) {
        surveys.reopened(before, retry.checkpoint().announcedAt());
        retried++;
      }
    }
    if (retried > 0) {
      LOG.info(
          "Request {}: {} questions that model checkpoint {} failed to answer are asked again.",
          retry.requestId(),
          retried,
          retry.checkpoint().id());
    }
  }

  // ---------------------------------------------------------------- watermarks

  @Override
  public void processWatermark1(Watermark mark) {}

  /**
   * The planner's clock: datasets whose time is over are forgotten, here and, by a watermark that
   * follows all that surveys have offered for them, in the stages behind. Model time is this
   * operator's own; and the last watermark of a drain is no time.
   */
  @Override
  public void processWatermark2(Watermark mark) throws Exception {
    if (mark.getTimestamp() != Watermark.MAX_WATERMARK.getTimestamp()) {
      surveys.forget(mark.getTimestamp());
      if (pump.outputIsFree()) {
        output.emitWatermark(new Watermark(surveys.over(mark.getTimestamp())));
      }
    }
  }

  @Override
  public void processWatermarkStatus(WatermarkStatus status, int index) {}

  /** Whether the survey has still to look at the question. */
  @VisibleForTesting
  boolean isAhead(String surveyId, String questionId) {
    return surveys.isAhead(surveyId, questionId);
  }

  /** What asking a model checkpoint has cost; null where it is not live. */
  @VisibleForTesting
  Cost cost(String checkpointId) {
    ModelCheckpoint checkpoint = time.byId(checkpointId);
    return checkpoint == null ? null : costs.of(checkpoint.announcedAt());
  }

  /** Whether a live model checkpoint has reached this task's share of its ceiling. */
  @VisibleForTesting
  boolean isPaused(String checkpointId) {
    return costs.isPaused(time.byId(checkpointId).announcedAt());
  }

  /** The newest model time that is complete; 0 before the first. */
  @VisibleForTesting
  long completeTime() {
    return pump.completeTime();
  }
}
