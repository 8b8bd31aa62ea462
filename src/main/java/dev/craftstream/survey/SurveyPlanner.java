package dev.craftstream.survey;

import static java.util.Objects.requireNonNullElse;

import dev.craftstream.metrics.JobMetric;
import dev.craftstream.model.Dataset;
import dev.craftstream.model.DatasetKind;
import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.FlowFilter;
import dev.craftstream.model.ModelCheckpoint;
import dev.craftstream.model.ModelCheckpointEvent;
import dev.craftstream.model.RehearsalThresholds;
import dev.craftstream.model.Request;
import dev.craftstream.model.Request.Changes;
import dev.craftstream.model.Role;
import dev.craftstream.model.Selection;
import dev.craftstream.model.Strategy;
import dev.craftstream.model.Task;
import dev.craftstream.model.Thresholds;
import dev.craftstream.model.message.Admitted;
import dev.craftstream.model.message.Directive;
import dev.craftstream.model.message.Retry;
import dev.craftstream.model.message.Survey;
import io.grpc.Context;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Decides which surveys there are: for an INITIAL checkpoint its rehearsal sets and its evaluation,
 * for a REHEARSAL one the datasets of all strategies, for a TUNED one its evaluation, and what is
 * requested, retries included. Runs as one task, so that all trackers see model checkpoints and
 * surveys in one order.
 */
