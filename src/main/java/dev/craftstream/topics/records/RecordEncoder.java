package dev.craftstream.topics.records;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.craftstream.model.CheckpointKnowledge;
import dev.craftstream.model.CutOff;
import dev.craftstream.model.Dataset;
import dev.craftstream.model.DatasetManifest;
import dev.craftstream.model.DatasetRecord;
import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.Decision;
import dev.craftstream.model.Evaluation;
import dev.craftstream.model.Instruction;
import dev.craftstream.model.KnowledgeChange;
import dev.craftstream.model.KnowledgeState;
import dev.craftstream.model.ModelCheckpoint;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.RehearsalThresholds;
import dev.craftstream.model.Request;
import dev.craftstream.model.Request.Changes;
import dev.craftstream.model.Selection;
import dev.craftstream.model.Serving;
import dev.craftstream.model.Strategy;
import dev.craftstream.model.Thresholds;
import dev.craftstream.model.message.UnusableAnswer;
import dev.craftstream.v1.Announcement;
import dev.craftstream.v1.Basis;
import dev.craftstream.v1.CertaintyKind;
import dev.craftstream.v1.ClassCount;
import dev.craftstream.v1.Contract;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetRequest;
import dev.craftstream.v1.DropReason;
import dev.craftstream.v1.Estimate;
import dev.craftstream.v1.EvaluationRequest;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Label;
import dev.craftstream.v1.Mark;
import dev.craftstream.v1.ModelCheckpointEvent;
import dev.craftstream.v1.MultipleChoice;
import dev.craftstream.v1.OpenEnded;
import dev.craftstream.v1.Purpose;
import dev.craftstream.v1.Reason;
import dev.craftstream.v1.RehearsalSetRequest;
import dev.craftstream.v1.Removal;
import dev.craftstream.v1.Retirement;
import dev.craftstream.v1.RetryRequest;
import dev.craftstream.v1.Role;
import dev.craftstream.v1.SelectionSettings;
import dev.craftstream.v1.Shortage;
import dev.craftstream.v1.Stage;
import dev.craftstream.v1.Task;
import dev.craftstream.v1.Ties;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/** Domain records to the records of their topics. */
public final class RecordEncoder implements Serializable {
  private static final long serialVersionUID = 1L;

  /** As much of a dead letter's original value as is kept; its topic takes 16 MiB in JSON. */
  static final int KEPT_VALUE_BYTES = 8 << 20;

  /** As much of a dead letter's original key as is kept. */
  static final int KEPT_KEY_BYTES = 64 << 10;

  private static final int EXPLANATION_CHARACTERS = 10_000;

  private final WireFormat format;

  public RecordEncoder(WireFormat format) {
    this.format = format;
  }

  private EncodedRecord record(String key, Message message) {
    return new EncodedRecord(key.getBytes(StandardCharsets.UTF_8), Messages.write(format, message));
  }

  private static EncodedRecord tombstone(String key) {
    return new EncodedRecord(key.getBytes(StandardCharsets.UTF_8), null);
  }

  /** For the topic of questions; a removal is written as the event, not as a tombstone. */
  public EncodedRecord question(QuestionEvent event) {
    var message = dev.craftstream.v1.QuestionEvent.newBuilder().setQuestionId(event.questionId());
    Question question = event.question();
    if (question == null) {
      return record(event.questionId(), message.setRemoval(Removal.getDefaultInstance()).build());
    }
    switch (question.task()) {
      case OPEN_ENDED ->
          message.setOpenEnded(
              OpenEnded.newBuilder()
                  .setQuestion(question.text())
                  .setAnswer(question.answer())
                  .addAllAliases(question.aliases()));
      case MULTIPLE_CHOICE ->
          message.setMultipleChoice(
              MultipleChoice.newBuilder()
                  .setQuestion(question.text())
                  .addAllOptions(question.options())
                  .setTarget(question.answer()));
    }
    return record(
        event.questionId(),
        message
            .setSubject(question.subject())
            .setPurpose(purpose(question.purpose()))
            .addAllTags(question.tags())
            .build());
  }

