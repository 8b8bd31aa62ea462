package dev.craftstream.tracking;

import dev.craftstream.model.Cost;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.message.Directive;
import dev.craftstream.model.message.Retry;
import dev.craftstream.model.message.Survey;
import dev.craftstream.model.message.UnusableAnswer;
import dev.craftstream.testing.UnreadOutput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.StreamTaskActionExecutor;
import org.apache.flink.streaming.runtime.tasks.mailbox.Mail;
import org.apache.flink.streaming.runtime.tasks.mailbox.MailboxExecutorImpl;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/**
 * One tracker task in Flink's operator harness, with a model server whose answers the test gives.
 */
public final class TrackerHarness implements AutoCloseable {
  public static final int MAX_PARALLELISM = 16;

  public final ScriptedQuery server = new ScriptedQuery();
  private final KeyedTwoInputStreamOperatorTestHarness<
          String, QuestionEvent, Directive, KnowledgeChange>
      harness;
  private final KnowledgeTracker tracker;
  private final UnreadOutput output = new UnreadOutput();
  private long snapshots;

  private TrackerHarness(
      StateBackend backend, TrackerSettings settings, int sliceSize, int tasks, int task)
      throws Exception {
    tracker = new KnowledgeTracker(settings, server.factory(), sliceSize);
    harness =
        new KeyedTwoInputStreamOperatorTestHarness<>(
            tracker, QuestionEvent::questionId, null, Types.STRING, MAX_PARALLELISM, tasks, task);
    harness.setStateBackend(backend);
    harness.getEnvironment().addOutputs(List.of(output));
  }

  public static TrackerSettings settings(int requestsInFlight) {
    return new TrackerSettings(
        requestsInFlight, true, 3, Duration.ofMillis(100), Duration.ofMillis(100));
  }

  /** A task that asks two questions at a time, with a ceiling. */
  public static TrackerHarness restore(
      Ceiling ceiling, int tasks, int task, OperatorSubtaskState state) throws Exception {
    TrackerSettings its = settings(2);
    TrackerHarness tracker =
        restore(
            new EmbeddedRocksDBStateBackend(),
            new TrackerSettings(
                its.requestsInFlight(),
                its.adaptiveConcurrency(),
                its.attempts(),
                its.firstBackOff(),
                its.maxBackOff(),
                ceiling),
            1_000,
            tasks,
            task,
            state);
    tracker.mails();
    return tracker;
  }

  public static TrackerHarness start(int requestsInFlight) throws Exception {
    return restore(new EmbeddedRocksDBStateBackend(), requestsInFlight, 1, 0, null);
  }

  public static TrackerHarness restore(
      StateBackend backend, int requestsInFlight, int tasks, int task, OperatorSubtaskState state)
      throws Exception {
    TrackerHarness tracker = restore(backend, requestsInFlight, 1_000, tasks, task, state);
    tracker.mails();
    return tracker;
  }

  /** A task whose mails the test runs one by one. */
  public static TrackerHarness restore(
      StateBackend backend,
      int requestsInFlight,
      int sliceSize,
      int tasks,
      int task,
      OperatorSubtaskState state)
      throws Exception {
    return restore(backend, settings(requestsInFlight), sliceSize, tasks, task, state);
  }

  private static TrackerHarness restore(
      StateBackend backend,
      TrackerSettings settings,
      int sliceSize,
      int tasks,
      int task,
      OperatorSubtaskState state)
      throws Exception {
    TrackerHarness tracker = new TrackerHarness(backend, settings, sliceSize, tasks, task);
    tracker.harness.setup();
    if (state == null) {
      tracker.harness.initializeEmptyState();
    } else {
      tracker.harness.initializeState(state);
    }
    tracker
        .harness
        .getOperator()
        .setMailboxExecutor(
            new MailboxExecutorImpl(
                tracker.harness.getTaskMailbox(),
                TaskMailbox.MIN_PRIORITY,
                StreamTaskActionExecutor.IMMEDIATE));
    tracker.harness.open();
    return tracker;
  }

  // ---------------------------------------------------------------- events

  public static Question question(String id, String text) {
    return new Question(
        id, Task.OPEN_ENDED, Purpose.TRAIN, text, "gold", List.of(), List.of(), "", List.of());
  }

  public static ModelCheckpointEvent announce(long modelTime, String id, Role role, String base) {
    Serving serving = new Serving("model", "1", Contract.CRAFT, "", "", "");
    return new ModelCheckpointEvent(
        id, modelTime, new ModelCheckpoint(id, modelTime, role, base, serving), original());
  }

  /** The announcement of a known INITIAL checkpoint again, with another version of its model. */
  public static ModelCheckpointEvent servedElsewhere(long modelTime, String id) {
    Serving serving = new Serving("model", "2", Contract.CRAFT, "", "", "");
    return new ModelCheckpointEvent(
        id, modelTime, new ModelCheckpoint(id, modelTime, Role.INITIAL, "", serving), original());
  }

  public static ModelCheckpointEvent retire(long modelTime, String id) {
    return new ModelCheckpointEvent(id, modelTime, null, original());
  }

  public static OriginalRecord original() {
    return new OriginalRecord(new Origin("model-checkpoints", 0, 0), new byte[0], new byte[0]);
  }