public final class SurveyPlanner extends ProcessFunction<Admitted, Directive>
    implements CheckpointedFunction {

  /** Side output of requests that can't be met. */
  public static final OutputTag<DeadLetter> REFUSED =
      new OutputTag<>("refused-requests", TypeInformation.of(DeadLetter.class));

  private static final long serialVersionUID = 1L;

  private final DatasetSettings settings;
  private final DatasetTexts texts;

  private transient ListState<ModelCheckpoint> knownState;
  private transient ListState<String> requestedState;
  private transient Map<String, ModelCheckpoint> known;
  private transient Set<String> requested;
  private transient Counter planned;
  private transient Counter refused;

  public SurveyPlanner(DatasetSettings settings, DatasetTexts texts) {
    this.settings = settings;
    this.texts = texts;
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    knownState =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>("known", TypeInformation.of(ModelCheckpoint.class)));
    requestedState =
        context
            .getOperatorStateStore()
            .getListState(new ListStateDescriptor<>("requested", TypeInformation.of(String.class)));
    known = new HashMap<>();
    for (ModelCheckpoint checkpoint : knownState.get()) {
      known.put(checkpoint.id(), checkpoint);
    }
    requested = new LinkedHashSet<>();
    requestedState.get().forEach(requested::add);
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    knownState.update(new ArrayList<>(known.values()));
    requestedState.update(new ArrayList<>(requested));
  }

  @Override
  public void open(OpenContext context) {
    planned = JobMetric.PLANNED.counter(getRuntimeContext().getMetricGroup());
    refused = JobMetric.PLANNER_REFUSED.counter(getRuntimeContext().getMetricGroup());
  }

  // ---------------------------------------------------------------- model checkpoints

  @Override
  public void processElement(Admitted admitted, Context context, Collector<Directive> out) {
    if (admitted.checkpoint() != null) {
      plan(admitted.checkpoint(), out);
    }
    if (admitted.request() != null) {
      meet(admitted.request(), context, out);
    }
  }

  private void plan(ModelCheckpointEvent event, Collector<Directive> out) {
    ModelCheckpoint announced = event.announced();
    if (announced != null && !known.containsKey(announced.id())) {
      known.put(announced.id(), announced);
      plan(Directive.of(event, survey(announced)), out);
      return;
    }
    if (announced == null) {
      known.values().removeIf(checkpoint -> checkpoint.goesWith(event.checkpointId()));
    } else {
      known.computeIfPresent(announced.id(), (id, before) -> before.movedTo(announced));
    }
    out.collect(Directive.of(event));
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
        texts.version(selection.kind(), selection.task()));
  }

  /** Such as {@code craft-open-ended} and {@code rehearsal-multiple-choice}. */
  private static String name(Selection selection) {
    String what =
        selection.kind() == DatasetKind.REHEARSAL ? "rehearsal" : selection.strategy().name();
    return (what + "-" + selection.task().name()).toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private void plan(Directive directive, Collector<Directive> out) {
    planned.inc();
    out.collect(directive);
  }

  // ---------------------------------------------------------------- requests

  private void meet(Request request, Context context, Collector<Directive> out) {
    String mistake = mistake(request);
    if (mistake == null) {
      try {
        plan(directive(request), out);
        requested.add(request.id());
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
      context.output(
          REFUSED,
          new DeadLetter(
              reason,
              "Request " + request.id() + " can't be met: " + mistake,
              request.original(),
              "",
              request.checkpointId()));
    }
  }

  /** Whether a checkpoint that a request may name is there; empty where it names none. */
  private boolean isKnown(String checkpointId) {
    return checkpointId.isEmpty() || known.containsKey(checkpointId);
  }

  /** Why there is nothing to survey for the request; null where there is. */
  private String mistake(Request request) {
    if (requested.contains(request.id())) {
      return "a request of this id was met before. Give it another id.";
    }
    ModelCheckpoint checkpoint = known.get(request.checkpointId());
    if (checkpoint == null) {
      return "model checkpoint "
          + request.checkpointId()
          + " is not announced, or retired. Announce it, or name another one.";
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
    };
  }

  private Dataset requested(
      Selection selection, Request request, ModelCheckpoint initial, ModelCheckpoint rehearsal) {
    Selection changed = changed(selection, request);
    return dataset(request.id() + "/" + name(changed), changed, initial, rehearsal, request.id());
  }

  private static Selection changed(Selection selection, Request request) {
    Selection changed = selection;
    for (Changes changes : request.changes()) {
      if (changes.task() == selection.task()) {
        changed =
            new Selection(
                selection.kind(),
                selection.task(),
                selection.strategy(),
                thresholds(selection, changes),
                known(selection, changes),
                requireNonNullElse(changes.answers(), selection.answers()),
                requireNonNullElse(changes.refusals(), selection.refusals()),
                requireNonNullElse(changes.ties(), selection.ties()),
                requireNonNullElse(changes.shortage(), selection.shortage()),
                selection.seed(),
                selection.rule());
      }
    }
    return request.seed() == null ? changed : changed.withSeed(request.seed());
  }

  private static Thresholds thresholds(Selection selection, Changes changes) {
    Thresholds before = selection.thresholds();
    if (selection.kind() == DatasetKind.REHEARSAL) {
      return before;
    }
    return selection.task() == Task.OPEN_ENDED
        ? new Thresholds(
            requireNonNullElse(changes.answerFrom(), before.openEndedAnswer()),
            requireNonNullElse(changes.refusalBound(), before.openEndedRefusal()),
            before.multipleChoiceAnswer(),
            before.multipleChoiceRefusal(),
            flow(before.flow(Task.OPEN_ENDED), changes),
            before.flow(Task.MULTIPLE_CHOICE))
        : new Thresholds(
            before.openEndedAnswer(),
            before.openEndedRefusal(),
            requireNonNullElse(changes.answerFrom(), before.multipleChoiceAnswer()),
            requireNonNullElse(changes.refusalBound(), before.multipleChoiceRefusal()),
            before.flow(Task.OPEN_ENDED),
            flow(before.flow(Task.MULTIPLE_CHOICE), changes));
  }

  private static FlowFilter flow(FlowFilter before, Changes changes) {
    return new FlowFilter(
        requireNonNullElse(changes.flowRule(), before.rule()),
        requireNonNullElse(changes.riseProbability(), before.riseProbability()));
  }

  private static RehearsalThresholds known(Selection selection, Changes changes) {
    RehearsalThresholds before = selection.known();
    if (selection.kind() == DatasetKind.TRAINING) {
      return before;
    }
    return new RehearsalThresholds(
        requireNonNullElse(changes.answerFrom(), before.correctness()),
        requireNonNullElse(changes.certainty(), before.certainty()),
        requireNonNullElse(changes.targetProbability(), before.targetProbability()));
  }
}
