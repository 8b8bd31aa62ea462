package dev.craftstream.topics.records;

import static dev.craftstream.topics.records.SchemaEnums.certaintyKind;
import static dev.craftstream.topics.records.SchemaEnums.correctnessRule;
import static dev.craftstream.topics.records.SchemaEnums.datasetKind;
import static dev.craftstream.topics.records.SchemaEnums.dropReason;
import static dev.craftstream.topics.records.SchemaEnums.flowRule;
import static dev.craftstream.topics.records.SchemaEnums.judge;
import static dev.craftstream.topics.records.SchemaEnums.label;
import static dev.craftstream.topics.records.SchemaEnums.mark;
import static dev.craftstream.topics.records.SchemaEnums.name;
import static dev.craftstream.topics.records.SchemaEnums.shortage;
import static dev.craftstream.topics.records.SchemaEnums.task;
import static dev.craftstream.topics.records.SchemaEnums.ties;

import com.google.protobuf.Message;
import dev.craftstream.model.dataset.CutOff;
import dev.craftstream.model.dataset.Dataset;
import dev.craftstream.model.dataset.DatasetCost;
import dev.craftstream.model.dataset.DatasetManifest;
import dev.craftstream.model.dataset.DatasetRecord;
import dev.craftstream.model.dataset.Selection;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.label.Decision;
import dev.craftstream.model.label.FlowFilter;
import dev.craftstream.model.label.FlowRule;
import dev.craftstream.model.label.RehearsalThresholds;
import dev.craftstream.model.label.Thresholds;
import dev.craftstream.v1.Basis;
import dev.craftstream.v1.ClassCount;

/** Datasets' records and manifests, and what decisions rest on, as messages. */
final class DatasetMessages {
  private DatasetMessages() {}

  static Message of(DatasetRecord record) {
    var message =
        dev.craftstream.v1.DatasetRecord.newBuilder()
            .setDatasetId(record.datasetId())
            .setKind(datasetKind(record.kind()))
            .setQuestionId(record.questionId())
            .setMark(mark(record.mark()))
            .setRevision(record.revision())
            .setQuestionVersion(record.questionVersion())
            .setTask(task(record.task()));
    Decision decision = record.decision();
    if (decision != null) {
      message
          .setLabel(label(decision.label()))
          .setQuestion(record.question())
          .setPrompt(record.prompt())
          .setResponse(record.response())
          .setCopies(record.copies())
          .setSubject(record.subject())
          .addAllTags(record.tags())
          .setBasis(basis(decision, record.trainingPromptVersion(), record.modelTime()))
          .setSelectionSeed(record.selectionSeed());
    }
    return message.build();
  }

  /** Without a strategy where chance drew a rehearsal set. */
  static Basis basis(Decision decision, String trainingPromptVersion, long modelTime) {
    KnowledgeState initial = decision.initial().state();
    Basis.Builder basis =
        Basis.newBuilder()
            .setStrategy(name(decision.strategy()))
            .setInitialCheckpointId(decision.initial().checkpoint().id())
            .setInitialCorrectness(initial.correctness())
            .setInitialCertainty(initial.certainty())
            .setCertaintyKind(certaintyKind(initial.certaintyKind()))
            .setCorrectnessRule(correctnessRule(initial.correctnessRule()))
            .setInitialSeed(initial.seed())
            .setKnowledgePromptVersion(initial.promptVersion())
            .setTrainingPromptVersion(trainingPromptVersion)
            .setModelTime(modelTime);
    FlowFilter flow = decision.flow();
    if (flow != null) {
      basis.setFlowRule(flowRule(flow.rule()));
      if (flow.rule() == FlowRule.RISES_SURELY) {
        basis.setRiseProbabilityBound(flow.riseProbability());
      }
    }
    Messages.ifGiven(judge(initial.judge()), basis::setJudge);
    Messages.ifGiven(decision.sureness().ofClass(), basis::setSureness);
    Messages.ifGiven(decision.sureness().falls(), basis::setFallProbability);
    Messages.ifGiven(decision.sureness().rises(), basis::setRiseProbability);
    if (decision.dropReason() != null) {
      basis.setDropReason(dropReason(decision.dropReason()));
    }
    if (decision.rehearsal() != null) {
      KnowledgeState rehearsal = decision.rehearsal().state();
      basis
          .setRehearsalCheckpointId(decision.rehearsal().checkpoint().id())
          .setRehearsalCorrectness(rehearsal.correctness())
          .setKnowledgeFlow(initial.flowTo(rehearsal))
          .setRehearsalSeed(rehearsal.seed());
    }
    return basis.build();
  }

