package dev.craftstream.topics.records;

import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.Task;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.dataset.Request.Changes;
import dev.craftstream.model.dataset.Request.Kind;
import dev.craftstream.model.dataset.Selection;
import dev.craftstream.model.dataset.Shortage;
import dev.craftstream.model.dataset.Ties;
import dev.craftstream.model.label.FlowRule;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.v1.DatasetRequest;
import dev.craftstream.v1.EvaluationRequest;
import dev.craftstream.v1.GoOnRequest;
import dev.craftstream.v1.RehearsalSetRequest;
import dev.craftstream.v1.RetryRequest;
import dev.craftstream.v1.SelectionSettings;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * Records of the {@code requests} topic to requests. Whether the named model checkpoints are
 * announced, and whether what a request leaves out goes with what it says, is not known here.
 *
 * <p>The key may be absent, for the value names the request; where it is there, it has to be the
 * same id. A record without a value asks for nothing and is refused.
 */
public final class RequestParser implements RecordParser<Request> {
  private static final long serialVersionUID = 1L;

  private final WireFormat format;
  private final RecordLimits limits;

  public RequestParser(WireFormat format, RecordLimits limits) {
    this.format = format;
    this.limits = limits;
  }

  @Override
  public TypeInformation<Request> eventType() {
    return TypeInformation.of(Request.class);
  }

  @Override
  public Parsed<Request> parse(OriginalRecord original) {
    try {
      FieldRules.size(original, limits);
      String key = FieldRules.key(original);
      if (original.value() == null) {
        throw Rejection.invalid(
            "The record has no value; a request for a dataset, a rehearsal set, an evaluation, a retry or going on is allowed.");
      }
      var message = dev.craftstream.v1.Request.newBuilder();
      Messages.read(format, original.value(), message);
      String id = message.getRequestId();
      FieldRules.id("request_id", id);
      FieldRules.keyNames(key, "request_id", id);
      return new Parsed.Event<>(
          switch (message.getRequestCase()) {
            case DATASET -> dataset(id, message.getDataset(), original);
            case REHEARSAL_SET -> rehearsalSet(id, message.getRehearsalSet(), original);
            case EVALUATION -> evaluation(id, message.getEvaluation(), original);
            case RETRY -> retry(id, message.getRetry(), original);
            case GO_ON -> goOn(id, message.getGoOn(), original);
            case REQUEST_NOT_SET ->
                throw Rejection.invalid(
                    "The request %s asks for nothing; exactly one of dataset, rehearsal_set, evaluation, retry and go_on is allowed."
                        .formatted(Rejection.shown(id)));
          });
    } catch (Rejection e) {
      return new Parsed.Rejected<>(e.deadLetter(original, "", ""));
    }
  }

  private static Request dataset(String id, DatasetRequest request, OriginalRecord original)
      throws Rejection {
    String initial = request.getInitialCheckpointId();
    String rehearsal = request.getRehearsalCheckpointId();
    FieldRules.id("dataset.initial_checkpoint_id", initial);
    FieldRules.id("dataset.rehearsal_checkpoint_id", rehearsal);
    if (rehearsal.equals(initial)) {
      throw Rejection.invalid(
          "dataset.rehearsal_checkpoint_id is %s, and so is initial_checkpoint_id; a REHEARSAL checkpoint that was made from the INITIAL one is allowed."
              .formatted(Rejection.shown(rehearsal)));
    }
    return new Request(
        id,
        Kind.DATASET,
        initial,
        rehearsal,
        strategy(request.getStrategy()),
        given(
            changes("dataset.open_ended", Task.OPEN_ENDED, request.getOpenEnded()),
            changes("dataset.multiple_choice", Task.MULTIPLE_CHOICE, request.getMultipleChoice())),
        request.hasSeed() ? request.getSeed() : null,
        original);
  }

