package dev.craftstream.tracking;

import dev.craftstream.flink.OutputAvailability;
import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.model.KnowledgeChange;
import dev.craftstream.model.KnowledgeState;
import dev.craftstream.model.ModelCheckpoint;
import dev.craftstream.model.ModelCheckpointEvent;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.message.Candidate;
import dev.craftstream.model.message.Directive;
import dev.craftstream.model.message.EvaluationReport;
import dev.craftstream.model.message.Retry;
import dev.craftstream.model.message.SurveyReport;
import dev.craftstream.model.message.UnusableAnswer;
import dev.craftstream.survey.Surveys;
import dev.craftstream.tracking.TrackedQuestion.Measured;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.checkpoint.CheckpointType;
import org.apache.flink.runtime.state.AbstractKeyedStateBackend;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.heap.HeapKeyedStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that every question is measured under every live model checkpoint, and says by its
 * watermarks when that is so.
 *
 * <p>Input 1 are question events, keyed by question id; input 2 are directives, broadcast: model
 * checkpoints that come and go, {@link Surveys}, and failed questions to be asked again. Watermark
 * n means: every question that was known when announcement n came has its knowledge state, or its
 * {@link UnusableAnswer}, under every checkpoint up to n. Questions that came later never hold it
 * back.
 *
 * <p>The tracker pulls. A question that needs attention waits in a {@link Lane}; the <i>pump</i>
 * takes turns out of the lanes while requests in flight are allowed, and a turn <i>reconciles</i>
 * its question: it finds the first live checkpoint without an answer and asks it, one request a
 * question at a time. A completed request comes back as a mail, is stored and emitted, and the
 * question is reconciled again. New and changed questions have a lane of their own that goes first,
 * but leaves a quarter of the slots to a sweep that is under way. A question that misses nothing
 * but what a checkpoint without its model would say waits in a lane of its own. Nothing blocks the
 * task thread, so Flink checkpoints go on whatever the server does, and whatever the stages behind:
 * while these don't keep up, answers wait and no turn is taken.
 *
 * <p>Requests in flight are not state: each snapshot queues their questions again, so that a
 * restored or rescaled task asks exactly what has no answer.
 */