  static Message of(DatasetManifest manifest) {
    CutOff cutOff = manifest.cutOff();
    Dataset dataset = cutOff.dataset();
    Selection selection = dataset.selection();
    var message =
        dev.craftstream.v1.DatasetManifest.newBuilder()
            .setDatasetId(dataset.id())
            .setKind(datasetKind(selection.kind()))
            .setTask(task(selection.task()))
            .setStrategy(name(selection.strategy()))
            .setInitialCheckpointId(dataset.initial().id())
            .setRehearsalCheckpointId(dataset.rehearsal() == null ? "" : dataset.rehearsal().id())
            .setComplete(manifest.complete())
            .setFailure(cutOff.failure())
            .setAnswer(
                classCount(
                    cutOff, dev.craftstream.model.label.Label.ANSWER, manifest.answerRecords()))
            .setRefusal(
                classCount(
                    cutOff, dev.craftstream.model.label.Label.REFUSAL, manifest.refusalRecords()))
            .setTies(ties(selection.tiesAtCutOff()))
            .setShortage(shortage(selection.shortage()))
            .setSeed(selection.seed())
            .setTrainingPromptVersion(dataset.trainingPromptVersion())
            .setKnowledgePromptVersion(dataset.knowledgePromptVersion())
            .setModelTime(manifest.modelTime())
            .setRequestId(dataset.requestId());
    DatasetCost cost = cutOff.cost();
    if (cost != null) {
      message.setInitialCost(RecordEncoder.cost(cost.initial()));
      if (dataset.rehearsal() != null) {
        message.setRehearsalCost(RecordEncoder.cost(cost.rehearsal()));
      }
    }
    if (selection.rule() != null) {
      message.setCorrectnessRule(correctnessRule(selection.rule()));
    }
    Messages.ifGiven(judge(selection.judge()), message::setJudge);
    switch (selection.kind()) {
      case TRAINING -> {
        if (selection.strategy().usesCorrectness()) {
          thresholds(selection, message);
        }
        FlowFilter flow = selection.flow();
        if (flow != null) {
          message.setFlowRule(flowRule(flow.rule()));
          if (flow.rule() == FlowRule.RISES_SURELY) {
            message.setRiseProbabilityBound(flow.riseProbability());
          }
        }
      }
      case REHEARSAL -> known(selection, message);
    }
    return message.build();
  }

  private static void thresholds(
      Selection selection, dev.craftstream.v1.DatasetManifest.Builder message) {
    Thresholds thresholds = selection.thresholds();
    message
        .setAnswerFrom(thresholds.answerFrom(selection.task()))
        .setRefusalBound(thresholds.refusalBound(selection.task()))
        .setSurenessFrom(selection.surenessFrom());
  }

  private static void known(
      Selection selection, dev.craftstream.v1.DatasetManifest.Builder message) {
    RehearsalThresholds known = selection.known();
    switch (selection.task()) {
      case OPEN_ENDED ->
          message.setKnownCorrectness(known.correctness()).setKnownCertainty(known.certainty());
      case MULTIPLE_CHOICE -> message.setKnownTargetProbability(known.targetProbability());
    }
  }

  private static ClassCount classCount(
      CutOff cutOff, dev.craftstream.model.label.Label label, long records) {
    Selection selection = cutOff.dataset().selection();
    CutOff.Bound bound = cutOff.of(label);
    long wanted = selection.wanted(label);
    long taken = cutOff.failure().isEmpty() ? bound.taken() : 0;
    ClassCount.Builder count =
        ClassCount.newBuilder()
            .setCandidates(bound.candidates())
            .setUnsure(bound.unsure())
            .setWanted(wanted)
            .setQuestions(taken)
            .setRecords(records)
            .setShortage(Math.max(0, wanted - bound.candidates()));
    if (selection.ordersByCertainty() && !bound.all() && taken > 0) {
      // Of ANSWER candidates the most certain come first, so their score is its negative.
      boolean mostCertainFirst = label == dev.craftstream.model.label.Label.ANSWER;
      // + 0.0 turns -0.0 into 0.0.
      count.setCutOffCertainty((mostCertainFirst ? -bound.score() : bound.score()) + 0.0);
    }
    return count.build();
  }
}