  private static Request rehearsalSet(
      String id, RehearsalSetRequest request, OriginalRecord original) throws Rejection {
    String initial = request.getInitialCheckpointId();
    FieldRules.id("rehearsal_set.initial_checkpoint_id", initial);
    Changes openEnded =
        Changes.of(Task.OPEN_ENDED)
            .answers(
                count(
                    "rehearsal_set.open_ended_count",
                    request.hasOpenEndedCount(),
                    request.getOpenEndedCount()))
            .answerFrom(
                share(
                    "rehearsal_set.open_ended_correctness",
                    request.hasOpenEndedCorrectness(),
                    request.getOpenEndedCorrectness()))
            .certainty(
                number(
                    "rehearsal_set.open_ended_certainty",
                    request.hasOpenEndedCertainty(),
                    request.getOpenEndedCertainty()))
            .build();
    Changes multipleChoice =
        Changes.of(Task.MULTIPLE_CHOICE)
            .answers(
                count(
                    "rehearsal_set.multiple_choice_count",
                    request.hasMultipleChoiceCount(),
                    request.getMultipleChoiceCount()))
            .targetProbability(
                share(
                    "rehearsal_set.multiple_choice_target_probability",
                    request.hasMultipleChoiceTargetProbability(),
                    request.getMultipleChoiceTargetProbability()))
            .build();
    return new Request(
        id,
        Kind.REHEARSAL_SET,
        initial,
        "",
        null,
        given(openEnded, multipleChoice),
        request.hasSeed() ? request.getSeed() : null,
        original);
  }

  private static Request evaluation(String id, EvaluationRequest request, OriginalRecord original)
      throws Rejection {
    FieldRules.id("evaluation.checkpoint_id", request.getCheckpointId());
    return new Request(
        id, Kind.EVALUATION, request.getCheckpointId(), "", null, List.of(), null, original);
  }

  private static Request retry(String id, RetryRequest request, OriginalRecord original)
      throws Rejection {
    FieldRules.id("retry.checkpoint_id", request.getCheckpointId());
    List<String> questions = request.getQuestionIdsList();
    FieldRules.atMost("retry.question_ids", questions, Request.MOST_QUESTIONS);
    for (int i = 0; i < questions.size(); i++) {
      FieldRules.id("retry.question_ids[" + i + "]", questions.get(i));
    }
    return Request.retry(id, request.getCheckpointId(), FieldRules.distinct(questions), original);
  }

  private static Request goOn(String id, GoOnRequest request, OriginalRecord original)
      throws Rejection {
    FieldRules.id("go_on.checkpoint_id", request.getCheckpointId());
    return Request.goOn(id, request.getCheckpointId(), original);
  }

  /** Those that change something. */
  private static List<Changes> given(Changes... changes) {
    return Arrays.stream(changes).filter(change -> !change.isEmpty()).toList();
  }

  private static Changes changes(String path, Task task, SelectionSettings settings)
      throws Rejection {
    Double answerFrom =
        share(path + ".answer_from", settings.hasAnswerFrom(), settings.getAnswerFrom());
    Double refusalBound =
        share(path + ".refusal_bound", settings.hasRefusalBound(), settings.getRefusalBound());
    if (answerFrom != null && refusalBound != null) {
      requireApart(path, task, answerFrom, refusalBound);
    }
    return Changes.of(task)
        .answers(count(path + ".answers", settings.hasAnswers(), settings.getAnswers()))
        .refusals(count(path + ".refusals", settings.hasRefusals(), settings.getRefusals()))
        .ties(ties(path, settings))
        .shortage(shortage(path, settings))
        .answerFrom(answerFrom)
        .refusalBound(refusalBound)
        .flowRule(flowRule(path, settings))
        .riseProbability(
            share(
                path + ".rise_probability_bound",
                settings.hasRiseProbabilityBound(),
                settings.getRiseProbabilityBound()))
        .surenessFrom(
            share(path + ".sureness_from", settings.hasSurenessFrom(), settings.getSurenessFrom()))
        .build();
  }