  /** For the topic of model checkpoints. */
  public EncodedRecord announcement(ModelCheckpoint checkpoint) {
    Serving serving = checkpoint.serving();
    return record(
        checkpoint.id(),
        ModelCheckpointEvent.newBuilder()
            .setCheckpointId(checkpoint.id())
            .setAnnouncement(
                Announcement.newBuilder()
                    .setRole(role(checkpoint.role()))
                    .setBaseCheckpointId(checkpoint.baseId())
                    .setServing(
                        dev.craftstream.v1.Serving.newBuilder()
                            .setModelName(serving.modelName())
                            .setModelVersion(serving.modelVersion())
                            .setContract(contract(serving.contract()))
                            .setEmbeddingModelName(serving.embeddingModelName())
                            .setEmbeddingModelVersion(serving.embeddingModelVersion())
                            .setAdapterName(serving.adapterName())))
            .build());
  }

  /** For the topic of model checkpoints. */
  public EncodedRecord retirement(String checkpointId) {
    return record(
        checkpointId,
        ModelCheckpointEvent.newBuilder()
            .setCheckpointId(checkpointId)
            .setRetirement(Retirement.getDefaultInstance())
            .build());
  }

  /** For the topic of requests. */
  public EncodedRecord request(Request request) {
    var message = dev.craftstream.v1.Request.newBuilder().setRequestId(request.id());
    switch (request.kind()) {
      case DATASET -> message.setDataset(datasetRequest(request));
      case REHEARSAL_SET -> message.setRehearsalSet(rehearsalSetRequest(request));
      case EVALUATION ->
          message.setEvaluation(
              EvaluationRequest.newBuilder().setCheckpointId(request.checkpointId()));
      case RETRY ->
          message.setRetry(
              RetryRequest.newBuilder()
                  .setCheckpointId(request.checkpointId())
                  .addAllQuestionIds(request.questionIds()));
    }
    return record(request.id(), message.build());
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
    given(request.seed(), message::setSeed);
    return message.build();
  }

  private static SelectionSettings selectionSettings(Changes changes) {
    SelectionSettings.Builder settings = SelectionSettings.newBuilder();
    given(changes.answers(), settings::setAnswers);
    given(changes.refusals(), settings::setRefusals);
    given(changes.ties(), ties -> settings.setTies(ties(ties)));
    given(changes.shortage(), shortage -> settings.setShortage(shortage(shortage)));
    given(changes.answerFrom(), settings::setAnswerFrom);
    given(changes.refusalBound(), settings::setRefusalBound);
    return settings.build();
  }

  private static RehearsalSetRequest rehearsalSetRequest(Request request) {
    RehearsalSetRequest.Builder message =
        RehearsalSetRequest.newBuilder().setInitialCheckpointId(request.checkpointId());
    for (Changes changes : request.changes()) {
      switch (changes.task()) {
        case OPEN_ENDED -> {
          given(changes.answers(), message::setOpenEndedCount);
          given(changes.answerFrom(), message::setOpenEndedCorrectness);
          given(changes.certainty(), message::setOpenEndedCertainty);
        }
        case MULTIPLE_CHOICE -> {
          given(changes.answers(), message::setMultipleChoiceCount);
          given(changes.targetProbability(), message::setMultipleChoiceTargetProbability);
        }
      }
    }
    given(request.seed(), message::setSeed);
    return message.build();
  }

  private static <T> void given(T value, Consumer<T> setter) {
    if (value != null) {
      setter.accept(value);
    }
  }

  /** For the topic of instructions. */
  public EncodedRecord instruction(Instruction instruction) {
    if (instruction.isTombstone()) {
      return tombstone(instruction.questionId());
    }
    Decision decision = instruction.decision();
    return record(
        instruction.questionId(),
        dev.craftstream.v1.Instruction.newBuilder()
            .setQuestionId(instruction.questionId())
            .setRevision(instruction.revision())
            .setQuestionVersion(instruction.questionVersion())
            .setTask(task(instruction.task()))
            .setLabel(label(decision.label()))
            .setStage(decision.provisional() ? Stage.STAGE_PROVISIONAL : Stage.STAGE_FINAL)
            .setPrompt(instruction.prompt())
            .setResponse(instruction.response())
            .setSubject(instruction.subject())
            .addAllTags(instruction.tags())
            .setBasis(basis(decision, instruction.trainingPromptVersion(), instruction.modelTime()))
            .build());
  }

