package dev.craftstream.topics.records;

import static dev.craftstream.topics.records.SchemaEnums.flowRule;
import static dev.craftstream.topics.records.SchemaEnums.name;
import static dev.craftstream.topics.records.SchemaEnums.shortage;
import static dev.craftstream.topics.records.SchemaEnums.ties;

import com.google.protobuf.Message;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.dataset.Request.Changes;
import dev.craftstream.v1.DatasetRequest;
import dev.craftstream.v1.EvaluationRequest;
import dev.craftstream.v1.GoOnRequest;
import dev.craftstream.v1.RehearsalSetRequest;
import dev.craftstream.v1.RetryRequest;
import dev.craftstream.v1.SelectionSettings;

/** Requests as messages. */
final class RequestMessages {
  private RequestMessages() {}

  static Message of(Request request) {
    var message = dev.craftstream.v1.Request.newBuilder().setRequestId(request.id());
    switch (request.kind()) {
      case DATASET -> message.setDataset(datasetRequest(request));
      case REHEARSAL_SET -> message.setRehearsalSet(rehearsalSetRequest(request));
      case EVALUATION ->
          message.setEvaluation(
              EvaluationRequest.newBuilder().setCheckpointId(request.checkpointId()));
      case GO_ON ->
          message.setGoOn(GoOnRequest.newBuilder().setCheckpointId(request.checkpointId()));
      case RETRY ->
          message.setRetry(
              RetryRequest.newBuilder()
                  .setCheckpointId(request.checkpointId())
                  .addAllQuestionIds(request.questionIds()));
    }
    return message.build();
  }

  private static DatasetRequest datasetRequest(Request request) {
    DatasetRequest.Builder message =
        DatasetRequest.newBuilder()
            .setInitialCheckpointId(request.checkpointId())
            .setRehearsalCheckpointId(request.rehearsalId())
            .setStrategy(name(request.strategy()));
    for (Changes changes : request.changes()) {
      switch (changes.task()) {
        case OPEN_ENDED -> message.setOpenEnded(selectionSettings(changes));
        case MULTIPLE_CHOICE -> message.setMultipleChoice(selectionSettings(changes));
      }
    }
    Messages.ifGiven(request.seed(), message::setSeed);
    return message.build();
  }

  private static SelectionSettings selectionSettings(Changes changes) {
    SelectionSettings.Builder settings = SelectionSettings.newBuilder();
    Messages.ifGiven(changes.answers(), settings::setAnswers);
    Messages.ifGiven(changes.refusals(), settings::setRefusals);
    Messages.ifGiven(changes.ties(), ties -> settings.setTies(ties(ties)));
    Messages.ifGiven(changes.shortage(), shortage -> settings.setShortage(shortage(shortage)));
    Messages.ifGiven(changes.answerFrom(), settings::setAnswerFrom);
    Messages.ifGiven(changes.refusalBound(), settings::setRefusalBound);
    Messages.ifGiven(changes.flowRule(), rule -> settings.setFlowRule(flowRule(rule)));
    Messages.ifGiven(changes.riseProbability(), settings::setRiseProbabilityBound);
    Messages.ifGiven(changes.surenessFrom(), settings::setSurenessFrom);
    return settings.build();
  }

  private static RehearsalSetRequest rehearsalSetRequest(Request request) {
    RehearsalSetRequest.Builder message =
        RehearsalSetRequest.newBuilder().setInitialCheckpointId(request.checkpointId());
    for (Changes changes : request.changes()) {
      switch (changes.task()) {
        case OPEN_ENDED -> {
          Messages.ifGiven(changes.answers(), message::setOpenEndedCount);
          Messages.ifGiven(changes.answerFrom(), message::setOpenEndedCorrectness);
          Messages.ifGiven(changes.certainty(), message::setOpenEndedCertainty);
        }
        case MULTIPLE_CHOICE -> {
          Messages.ifGiven(changes.answers(), message::setMultipleChoiceCount);
          Messages.ifGiven(
              changes.targetProbability(), message::setMultipleChoiceTargetProbability);
        }
      }
    }
    Messages.ifGiven(request.seed(), message::setSeed);
    return message.build();
  }
}
