package dev.craftstream.survey;

import dev.craftstream.flink.OutputAvailability;
import dev.craftstream.metrics.JobMetric;
import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.dataset.Dataset;
import dev.craftstream.model.dataset.DatasetKind;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.dataset.Selection;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.message.Admitted;
import dev.craftstream.model.message.Directive;
import dev.craftstream.model.message.GoOn;
import dev.craftstream.model.message.Retry;
import dev.craftstream.model.message.Survey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;

/**
 * Decides which surveys there are: for an INITIAL checkpoint its rehearsal sets and its evaluation,
 * for a REHEARSAL one the datasets of all strategies, for a TUNED one its evaluation, and what is
 * requested, retries included. Runs as one task, so that all trackers see model checkpoints and
 * surveys in one order.
 *
 * <p>It also says how long what it plans can change, and tells the time by which that is over: its
 * clock, as watermarks behind its directives. No other stage looks at a clock for that.
 */
public final class SurveyPlanner extends AbstractStreamOperator<Directive>
    implements OneInputStreamOperator<Admitted, Directive> {

  /** Side output of requests that can't be met. */
  public static final OutputTag<DeadLetter> REFUSED =
      new OutputTag<>("refused-requests", TypeInformation.of(DeadLetter.class));

  private static final long serialVersionUID = 1L;

  /** How often it tells the time. */
  private static final Duration TICK = Duration.ofSeconds(1);

  private final DatasetSettings settings;
  private final DatasetTexts texts;
  private final Duration liveFor;

  private transient ListState<ModelCheckpoint> knownState;
  private transient ListState<MetRequest> requestedState;
  private transient Map<String, ModelCheckpoint> known;
  private transient Map<String, MetRequest> requested;
  private transient OutputAvailability available;
  private transient long now;
  private transient Counter planned;
  private transient Counter refused;

  /**
   * A request that was met. Fields may only be added to (Flink's POJO evolution).
   *
   * @param until when its id may be used again, in milliseconds since 1970
   */
  public record MetRequest(String id, long until) {}

  /**
   * @param liveFor how long datasets can still change after their announcement or request
   */
  public SurveyPlanner(DatasetSettings settings, DatasetTexts texts, Duration liveFor) {
    this.settings = settings;
    this.texts = texts;
    this.liveFor = liveFor;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    knownState =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>("known", TypeInformation.of(ModelCheckpoint.class)));
    requestedState =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>("met-requests", TypeInformation.of(MetRequest.class)));
    known = new HashMap<>();
    for (ModelCheckpoint checkpoint : knownState.get()) {
      known.put(checkpoint.id(), checkpoint);
    }
    requested = new LinkedHashMap<>();
    requestedState.get().forEach(request -> requested.put(request.id(), request));
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    knownState.update(new ArrayList<>(known.values()));
    requestedState.update(new ArrayList<>(requested.values()));
  }

  @Override
  public void open() throws Exception {
    super.open();
    planned = JobMetric.PLANNED.counter(getMetricGroup());
    refused = JobMetric.PLANNER_REFUSED.counter(getMetricGroup());
    available = new OutputAvailability(getContainingTask().getEnvironment().getAllWriters());
    tickLater();
  }

  // ---------------------------------------------------------------- time

  private void tick(long timestamp) {
    long time = now();
    requested.values().removeIf(request -> request.until() <= time);
    if (available.isAvailable()) {
      output.emitWatermark(new Watermark(time));
    }
    tickLater();
  }

  private void tickLater() {
    var unused =
        getProcessingTimeService()
            .registerTimer(
                getProcessingTimeService().getCurrentProcessingTime() + TICK.toMillis(),
                this::tick);
  }

  /** The clock, which never goes back while this task runs. */
  private long now() {
    now = Math.max(now, getProcessingTimeService().getCurrentProcessingTime());
    return now;
  }

  private long liveUntil() {
    return now() + liveFor.toMillis();
  }

  /**
   * Time is this operator's own; whatever comes in, such as the last watermark of a drain, is not.
   */
  @Override
  public void processWatermark(Watermark mark) {}

  @Override
  public void processWatermarkStatus(WatermarkStatus status) {}

  // ---------------------------------------------------------------- model checkpoints

  @Override
  public void processElement(StreamRecord<Admitted> element) {
    Admitted admitted = element.getValue();
    if (admitted.checkpoint() != null) {
      plan(admitted.checkpoint());
    }
    if (admitted.request() != null) {
      meet(admitted.request());
    }
  }

  private void plan(ModelCheckpointEvent event) {
    ModelCheckpoint announced = event.announced();
    if (announced != null && !known.containsKey(announced.id())) {
      known.put(announced.id(), announced);
      plan(Directive.of(event, survey(announced)));
      return;
    }
    if (announced == null) {
      known.values().removeIf(checkpoint -> checkpoint.goesWith(event.checkpointId()));
    } else {
      known.computeIfPresent(announced.id(), (id, before) -> before.movedTo(announced));
    }
    output.collect(new StreamRecord<>(Directive.of(event)));
  }

  private Survey survey(ModelCheckpoint announced) {
    long modelTime = announced.announcedAt();
    ModelCheckpoint base =
        announced.role() == Role.INITIAL ? announced : known.get(announced.baseId());
    return new Survey(
        "model-time-" + modelTime,
        modelTime,
        switch (announced.role()) {
          case INITIAL -> rehearsalSets(announced, "-" + modelTime);
          case REHEARSAL -> datasets(base, announced, "-" + modelTime);
          case TUNED -> List.of();
        },
        announced.role() == Role.REHEARSAL ? null : announced,
        announced.role() == Role.REHEARSAL ? null : base);
  }

  private List<Dataset> datasets(
      ModelCheckpoint initial, ModelCheckpoint rehearsal, String suffix) {
    return ofAllTasks(
        settings.strategies(),
        selection -> dataset(name(selection) + suffix, selection, initial, rehearsal, ""));
  }

  private List<Dataset> rehearsalSets(ModelCheckpoint initial, String suffix) {
    return ofAllTasks(selection -> dataset(name(selection) + suffix, selection, initial, null, ""));
  }

  private List<Dataset> ofAllTasks(
      List<Strategy> strategies, Function<Selection, Dataset> training) {
    return strategies.stream()
        .flatMap(
            strategy -> Arrays.stream(Task.values()).map(task -> settings.training(strategy, task)))
        .map(training)
        .toList();
  }

  private List<Dataset> ofAllTasks(Function<Selection, Dataset> rehearsal) {
    return Arrays.stream(Task.values()).map(settings::rehearsal).map(rehearsal).toList();
  }

  private Dataset dataset(
      String id,
      Selection selection,
      ModelCheckpoint initial,
      ModelCheckpoint rehearsal,
      String requestId) {
    return new Dataset(
        id,
        selection,
        initial,
        rehearsal,
        requestId,
        texts.knowledge().version(selection.task()),
        texts.version(selection.kind(), selection.task()),
        liveUntil());
  }

  /** Such as {@code craft-open-ended} and {@code rehearsal-multiple-choice}. */
  private static String name(Selection selection) {
    String what =
        selection.kind() == DatasetKind.REHEARSAL ? "rehearsal" : selection.strategy().name();
    return (what + "-" + selection.task().name()).toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private void plan(Directive directive) {
    planned.inc();
    output.collect(new StreamRecord<>(directive));
  }

  // ---------------------------------------------------------------- requests

  private void meet(Request request) {
    String mistake = mistake(request);
    if (mistake == null) {
      try {
        plan(directive(request));
        requested.put(request.id(), new MetRequest(request.id(), liveUntil()));
      } catch (IllegalArgumentException contradiction) {
        mistake = contradiction.getMessage();
      }
    }
    if (mistake != null) {
      refused.inc();
      DeadLetter.Reason reason =
          isKnown(request.checkpointId()) && isKnown(request.rehearsalId())
              ? DeadLetter.Reason.INVALID
              : DeadLetter.Reason.UNKNOWN_CHECKPOINT;
      output.collect(
          REFUSED,
          new StreamRecord<>(
              new DeadLetter(
                  reason,
                  "Request " + request.id() + " can't be met: " + mistake,
                  request.original(),
                  "",
                  request.checkpointId())));
    }
  }

  /** Whether a checkpoint that a request may name is there; empty where it names none. */
  private boolean isKnown(String checkpointId) {
    return checkpointId.isEmpty() || known.containsKey(checkpointId);
  }

  /** Why there is nothing to survey for the request; null where there is. */
  private String mistake(Request request) {
    if (requested.containsKey(request.id())) {
      return "a request of this id was met before. Give it another id.";
    }
    ModelCheckpoint checkpoint = known.get(request.checkpointId());
    if (checkpoint == null) {
      return "model checkpoint "
          + request.checkpointId()
          + " is not announced, or retired. Announce it, or name another one.";
    }
    if (request.kind() == Request.Kind.GO_ON) {
      return null;
    }
    if (request.kind() == Request.Kind.RETRY) {
      return base(checkpoint) != null
          ? null
          : "the INITIAL checkpoint that "
              + checkpoint.id()
              + " was made from is retired, and so are its questions. Name a live one.";
    }
    boolean evaluation = request.kind() == Request.Kind.EVALUATION;
    if (evaluation
        ? checkpoint.role() == Role.REHEARSAL || base(checkpoint) == null
        : checkpoint.role() != Role.INITIAL) {
      return "model checkpoint "
          + checkpoint.id()
          + " is "
          + checkpoint.role()
          + "; name "
          + (evaluation ? "an INITIAL or TUNED one whose base is live." : "an INITIAL one.");
    }
    if (request.kind() != Request.Kind.DATASET) {
      return null;
    }
    ModelCheckpoint rehearsal = known.get(request.rehearsalId());
    if (rehearsal == null
        || rehearsal.role() != Role.REHEARSAL
        || !rehearsal.baseId().equals(checkpoint.id())) {
      return "model checkpoint "
          + request.rehearsalId()
          + " is not announced as a REHEARSAL of "
          + checkpoint.id()
          + ". Name one that is.";
    }
    if (request.strategy() == null && settings.strategies().isEmpty()) {
      return "the job has no strategies (datasets.strategies). Name one.";
    }
    return null;
  }

  private ModelCheckpoint base(ModelCheckpoint checkpoint) {
    return checkpoint.role() == Role.INITIAL ? checkpoint : known.get(checkpoint.baseId());
  }

  private Directive directive(Request request) {
    if (request.kind() == Request.Kind.GO_ON) {
      return Directive.of(new GoOn(request.id(), known.get(request.checkpointId())));
    }
    return request.questionIds().isEmpty()
        ? Directive.of(survey(request))
        : Directive.of(
            new Retry(request.id(), known.get(request.checkpointId()), request.questionIds()));
  }

  private Survey survey(Request request) {
    ModelCheckpoint checkpoint = known.get(request.checkpointId());
    String id = "request/" + request.id();
    return switch (request.kind()) {
      case DATASET -> {
        ModelCheckpoint rehearsal = known.get(request.rehearsalId());
        List<Strategy> strategies =
            request.strategy() == null ? settings.strategies() : List.of(request.strategy());
        List<Dataset> datasets =
            ofAllTasks(
                strategies, selection -> requested(selection, request, checkpoint, rehearsal));
        yield new Survey(
            id, Math.max(checkpoint.announcedAt(), rehearsal.announcedAt()), datasets, null, null);
      }
      case REHEARSAL_SET -> {
        List<Dataset> sets =
            ofAllTasks(selection -> requested(selection, request, checkpoint, null));
        yield new Survey(id, checkpoint.announcedAt(), sets, null, null);
      }
      case EVALUATION ->
          new Survey(id, checkpoint.announcedAt(), List.of(), checkpoint, base(checkpoint));
      case RETRY -> Survey.retrying(id, checkpoint);
      case GO_ON -> throw new IllegalStateException("Going on takes no survey.");
    };
  }

  private Dataset requested(
      Selection selection, Request request, ModelCheckpoint initial, ModelCheckpoint rehearsal) {
    Selection changed = RequestedSelection.of(selection, request);
    return dataset(request.id() + "/" + name(changed), changed, initial, rehearsal, request.id());
  }
}