  /** Without a strategy where chance drew a rehearsal set. */
  private static Basis basis(Decision decision, String trainingPromptVersion, long modelTime) {
    KnowledgeState initial = decision.initial().state();
    Basis.Builder basis =
        Basis.newBuilder()
            .setStrategy(name(decision.strategy()))
            .setInitialCheckpointId(decision.initial().checkpoint().id())
            .setInitialCorrectness(initial.correctness())
            .setInitialCertainty(initial.certainty())
            .setCertaintyKind(certaintyKind(initial.certaintyKind()))
            .setInitialSeed(initial.seed())
            .setKnowledgePromptVersion(initial.promptVersion())
            .setTrainingPromptVersion(trainingPromptVersion)
            .setModelTime(modelTime);
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

  /**
   * For the topic of datasets or of rehearsal sets. With {@code REMOVED} it says no more than which
   * question is meant.
   */
  public EncodedRecord datasetRecord(DatasetRecord record) {
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
    return record(record.datasetId() + "\n" + record.questionId(), message.build());
  }

  /** For the topic of dataset manifests. */
  public EncodedRecord datasetManifest(DatasetManifest manifest) {
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
                classCount(cutOff, dev.craftstream.model.Label.ANSWER, manifest.answerRecords()))
            .setRefusal(
                classCount(cutOff, dev.craftstream.model.Label.REFUSAL, manifest.refusalRecords()))
            .setTies(ties(selection.tiesAtCutOff()))
            .setShortage(shortage(selection.shortage()))
            .setSeed(selection.seed())
            .setTrainingPromptVersion(dataset.trainingPromptVersion())
            .setKnowledgePromptVersion(dataset.knowledgePromptVersion())
            .setModelTime(manifest.modelTime())
            .setRequestId(dataset.requestId());
    switch (selection.kind()) {
      case TRAINING -> {
        if (selection.strategy().usesCorrectness()) {
          thresholds(selection, message);
        }
      }
      case REHEARSAL -> known(selection, message);
    }
    return record(dataset.id(), message.build());
  }

  private static void thresholds(
      Selection selection, dev.craftstream.v1.DatasetManifest.Builder message) {
    Thresholds thresholds = selection.thresholds();
    switch (selection.task()) {
      case OPEN_ENDED ->
          message
              .setAnswerFrom(thresholds.openEndedAnswer())
              .setRefusalBound(thresholds.openEndedRefusal());
      case MULTIPLE_CHOICE ->
          message
              .setAnswerFrom(thresholds.multipleChoiceAnswer())
              .setRefusalBound(thresholds.multipleChoiceRefusal());
    }
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
      CutOff cutOff, dev.craftstream.model.Label label, long records) {
    Selection selection = cutOff.dataset().selection();
    CutOff.Bound bound = cutOff.of(label);
    long wanted = selection.wanted(label);
    long taken = cutOff.failure().isEmpty() ? bound.taken() : 0;
    ClassCount.Builder count =
        ClassCount.newBuilder()
            .setCandidates(bound.candidates())
            .setWanted(wanted)
            .setQuestions(taken)
            .setRecords(records)
            .setShortage(Math.max(0, wanted - bound.candidates()));
    if (selection.ordersByCertainty() && !bound.all() && taken > 0) {
      // Of ANSWER candidates the most certain come first, so their score is its negative.
      boolean mostCertainFirst = label == dev.craftstream.model.Label.ANSWER;
      // + 0.0 turns -0.0 into 0.0.
      count.setCutOffCertainty((mostCertainFirst ? -bound.score() : bound.score()) + 0.0);
    }
    return count.build();
  }