  /** No question may be in both sets. Multiple choice: refusal_bound itself is in neither. */
  private static void requireApart(String path, Task task, double answerFrom, double refusalBound)
      throws Rejection {
    boolean openEnded = task == Task.OPEN_ENDED;
    if (openEnded ? refusalBound >= answerFrom : refusalBound > answerFrom) {
      throw Rejection.invalid(
          "%s.refusal_bound is %s and answer_from is %s, so that a question could be in both sets; a refusal_bound %s answer_from is allowed."
              .formatted(path, refusalBound, answerFrom, openEnded ? "below" : "of at most"));
    }
  }

  private static Strategy strategy(String name) throws Rejection {
    if (name.isEmpty()) {
      return null;
    }
    for (Strategy strategy : Strategy.values()) {
      if (strategy.name().equals(name)) {
        return strategy;
      }
    }
    throw Rejection.invalid(
        "dataset.strategy is %s; allowed are %s, or nothing for each of the job's."
            .formatted(
                Rejection.shown(name),
                Arrays.stream(Strategy.values())
                    .map(Strategy::name)
                    .collect(Collectors.joining(", "))));
  }

  private static Ties ties(String path, SelectionSettings settings) throws Rejection {
    return switch (settings.getTies()) {
      case TIES_UNSPECIFIED -> null;
      case TIES_EXACT -> Ties.EXACT;
      case TIES_KEEP_ALL -> Ties.KEEP_ALL;
      case UNRECOGNIZED ->
          throw Rejection.invalid(
              "%s.ties is the number %d; allowed are %s."
                  .formatted(
                      path,
                      settings.getTiesValue(),
                      JsonReader.enumNames(dev.craftstream.v1.Ties.getDescriptor())));
    };
  }

  private static FlowRule flowRule(String path, SelectionSettings settings) throws Rejection {
    return switch (settings.getFlowRule()) {
      case FLOW_RULE_UNSPECIFIED -> null;
      case FLOW_RULE_FALLS -> FlowRule.FALLS;
      case FLOW_RULE_NOT_RISES -> FlowRule.NOT_RISES;
      case FLOW_RULE_RISES_SURELY -> FlowRule.RISES_SURELY;
      case UNRECOGNIZED ->
          throw Rejection.invalid(
              "%s.flow_rule is the number %d; allowed are %s."
                  .formatted(
                      path,
                      settings.getFlowRuleValue(),
                      JsonReader.enumNames(dev.craftstream.v1.FlowRule.getDescriptor())));
    };
  }

  private static Shortage shortage(String path, SelectionSettings settings) throws Rejection {
    return switch (settings.getShortage()) {
      case SHORTAGE_UNSPECIFIED -> null;
      case SHORTAGE_FAIL -> Shortage.FAIL;
      case SHORTAGE_SHORT -> Shortage.SHORT;
      case SHORTAGE_DRAW_AGAIN -> Shortage.DRAW_AGAIN;
      case UNRECOGNIZED ->
          throw Rejection.invalid(
              "%s.shortage is the number %d; allowed are %s."
                  .formatted(
                      path,
                      settings.getShortageValue(),
                      JsonReader.enumNames(dev.craftstream.v1.Shortage.getDescriptor())));
    };
  }

  // What is not given is null.

  private static Integer count(String field, boolean given, int value) throws Rejection {
    if (!given) {
      return null;
    }
    if (value < 0 || value > Selection.MOST_WANTED) {
      throw Rejection.invalid(
          "%s is %s; 0 to %s is allowed."
              .formatted(field, FieldRules.count(value), FieldRules.count(Selection.MOST_WANTED)));
    }
    return value;
  }

  private static Double share(String field, boolean given, double value) throws Rejection {
    if (!given) {
      return null;
    }
    if (!(value >= 0 && value <= 1)) {
      throw Rejection.invalid("%s is %s; 0 to 1 is allowed.".formatted(field, value));
    }
    return value;
  }

  private static Double number(String field, boolean given, double value) throws Rejection {
    if (!given) {
      return null;
    }
    if (!Double.isFinite(value)) {
      throw Rejection.invalid("%s is %s; a finite number is allowed.".formatted(field, value));
    }
    return value;
  }
}
