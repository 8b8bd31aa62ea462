package dev.craftstream.admission;

import dev.craftstream.flink.GraphOptions;
import dev.craftstream.flink.MailboxHandOver;
import dev.craftstream.flink.Restarts;
import dev.craftstream.knowledge.HealthMetrics;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.metrics.JobMetric;
import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.DeadLetter.Reason;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.message.Admitted;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets through the announcements that fit what was announced before and whose models the server has
 * ready, in their order; the others become dead letters and their model time stays empty.
 *
 * <p>Runs as one task, so that all trackers see the same. An announcement waits here while the
 * server is not reachable, and until the trackers have all questions that came before it; those
 * behind it wait as well: order is what makes model time. Which questions these are is settled when
 * an announcement comes, so that one Flink checkpoint can serve all that wait. Requests pass
 * through a {@link RequestQueue} beside them, so that they come behind what they name.
 */
public final class CheckpointAdmission extends AbstractStreamOperator<Admitted>
    implements TwoInputStreamOperator<ModelCheckpointEvent, Request, Admitted> {

  /** Side output of announcements and retirements that were refused. */
  public static final OutputTag<DeadLetter> REFUSED =
      new OutputTag<>("refused-checkpoints", TypeInformation.of(DeadLetter.class));

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointAdmission.class);
  private static final Duration REST = Duration.ofSeconds(1);

  private final KnowledgeQuery.Factory queryFactory;
  private final SourceProgress.Factory questionIntakeFactory;
  private final SourceProgress.Factory announcementIntakeFactory;
  private final StartCondition startCondition;

  private transient MailboxExecutor mailbox;
  private transient KnowledgeQuery query;
  private transient SourceProgress questionIntake;
  private transient ListState<ModelCheckpointEvent> waitingState;
  private transient ListState<ModelCheckpoint> knownState;
  private transient List<ModelCheckpointEvent> restored;
  private transient Deque<Waiting> waiting;
  private transient RequestQueue requests;
  private transient Map<String, ModelCheckpoint> known;
  private transient boolean checking;
  private transient Counter admitted;
  private transient Counter refused;

  /**
   * An event in the queue.
   *
   * @param questions completes when the trackers have those that came before it
   */
  private record Waiting(ModelCheckpointEvent event, CompletableFuture<Void> questions) {}

  public CheckpointAdmission(
      KnowledgeQuery.Factory queryFactory,
      SourceProgress.Factory questionIntakeFactory,
      SourceProgress.Factory announcementIntakeFactory,
      StartCondition startCondition) {
    this.queryFactory = queryFactory;
    this.questionIntakeFactory = questionIntakeFactory;
    this.announcementIntakeFactory = announcementIntakeFactory;
    this.startCondition = startCondition;
  }

  @Override
  public void setMailboxExecutor(MailboxExecutor mailboxExecutor) {
    super.setMailboxExecutor(mailboxExecutor);
    this.mailbox = mailboxExecutor;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    GraphOptions.report(getRuntimeContext());
    if (!context.isRestored()) {
      requireStart();
    }
    waitingState =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>(
                    "waiting", TypeInformation.of(ModelCheckpointEvent.class)));
    knownState =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>("known", TypeInformation.of(ModelCheckpoint.class)));
    waiting = new ArrayDeque<>();
    known = new HashMap<>();
    restored = new ArrayList<>();
    waitingState.get().forEach(restored::add);
    for (ModelCheckpoint checkpoint : knownState.get()) {
      known.put(checkpoint.id(), checkpoint);
    }
    requests =
        new RequestQueue(
            context.getOperatorStateStore(),
            known::containsKey,
            this::isWaiting,
            request -> output.collect(new StreamRecord<>(Admitted.of(request))));
  }

  private void requireStart() throws IOException {
    try {
      startCondition.require();
    } catch (StartRefusedException e) {
      throw Restarts.suppressed(e);
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    query = queryFactory.open();
    questionIntake = questionIntakeFactory.open();
    restored.forEach(this::enqueue);
    HealthMetrics.expose(
        getMetricGroup(),
        query.health(),
        JobMetric.ADMISSION_AFFECTED_MODELS,
        JobMetric.ADMISSION_FAILED_ATTEMPTS);
    admitted = JobMetric.ADMITTED.counter(getMetricGroup());
    refused = JobMetric.ADMISSION_REFUSED.counter(getMetricGroup());
    JobMetric.WAITING.gauge(getMetricGroup(), waiting::size);
    JobMetric.WAITING_REQUESTS.gauge(getMetricGroup(), requests::size);
    JobMetric.QUESTIONS_AHEAD.gauge(getMetricGroup(), questionIntake::missing);
    mailbox.execute(this::next, "check the first announcement");
    requests.open(mailbox, announcementIntakeFactory.open());
  }

  @Override
  public void processElement1(StreamRecord<ModelCheckpointEvent> element) {
    enqueue(element.getValue());
    next();
  }

  private void enqueue(ModelCheckpointEvent event) {
    // A retirement waits for what is before it in the queue alone.
    waiting.add(new Waiting(event, event.announced() == null ? null : questionIntake.complete()));
  }

  @Override
  public void processElement2(StreamRecord<Request> element) {
    requests.add(element.getValue());
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    waitingState.update(waiting.stream().map(Waiting::event).toList());
    requests.save();
    knownState.update(new ArrayList<>(known.values()));
  }

  @Override
  public void close() throws Exception {
    if (questionIntake != null) {
      questionIntake.close();
    }
    if (requests != null) {
      requests.close();
    }
    if (query != null) {
      query.close();
    }
    super.close();
  }

  /** Decides on the events at the head of the queue, up to one that needs the server's word. */
  private void next() {
    while (!checking && !waiting.isEmpty()) {
      ModelCheckpointEvent event = waiting.element().event();
      DeadLetter contradiction = contradiction(event);
      if (contradiction != null) {
        refuse(contradiction);
      } else if (event.announced() == null) {
        admit(event);
      } else {
        check(waiting.element());
      }
    }
  }

  private void check(Waiting first) {
    checking = true;
    ModelCheckpointEvent event = first.event();
    CompletableFuture<Void> ready =
        query.ready(event.announced()).thenCompose(nothing -> first.questions());
    MailboxHandOver.whenComplete(
        ready,
        mailbox,
        "model " + event.checkpointId(),
        (nothing, failure) -> checked(event, failure));
  }

  /**
   * The server has said of the model what it has to say.
   *
   * @param cause why the model can't be asked; null where it can
   */
  private void checked(ModelCheckpointEvent event, Throwable cause) {
    checking = false;
    if (cause == null) {
      admit(event);
      next();
    } else if (cause instanceof UnusableAnswerException) {
      refuse(letter(event, Reason.UNSERVABLE_CHECKPOINT, cause.getMessage()));
      next();
    } else {
      checking = true;
      var unused =
          getProcessingTimeService()
              .registerTimer(
                  getProcessingTimeService().getCurrentProcessingTime() + REST.toMillis(),
                  time -> {
                    checking = false;
                    next();
                  });
    }
  }

  private void admit(ModelCheckpointEvent event) {
    waiting.remove();
    ModelCheckpoint announced = event.announced();
    if (announced == null) {
      known.values().removeIf(checkpoint -> checkpoint.goesWith(event.checkpointId()));
      LOG.info("Model time {}: {} is retired.", event.modelTime(), event.checkpointId());
    } else {
      known.merge(announced.id(), announced, ModelCheckpoint::movedTo);
      LOG.info(
          "Model time {}: {} is {}, served as {}.",
          event.modelTime(),
          announced.id(),
          announced.role(),
          announced.serving().shown());
    }
    admitted.inc();
    output.collect(new StreamRecord<>(Admitted.of(event)));
    requests.advance();
  }

  private void refuse(DeadLetter letter) {
    waiting.remove();
    refused.inc();
    LOG.warn("Refused: {}", letter.explanation());
    output.collect(REFUSED, new StreamRecord<>(letter));
    requests.advance();
  }

  private boolean isWaiting(String checkpointId) {
    return waiting.stream().anyMatch(other -> other.event().checkpointId().equals(checkpointId));
  }

  /** Why the event does not fit what was announced before; null where it does. */
  private DeadLetter contradiction(ModelCheckpointEvent event) {
    long newest = known.values().stream().mapToLong(ModelCheckpoint::announcedAt).max().orElse(0);
    if (event.modelTime() <= newest) {
      return letter(
          event,
          Reason.INVALID,
          "The event on model checkpoint "
              + event.checkpointId()
              + " has model time "
              + event.modelTime()
              + ", and "
              + newest
              + " is taken: the topic was made anew under the job's state, and model time would go"
              + " back. Start the job without its state.");
    }
    ModelCheckpoint announced = event.announced();
    ModelCheckpoint before = known.get(event.checkpointId());
    if (announced == null) {
      return before != null
          ? null
          : letter(
              event,
              Reason.UNKNOWN_CHECKPOINT,
              "Model checkpoint "
                  + event.checkpointId()
                  + " cannot be retired: it is not announced. Check the id.");
    }
    if (before != null
        && (before.role() != announced.role() || !before.baseId().equals(announced.baseId()))) {
      return letter(
          event,
          Reason.INVALID,
          "Model checkpoint "
              + announced.id()
              + " is known as "
              + before.role()
              + (before.baseId().isEmpty() ? "" : " of " + before.baseId())
              + " and cannot become "
              + announced.role()
              + (announced.baseId().isEmpty() ? "" : " of " + announced.baseId())
              + ": an id names one set of weights. Announce it under another id.");
    }
    if (announced.role() != Role.INITIAL) {
      ModelCheckpoint base = known.get(announced.baseId());
      if (base == null || base.role() != Role.INITIAL) {
        return letter(
            event,
            Reason.UNKNOWN_CHECKPOINT,
            "Model checkpoint "
                + announced.id()
                + " is "
                + announced.role()
                + " of "
                + announced.baseId()
                + (base == null ? ", which is not announced" : ", which is " + base.role())
                + ". Announce its INITIAL checkpoint first, then this one again.");
      }
    }
    return null;
  }

  private static DeadLetter letter(ModelCheckpointEvent event, Reason reason, String explanation) {
    return new DeadLetter(reason, explanation, event.original(), "", event.checkpointId());
  }
}