  /** For the topic of evaluations. */
  public EncodedRecord evaluation(Evaluation evaluation) {
    Task task = task(evaluation.task());
    var message =
        dev.craftstream.v1.Evaluation.newBuilder()
            .setCheckpointId(evaluation.checkpoint().id())
            .setRole(role(evaluation.checkpoint().role()))
            .setBaseCheckpointId(evaluation.base().id())
            .setTask(task)
            .setSubject(evaluation.subject())
            .setCorrect(evaluation.correct())
            .setWrong(evaluation.wrong())
            .setRefused(evaluation.refused())
            .setUnanswered(evaluation.unanswered())
            .setConfidence(evaluation.confidence())
            .setResamples(evaluation.resamples())
            .setSeed(evaluation.seed())
            .setPromptVersion(evaluation.promptVersion())
            .addAllOtherPromptVersions(evaluation.otherPromptVersions())
            .setModelTime(evaluation.modelTime());
    given(evaluation.correctShare(), share -> message.setCorrectShare(estimate(share)));
    given(evaluation.wrongShare(), share -> message.setWrongShare(estimate(share)));
    given(evaluation.refusedShare(), share -> message.setRefusedShare(estimate(share)));
    given(
        evaluation.truthfulHelpfulness(),
        figure -> message.setTruthfulHelpfulness(estimate(figure)));
    given(evaluation.overRefusal(), figure -> message.setOverRefusal(estimate(figure)));
    return record(
        String.join("\n", evaluation.checkpoint().id(), task.name(), evaluation.subject()),
        message.build());
  }

  private static Estimate estimate(Evaluation.Estimate estimate) {
    return Estimate.newBuilder()
        .setValue(estimate.value())
        .setLow(estimate.low())
        .setHigh(estimate.high())
        .build();
  }

  /**
   * For the topic of knowledge: the entry of the checkpoint whose measurement this change is.
   *
   * @return nothing where the change is no measurement; a tombstone where the question was removed
   */
  public Optional<EncodedRecord> knowledge(KnowledgeChange change) {
    if (change.question() == null) {
      return Optional.of(tombstone(change.questionId()));
    }
    for (CheckpointKnowledge entry : change.knowledge()) {
      if (entry.checkpoint().id().equals(change.measured())) {
        return Optional.of(knowledge(change, entry));
      }
    }
    return Optional.empty();
  }

  private EncodedRecord knowledge(KnowledgeChange change, CheckpointKnowledge measured) {
    ModelCheckpoint checkpoint = measured.checkpoint();
    KnowledgeState state = measured.state();
    return record(
        change.questionId(),
        KnowledgeRecord.newBuilder()
            .setQuestionId(change.questionId())
            .setQuestionVersion(change.questionVersion())
            .setTask(task(change.question().task()))
            .setPurpose(purpose(change.question().purpose()))
            .setCheckpointId(checkpoint.id())
            .setRole(role(checkpoint.role()))
            .setCheckpointTime(checkpoint.announcedAt())
            .setModelTime(change.modelTime())
            .setCorrectness(state.correctness())
            .setCertainty(state.certainty())
            .setCertaintyKind(certaintyKind(state.certaintyKind()))
            .setSamples(state.samples())
            .setCorrectSamples(state.correctSamples())
            .setRefusedSamples(state.refusedSamples())
            .setFrequentCorrectAnswer(state.frequentCorrectAnswer())
            .setTargetProbability(state.targetProbability())
            .setPromptVersion(state.promptVersion())
            .setSeed(state.seed())
            .build());
  }

  /**
   * The dead letter of an answer that could not be used. Its original is the question's event,
   * written again from what the job knows of it.
   */
  public DeadLetter deadLetter(UnusableAnswer answer) {
    Question question = answer.question();
    EncodedRecord original = question(new QuestionEvent(question.id(), question, answer.origin()));
    return new DeadLetter(
        DeadLetter.Reason.UNUSABLE_ANSWER,
        answer.explanation(),
        new OriginalRecord(answer.origin(), original.key(), original.value()),
        question.id(),
        answer.checkpointId());
  }