  public void ask(Question question) throws Exception {
    send(new QuestionEvent(question.id(), question, new Origin("questions", 0, 0)));
    mails();
  }

  public void send(QuestionEvent event) throws Exception {
    harness.processElement1(new StreamRecord<>(event));
  }

  public void ask(String... ids) throws Exception {
    for (String id : ids) {
      ask(question(id, "What is " + id + "?"));
    }
  }

  public void remove(String id) throws Exception {
    send(new QuestionEvent(id, null, new Origin("questions", 0, 0)));
    mails();
  }

  public void checkpoint(ModelCheckpointEvent event) throws Exception {
    direct(Directive.of(event));
    mails();
  }

  public void direct(Directive directive) throws Exception {
    harness.processElement2(new StreamRecord<>(directive));
  }

  public void initial(long modelTime) throws Exception {
    checkpoint(announce(modelTime, "initial", Role.INITIAL, ""));
  }

  public void rehearsal(long modelTime) throws Exception {
    checkpoint(announce(modelTime, "rehearsal", Role.REHEARSAL, "initial"));
  }

  /** Has questions asked again that failed; all that did where none is named. */
  public void retry(ModelCheckpointEvent checkpoint, String... ids) throws Exception {
    direct(
        ids.length == 0
            ? Directive.of(Survey.retrying("request/r", checkpoint.announced()))
            : Directive.of(new Retry("r", checkpoint.announced(), List.of(ids))));
  }

  /** The planner tells the time. */
  public void tellTime(long time) throws Exception {
    harness.processWatermark2(new Watermark(time));
  }

  /** Takes the newest watermark that came out since the last time; the least number for none. */
  public long takeWatermark() {
    long newest = Long.MIN_VALUE;
    for (Object element : harness.getOutput()) {
      newest = element instanceof Watermark mark ? mark.getTimestamp() : newest;
    }
    harness.getOutput().removeIf(Watermark.class::isInstance);
    return newest;
  }

  public void drainWatermark() throws Exception {
    harness.processBothWatermarks(Watermark.MAX_WATERMARK);
    mails();
  }

  public void answer(String what, double correctness) throws Exception {
    server.open(what).answer(correctness);
    mails();
  }

  public void fail(String what, Exception failure) throws Exception {
    server.open(what).answer().completeExceptionally(failure);
    mails();
  }

  /** Answers all that is asked, and what is asked after that, until nothing is. */
  public void answerAll(double correctness) throws Exception {
    while (!server.open().isEmpty()) {
      server.open().forEach(a -> a.answer(correctness));
      mails();
    }
  }

  public void passTime(Duration time) throws Exception {
    harness.setProcessingTime(harness.getProcessingTime() + time.toMillis());
    mails();
  }

  /** How many buffers with records the stages behind have not read yet. */
  public void setUnread(int buffers) throws Exception {
    output.setUnread(buffers);
    passTime(Duration.ofMillis(1));
  }

  // ---------------------------------------------------------------- what came out

  public List<KnowledgeChange> changes() {
    return harness.extractOutputValues();
  }

  public List<String> measured() {
    return changes().stream()
        .filter(c -> !c.measured().isEmpty())
        .map(c -> c.questionId() + "@" + c.measured())
        .toList();
  }

  public List<UnusableAnswer> unusable() {
    return sideOutput(KnowledgeTracker.UNUSABLE);
  }

  public <T> List<T> sideOutput(OutputTag<T> tag) {
    List<T> values = new ArrayList<>();
    Optional.ofNullable(harness.getSideOutput(tag))
        .ifPresent(q -> q.forEach(r -> values.add(r.getValue())));
    return values;
  }

  /** Takes what came out on the side since the last time. */
  public <T> List<T> takeSideOutput(OutputTag<T> tag) {
    List<T> values = sideOutput(tag);
    Optional.ofNullable(harness.getSideOutput(tag)).ifPresent(Queue::clear);
    return values;
  }

  /** The newest model time that is complete; 0 where none is. */
  public long modelTime() {
    return tracker.completeTime();
  }

  /** What asking a model checkpoint has cost; null where it is not live. */
  public Cost cost(String checkpointId) {
    return tracker.cost(checkpointId);
  }

  /** Whether a live model checkpoint has reached its ceiling. */
  public boolean isPaused(String checkpointId) {
    return tracker.isPaused(checkpointId);
  }

  /** Whether the survey has still to look at the question. */
  public boolean isAhead(String surveyId, String questionId) {
    return tracker.isAhead(surveyId, questionId);
  }

  public int stateEntries() {
    return harness.numKeyedStateEntries();
  }

  public OperatorSubtaskState snapshot() throws Exception {
    snapshots++;
    harness.prepareSnapshotPreBarrier(snapshots);
    return harness.snapshot(snapshots, snapshots);
  }

  /** Runs the mails that are there now and those that they cause. */
  public void mails() throws Exception {
    while (mail()) {}
  }

  /** Runs one mail; returns whether there was one. */
  public boolean mail() throws Exception {
    Optional<Mail> mail = harness.getTaskMailbox().tryTake(TaskMailbox.MIN_PRIORITY);
    if (mail.isPresent()) {
      mail.get().run();
    }
    return mail.isPresent();
  }

  @Override
  public void close() throws Exception {
    harness.close();
  }
}