public final class KnowledgeTracker extends AbstractStreamOperator<KnowledgeChange>
    implements TwoInputStreamOperator<QuestionEvent, Directive, KnowledgeChange> {

  /** Side output of questions that could not be asked or whose answers could not be used. */
  public static final OutputTag<UnusableAnswer> UNUSABLE =
      new OutputTag<>("unusable-answers", TypeInformation.of(UnusableAnswer.class));

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

  private static final String QUESTION = "question";

  /** Turns that one pump, and questions that one survey's slice, takes before it lets others. */
  private static final int SLICE = 1_000;

  /** How long to wait before looking for room again. */
  private static final long ROOM_REST_MILLIS = 1;

  private final TrackerSettings settings;
  private final KnowledgeQuery.Factory queryFactory;
  private final int sliceSize;

  private transient MailboxExecutor mailbox;
  private transient KnowledgeQuery query;
  private transient ValueState<TrackedQuestion> questions;
  private transient Announcements announcements;
  private transient KeyGroupRange keyGroups;
  private transient int maxParallelism;
  private transient QuestionCounts tally;
  private transient Surveys surveys;
  private transient Lane arrivals;
  private transient Lane sweep;
  private transient Lane parked;
  private transient MissingModels probes;
  private transient RequestLimit limit;
  private transient Map<String, InFlightRequest> inFlight;
  private transient Map<Long, Long> answersByCheckpoint;
  private transient Deque<Answer> answers;
  private transient OutputAvailability room;
  private transient boolean awaitsRoom;
  private transient SlotUsage slots;
  private transient TrackerMetrics measures;
  private transient int arrivalsInFlight;
  private transient int sliceLeft;
  private transient boolean pumpIsQueued;
  private transient boolean sliceIsQueued;
  private transient boolean unparks;
  private transient long completeTime;

  public KnowledgeTracker(TrackerSettings settings, KnowledgeQuery.Factory queryFactory) {
    this(settings, queryFactory, SLICE);
  }

  /** With another size of the surveys' slices than a task would have. */
  KnowledgeTracker(TrackerSettings settings, KnowledgeQuery.Factory queryFactory, int sliceSize) {
    this.settings = settings;
    this.queryFactory = queryFactory;
    this.sliceSize = sliceSize;
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
    if (getKeyedStateBackend() instanceof AbstractKeyedStateBackend<?> backend
        && backend.requiresLegacySynchronousTimerSnapshots(CheckpointType.CHECKPOINT)) {
      throw new IllegalStateException(
          "Timers lie on the heap beside RocksDB, where Flink saves them before the questions in"
              + " flight are queued again: a failure would lose these. Set"
              + " state.backend.rocksdb.timer-service.factory to ROCKSDB.");
    }
    questions =
        context
            .getKeyedStateStore()
            .getState(new ValueStateDescriptor<>(QUESTION, TrackedQuestionSerializer.INSTANCE));
    announcements = new Announcements(context.getOperatorStateStore());
    TaskInfo task = getRuntimeContext().getTaskInfo();
    maxParallelism = task.getMaxNumberOfParallelSubtasks();
    keyGroups =
        KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex(
            maxParallelism, task.getNumberOfParallelSubtasks(), task.getIndexOfThisSubtask());
    tally = new QuestionCounts(context.getOperatorStateStore(), keyGroups, maxParallelism);
    surveys =
        new Surveys(
            sliceSize,
            context.getOperatorStateStore(),
            keyGroups,
            maxParallelism,
            new SurveyedQuestions(),
            new SurveyOutput());
  }

  @Override
  public void open() throws Exception {
    super.open();
    inFlight = new HashMap<>();
    answersByCheckpoint = new HashMap<>();
    answers = new ArrayDeque<>();
    room = new OutputAvailability(getContainingTask().getEnvironment().getAllWriters());
    probes = new MissingModels();
    slots = new SlotUsage(settings.requestsInFlight(), System::nanoTime);
    arrivals = lane("arrivals", this::takeTurn);
    sweep = lane("sweep", this::takeTurn);
    parked = lane("parked", this::unpark);
    unparks = true;
    query = queryFactory.open();
    limit = new RequestLimit(settings, () -> query.health().failures(FailureKind.OVERLOADED));
    measures = new TrackerMetrics(getMetricGroup());
    measures.expose(
        getMetricGroup(),
        slots,
        tally,
        announcements,
        surveys,
        () -> completeTime,
        limit,
        probes,
        query.health(),
        answers);
    queuePump();
  }

  private Lane lane(String name, Lane.Turn turn) {
    return new Lane(
        name,
        (timers, trigger) ->
            getInternalTimerService(timers, VoidNamespaceSerializer.INSTANCE, trigger),
        turn);
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    surveys.prepareSnapshot();
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    for (Map.Entry<String, InFlightRequest> entry : inFlight.entrySet()) {
      setCurrentKey(entry.getKey());
      InFlightRequest asked = entry.getValue();
      // A probe is asked again at once, and so is what changed since a sweep asked it: it holds a
      // model time that no sweep comes to yet.
      (asked.lane == arrivals ? arrivals : laneOf(asked.holds)).schedule(asked.holds);
    }
    tally.save();
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

  // ---------------------------------------------------------------- input

  @Override
  public void processElement1(StreamRecord<QuestionEvent> element) throws Exception {
    QuestionEvent event = element.getValue();
    TrackedQuestion before = questions.value();
    if (event.question() == null) {
      remove(event.questionId(), before);
    } else if (before == null) {
      tally.addKnown(event.questionId(), 1);
      tally.addWaiting(event.questionId(), 1);
      surveys.came(event.questionId());
      arrive(TrackedQuestion.first(event.question(), event.origin()));
    } else {
      change(before, event);
    }
    pump();
  }

  private void remove(String id, TrackedQuestion before) throws Exception {
    if (before == null) {
      measures.duplicates.inc();
      return;
    }
    tally.addKnown(id, -1);
    if (waits(before)) {
      tally.addWaiting(id, -1);
    }
    questions.clear();
    cancel(id);
    KnowledgeChange removed = new KnowledgeChange(id, null, before.version(), List.of(), "", now());
    emit(removed);
    surveys.replaced(knowledge(before, ""), before.asked(), removed);
  }

  private void change(TrackedQuestion before, QuestionEvent event) throws Exception {
    Question question = event.question();
    if (question.equals(before.question())) {
      measures.duplicates.inc();
      return;
    }
    if (question.sameContent(before.question())) {
      TrackedQuestion relabelled = before.relabelled(question, event.origin());
      questions.update(relabelled);
      KnowledgeChange change = knowledge(relabelled, "");
      emit(change);
      surveys.annotated(change);
    } else {
      if (!waits(before)) {
        tally.addWaiting(question.id(), 1);
      }
      TrackedQuestion changed = before.changed(question, event.origin());
      arrive(changed);
      cancel(question.id());
      emit(knowledge(changed, ""));
      surveys.replaced(knowledge(before, ""), before.asked(), knowledge(changed, ""));
    }
  }

  /**
   * Stores new content, which needs attention before any sweep; it holds only later model times.
   */
  private void arrive(TrackedQuestion question) throws Exception {
    questions.update(question);
    arrivals.schedule(now() + 1);
    InFlightRequest asked = inFlight.get(question.question().id());
    if (asked != null) {
      asked.holds = now() + 1;
    }
  }

  @Override
  public void processElement2(StreamRecord<Directive> element) throws Exception {
    Directive directive = element.getValue();
    if (directive.survey() != null) {
      surveys.add(directive.survey(), directive.checkpoint() != null);
    }
    if (directive.retry() != null) {
      retry(directive.retry());
    }
    if (directive.checkpoint() != null) {
      apply(directive.checkpoint());
    }
    pump();
  }

  private void apply(ModelCheckpointEvent event) throws Exception {
    announcements.apply(event);
    tally.allWait();
    probes.retain(announcements.liveTimes());
    ModelCheckpoint announced = announcements.byId(event.checkpointId());
    if (announced != null) {
      probes.isBack(announced);
    }
    // What waits for a missing model may miss another one's answer now, or no answer at all.
    unparks = true;
    for (Map.Entry<String, InFlightRequest> entry : new ArrayList<>(inFlight.entrySet())) {
      ModelCheckpoint asked = entry.getValue().checkpoint;
      if (!asked.equals(announcements.newest(asked))) {
        cancel(entry.getKey());
      }
    }
    surveys.retire(announcements.liveTimes(), now());
  }

  private void retry(Retry retry) throws Exception {
    int retried = 0;
    for (String id : retry.questionIds()) {
      if (isOwn(id) && retry(id, retry.checkpoint())) {
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

  /** Whether the checkpoint failed to answer; then it is asked again before any sweep. */
  private boolean retry(String id, ModelCheckpoint checkpoint) throws Exception {
    setCurrentKey(id);
    TrackedQuestion question = questions.value();
    if (question == null || !question.hasFailed(checkpoint.announcedAt())) {
      return false;
    }
    if (!waits(question)) {
      tally.addWaiting(id, 1);
    }
    questions.update(question.retried(checkpoint.announcedAt(), now()));
    arrivals.schedule(now() + 1);
    surveys.reopened(knowledge(question, ""), checkpoint.announcedAt());
    measures.reopened.inc();
    queuePump();
    return true;
  }

  /**
   * Model time is this operator's own; whatever comes in, such as the last watermark of a drain, is
   * not.
   */
  @Override
  public void processWatermark1(Watermark mark) {}

  @Override
  public void processWatermark2(Watermark mark) {}

  @Override
  public void processWatermarkStatus(WatermarkStatus status, int index) {}

  // ---------------------------------------------------------------- the pump

  /** Fills the free slots, new questions first, and tells what model time is complete. */
  private void pump() throws Exception {
    sliceLeft = SLICE;
    long now = now();
    if (unparks) {
      parked.drain(Long.MAX_VALUE, () -> sliceLeft > 0);
      unparks = parked.drainedTo() < Long.MAX_VALUE;
    }
    // First those that were there before the newest announcement: model time waits for them alone.
    arrivals.drain(now, this::mayTakeArrival);
    arrivals.drain(now + 1, this::mayTakeArrival);
    sweep.drain(now, this::mayTake);
    if (sliceLeft <= 0) {
      queuePump();
    }
    advance();
  }

  private boolean mayTakeArrival() {
    return mayTake() && arrivalsInFlight < arrivalSlots();
  }

  private boolean mayTake() {
    return sliceLeft > 0 && inFlight.size() - probes.inFlight() < limit.now() && hasRoom();
  }

  /** Whether the stages behind keep up; if not, all goes on when they do again. */
  private boolean hasRoom() {
    if (room.isThere()) {
      return true;
    }
    if (!awaitsRoom) {
      awaitsRoom = true;
      var unused =
          getProcessingTimeService()
              .registerTimer(
                  getProcessingTimeService().getCurrentProcessingTime() + ROOM_REST_MILLIS,
                  time -> {
                    awaitsRoom = false;
                    takeAnswers();
                    pump();
                  });
    }
    return false;
  }

  private int arrivalSlots() {
    boolean sweeping = sweep.drainedTo() < now();
    return limit.now() - (sweeping ? TrackerSettings.sweepReserve(limit.now()) : 0);
  }

  private void queuePump() {
    if (!pumpIsQueued) {
      pumpIsQueued = true;
      mailbox.execute(
          () -> {
            pumpIsQueued = false;
            pump();
          },
          "take turns");
    }
  }

  private void advance() {
    long complete = Math.min(now(), Math.min(arrivals.drainedTo(), sweep.drainedTo()));
    complete = Math.min(complete, parked.drainedTo());
    for (InFlightRequest asked : inFlight.values()) {
      complete = Math.min(complete, asked.holds - 1);
    }
    if (complete > completeTime) {
      completeTime = complete;
      output.emitWatermark(new Watermark(complete));
      LOG.info(
          "Model time {} is complete: {} questions known, {} answers; {} % of {} requests in flight"
              + " in use over the last {} s.",
          complete,
          tally.known(),
          measures.answered.getCount(),
          Math.round(slots.share() * 1000) / 10.0,
          settings.requestsInFlight(),
          Math.round(slots.seconds() * 10) / 10.0);
    }
    queueSlice();
  }

  /** Surveys go on between the mails, as the pump does. */
  private void queueSlice() {
    if (!sliceIsQueued && surveys.due(completeTime)) {
      sliceIsQueued = true;
      mailbox.execute(
          () -> {
            sliceIsQueued = false;
            if (hasRoom()) {
              surveys.slice(completeTime);
              queueSlice();
            }
          },
          "survey questions");
    }
  }

  // ---------------------------------------------------------------- a question's turn

  private void takeTurn(String id, Lane lane, long due) throws Exception {
    sliceLeft--;
    InFlightRequest asked = inFlight.get(id);
    if (asked == null) {
      reconcile(id, questions.value(), true, lane, due);
    } else if (lane == sweep) {
      TrackedQuestion question = questions.value();
      if (question != null && question.reconciledAt() != TrackedQuestion.NEVER) {
        // A retry is under way when the sweep comes, which waits for the question as for any other.
        asked.holds = Math.min(asked.holds, due);
      }
    }
  }

  /** A question waits no more for the model that was missing. */
  private void unpark(String id, Lane lane, long due) {
    sliceLeft--;
    laneOf(due).schedule(due);
  }

  private Lane laneOf(long due) {
    return due > now() ? arrivals : sweep;
  }

  /**
   * Asks the first live checkpoint that has no answer; the current key is {@code id}.
   *
   * @param question null where there is none any more
   * @param isStored whether the question lies in the state as it is
   */
  private void reconcile(
      String id, TrackedQuestion question, boolean isStored, Lane lane, long holds)
      throws Exception {
    if (question == null) {
      return;
    }
    TrackedQuestion kept = question.without(announcements.liveTimes());
    boolean forgets = kept.measured().size() < question.measured().size();
    if (forgets) {
      emit(knowledge(kept, ""));
    }
    ModelCheckpoint missing = announcements.missing(kept, checkpoint -> true);
    boolean isDone = missing == null && waits(kept);
    if (isDone) {
      tally.addWaiting(id, -1);
    }
    if (forgets || isDone || !isStored) {
      questions.update(isDone ? kept.reconciled(now()) : kept);
    }
    if (missing == null) {
      sweep.schedule(now() + 1);
      return;
    }
    // All older checkpoints have answered, so model times before this one's need not wait for it.
    long holdsFrom = Math.max(holds, missing.announcedAt());
    ModelCheckpoint asks = announcements.missing(kept, probes::mayAsk);
    if (asks == null) {
      parked.schedule(holdsFrom);
      return;
    }
    InFlightRequest asked =
        new InFlightRequest(
            lane, asks, kept.question(), kept.version(), holdsFrom, answersOf(asks));
    inFlight.put(id, asked);
    countInFlight(lane, 1);
    if (probes.isMissing(asks)) {
      probe(asked);
    }
    ask(kept.question(), asked);
  }

  private void ask(Question question, InFlightRequest asked) {
    String id = question.id();
    measures.asked.inc();
    asked.startedNanos = System.nanoTime();
    asked.checkpoint = announcements.newest(asked.checkpoint);
    asked.attempt = query.ask(question, asked.questionVersion, asked.checkpoint);
    var unused =
        asked.attempt.whenComplete(
            (state, failure) -> {
              Answer answer = new Answer(id, asked, state, failure, System.nanoTime());
              try {
                mailbox.execute(() -> take(answer), "answer to %s", id);
              } catch (RejectedExecutionException taskHasEnded) {
                // The restored task asks again.
              }
            });
  }

  /** What became of a request, and when. */
  private record Answer(
      String id, InFlightRequest asked, KnowledgeState state, Throwable failure, long atNanos) {}

  private void take(Answer answer) throws Exception {
    answers.add(answer);
    takeAnswers();
  }

  /** Those that find no room stay in flight: a restored task asks them again. */
  private void takeAnswers() throws Exception {
    while (!answers.isEmpty() && hasRoom()) {
      completed(answers.remove());
    }
  }

  private void completed(Answer answer) throws Exception {
    String id = answer.id;
    InFlightRequest asked = answer.asked;
    Throwable failure = answer.failure;
    setCurrentKey(id);
    TrackedQuestion question = questions.value();
    boolean wanted = wanted(question, asked);
    if (wanted && failure == null) {
      long latency = answer.atNanos - asked.startedNanos;
      measures.answeredAfter(latency);
      limit.answered(asked.startedNanos, latency, inFlight.size());
      answersByCheckpoint.merge(asked.checkpoint.announcedAt(), 1L, Long::sum);
      unparks |= probes.isBack(asked.checkpoint);
      question = question.with(new Measured(asked.checkpoint.announcedAt(), answer.state));
      KnowledgeChange change = knowledge(question, asked.checkpoint.id());
      emit(change);
      surveys.measured(change, asked.checkpoint.announcedAt());
    } else if (wanted && !asked.checkpoint.equals(announcements.newest(asked.checkpoint))) {
      // It is served elsewhere since.
      ask(question.question(), asked);
      return;
    } else if (wanted) {
      TrackedQuestion givenUp = giveUp(question, asked, cause(failure));
      if (givenUp == null && mayStay(asked)) {
        restThenAskAgain(id, asked);
        return;
      }
      question = givenUp == null ? question : givenUp;
    }
    inFlight.remove(id);
    countInFlight(asked.lane, -1);
    unparks |= probes.isOver(asked);
    reconcile(id, question, !wanted, asked.lane, asked.holds);
    pump();
  }

  /** The question given up under this checkpoint, which is emitted; null where it may go on. */
  private TrackedQuestion giveUp(TrackedQuestion question, InFlightRequest asked, Throwable cause) {
    String explanation;
    if (cause instanceof UnusableAnswerException) {
      explanation = cause.getMessage();
      unparks |= probes.isBack(asked.checkpoint);
    } else if (cause instanceof ServerUnavailableException
        || cause instanceof CancellationException) {
      measures.failed.inc();
      asked.failures++;
      if (cause instanceof ServerUnavailableException unavailable) {
        failedBy(unavailable.trouble(), asked);
      }
      long answers = answersOf(asked.checkpoint);
      if (answers > asked.answersBefore) {
        asked.answersBefore = answers;
        asked.attempts++;
      }
      if (asked.attempts < settings.attempts()) {
        return null;
      }
      explanation =
          "Given up after "
              + asked.attempts
              + " attempts while the server answered other questions; the last one: "
              + cause.getMessage();
    } else if (cause instanceof VirtualMachineError serious) {
      // Such as too little memory: the task's, not the question's.
      throw serious;
    } else {
      LOG.error(
          "Asking question {} under model checkpoint {} failed in a way that should not happen.",
          question.question().id(),
          asked.checkpoint.id(),
          cause);
      explanation = "Asking failed in a way that should not happen: " + cause;
    }
    measures.unusable.inc();
    TrackedQuestion givenUp = question.with(new Measured(asked.checkpoint.announcedAt(), null));
    surveys.givenUp(knowledge(givenUp, ""), asked.checkpoint.announcedAt());
    output.collect(
        UNUSABLE,
        new StreamRecord<>(
            new UnusableAnswer(
                question.question(), question.origin(), asked.checkpoint.id(), explanation)));
    return givenUp;
  }

  private void failedBy(FailureKind trouble, InFlightRequest asked) {
    switch (trouble) {
      case MODEL_MISSING -> {
        if (!probes.isMissing(asked.checkpoint)) {
          LOG.warn(
              "The model of checkpoint {} is missing: it is asked one question at a time until it"
                  + " answers, and the others go on. Load it, announce it again with another"
                  + " version, or retire it.",
              asked.checkpoint.id());
          probe(asked);
        }
      }
      case HANGING, OVERLOADED -> limit.timedOut();
      default -> {}
    }
  }

  /** Has the request probe its checkpoint, beside those that the limit allows. */
  private void probe(InFlightRequest asked) {
    countInFlight(asked.lane, -1);
    asked.lane = parked;
    probes.modelIsMissing(asked);
  }

  /** Whether a failed request may keep its slot; else its question waits for the probe. */
  private boolean mayStay(InFlightRequest asked) {
    return !probes.isMissing(asked.checkpoint) || probes.isProbe(asked);
  }

  /** The question keeps its slot while it rests, so that an outage never becomes a flood. */
  private void restThenAskAgain(String id, InFlightRequest asked) {
    asked.attempt = null;
    Duration rest = settings.backOff(asked.failures);
    long jittered = (long) (rest.toMillis() * (0.5 + ThreadLocalRandom.current().nextDouble() / 2));
    var unused =
        getProcessingTimeService()
            .registerTimer(
                getProcessingTimeService().getCurrentProcessingTime() + jittered,
                time -> {
                  if (inFlight.get(id) != asked) {
                    return;
                  }
                  setCurrentKey(id);
                  TrackedQuestion question = questions.value();
                  if (wanted(question, asked)) {
                    ask(question.question(), asked);
                  } else {
                    take(
                        new Answer(
                            id, asked, null, new CancellationException(), System.nanoTime()));
                  }
                });
  }

  /**
   * Frees the slot of a request whose answer nobody wants; one that rests notices when it wakes.
   */
  private void cancel(String id) {
    InFlightRequest asked = inFlight.get(id);
    if (asked != null && asked.attempt != null) {
      asked.attempt.cancel(false);
    }
  }

  // ---------------------------------------------------------------- small parts

  private long now() {
    return announcements.modelTime();
  }

  /** Versions alone don't tell: a question that was removed and came back has the first again. */
  private boolean wanted(TrackedQuestion question, InFlightRequest asked) {
    return question != null
        && question.version() == asked.questionVersion
        && question.question().sameContent(asked.question)
        && announcements.isLive(asked.checkpoint);
  }

  private boolean isOwn(String id) {
    return keyGroups.contains(KeyGroupRangeAssignment.assignToKeyGroup(id, maxParallelism));
  }

  private boolean waits(TrackedQuestion question) {
    return question.reconciledAt() < now();
  }

  private long answersOf(ModelCheckpoint checkpoint) {
    return answersByCheckpoint.getOrDefault(checkpoint.announcedAt(), 0L);
  }

  private void countInFlight(Lane lane, int change) {
    if (lane == arrivals) {
      arrivalsInFlight += change;
    }
    slots.set(inFlight.size());
  }

  private KnowledgeChange knowledge(TrackedQuestion question, String measured) {
    return new KnowledgeChange(
        question.question().id(),
        question.question(),
        question.version(),
        announcements.knowledge(question),
        measured,
        now());
  }

  private void emit(KnowledgeChange change) {
    // No timestamp: sinks must not write model time into Kafka, where it would mean 1970.
    output.collect(new StreamRecord<>(change));
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  // ---------------------------------------------------------------- surveys

  private final class SurveyedQuestions implements Surveys.Questions {
    @Override
    public Stream<String> ids() {
      Stream<String> ids =
          KnowledgeTracker.this
              .<String>getKeyedStateBackend()
              .getKeys(QUESTION, VoidNamespace.INSTANCE);
      // The heap's own stream does not bear changes while it is read; there, all is on the heap.
      return getKeyedStateBackend() instanceof HeapKeyedStateBackend ? ids.toList().stream() : ids;
    }

    @Override
    public KnowledgeChange get(String id) throws Exception {
      setCurrentKey(id);
      TrackedQuestion question = questions.value();
      return question == null ? null : knowledge(question, "");
    }

    @Override
    public boolean hasFailed(String id, ModelCheckpoint checkpoint) throws Exception {
      setCurrentKey(id);
      TrackedQuestion question = questions.value();
      return question != null && question.hasFailed(checkpoint.announcedAt());
    }

    @Override
    public boolean retry(String id, ModelCheckpoint checkpoint) throws Exception {
      return KnowledgeTracker.this.retry(id, checkpoint);
    }
  }

  private final class SurveyOutput implements Surveys.Output {
    @Override
    public void offer(Candidate candidate) {
      measures.offered.inc();
      output.collect(CANDIDATES, new StreamRecord<>(candidate));
    }

    @Override
    public void report(SurveyReport report) {
      output.collect(SURVEYED, new StreamRecord<>(report));
    }

    @Override
    public void report(EvaluationReport report) {
      output.collect(EVALUATED, new StreamRecord<>(report));
    }
  }
}