  /**
   * For the topic of dead letters. Of an original value over 8 MiB the beginning is kept, for the
   * dead letter has to fit into its topic; the whole lies where the dead letter says.
   */
  public EncodedRecord deadLetter(DeadLetter deadLetter) {
    OriginalRecord original = deadLetter.original();
    byte[] key = atMost(original.key(), KEPT_KEY_BYTES);
    byte[] value = atMost(original.value(), KEPT_VALUE_BYTES);
    String explanation = Rejection.shortened(deadLetter.explanation(), EXPLANATION_CHARACTERS);
    if (length(key) < length(original.key()) || length(value) < length(original.value())) {
      explanation +=
          " (Of the original's %s bytes of key and %s of value, the first %s and %s are kept here.)"
              .formatted(
                  FieldRules.count(length(original.key())),
                  FieldRules.count(length(original.value())),
                  FieldRules.count(length(key)),
                  FieldRules.count(length(value)));
    }
    var message =
        dev.craftstream.v1.DeadLetter.newBuilder()
            .setReason(reason(deadLetter.reason()))
            .setExplanation(explanation)
            .setTopic(original.origin().topic())
            .setPartition(original.origin().partition())
            .setOffset(original.origin().offset())
            .setQuestionId(deadLetter.questionId())
            .setCheckpointId(deadLetter.checkpointId());
    if (key != null) {
      message.setOriginalKey(ByteString.copyFrom(key));
    }
    if (value != null) {
      message.setOriginalValue(ByteString.copyFrom(value));
    }
    String id =
        deadLetter.questionId().isEmpty() ? deadLetter.checkpointId() : deadLetter.questionId();
    return new EncodedRecord(
        id.isEmpty() ? key : id.getBytes(StandardCharsets.UTF_8),
        Messages.write(format, message.build()));
  }

  private static byte[] atMost(byte[] bytes, int count) {
    return bytes == null || bytes.length <= count ? bytes : Arrays.copyOf(bytes, count);
  }

  private static int length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  // The schema's names are the domain's, with the enum's name in front.

  static Task task(dev.craftstream.model.Task task) {
    return Task.valueOf("TASK_" + task.name());
  }

  static Purpose purpose(dev.craftstream.model.Purpose purpose) {
    return Purpose.valueOf("PURPOSE_" + purpose.name());
  }

  static CertaintyKind certaintyKind(dev.craftstream.model.CertaintyKind kind) {
    return CertaintyKind.valueOf("CERTAINTY_KIND_" + kind.name());
  }

  static Role role(dev.craftstream.model.Role role) {
    return Role.valueOf("ROLE_" + role.name());
  }

  static Contract contract(dev.craftstream.model.Contract contract) {
    return Contract.valueOf("CONTRACT_" + contract.name());
  }

  static Label label(dev.craftstream.model.Label label) {
    return Label.valueOf("LABEL_" + label.name());
  }

  static DropReason dropReason(dev.craftstream.model.DropReason reason) {
    return DropReason.valueOf("DROP_REASON_" + reason.name());
  }

  static DatasetKind datasetKind(dev.craftstream.model.DatasetKind kind) {
    return DatasetKind.valueOf("DATASET_KIND_" + kind.name());
  }

  static Mark mark(DatasetRecord.Mark mark) {
    return Mark.valueOf("MARK_" + mark.name());
  }

  static Ties ties(dev.craftstream.model.Ties ties) {
    return Ties.valueOf("TIES_" + ties.name());
  }

  static Shortage shortage(dev.craftstream.model.Shortage shortage) {
    return Shortage.valueOf("SHORTAGE_" + shortage.name());
  }

  /** The schema has strategies by their names, so that there may be more of them. */
  private static String name(Strategy strategy) {
    return strategy == null ? "" : strategy.name();
  }

  static Reason reason(DeadLetter.Reason reason) {
    return Reason.valueOf("REASON_" + reason.name());
  }
}
