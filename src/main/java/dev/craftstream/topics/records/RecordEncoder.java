package dev.craftstream.topics.records;

import static dev.craftstream.topics.records.SchemaEnums.certaintyKind;
import static dev.craftstream.topics.records.SchemaEnums.correctnessRule;
import static dev.craftstream.topics.records.SchemaEnums.judge;
import static dev.craftstream.topics.records.SchemaEnums.label;
import static dev.craftstream.topics.records.SchemaEnums.purpose;
import static dev.craftstream.topics.records.SchemaEnums.reason;
import static dev.craftstream.topics.records.SchemaEnums.role;
import static dev.craftstream.topics.records.SchemaEnums.task;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.craftstream.model.Cost;
import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Replay;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.dataset.DatasetManifest;
import dev.craftstream.model.dataset.DatasetRecord;
import dev.craftstream.model.dataset.Evaluation;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.knowledge.CheckpointKnowledge;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.label.Decision;
import dev.craftstream.model.label.Instruction;
import dev.craftstream.model.message.MeasuredSamples;
import dev.craftstream.model.message.UnusableAnswer;
import dev.craftstream.v1.Announcement;
import dev.craftstream.v1.Estimate;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.ModelCheckpointEvent;
import dev.craftstream.v1.MultipleChoice;
import dev.craftstream.v1.OpenEnded;
import dev.craftstream.v1.Removal;
import dev.craftstream.v1.Retirement;
import dev.craftstream.v1.Stage;
import dev.craftstream.v1.Task;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

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

  /**
   * Fields that are in each message of their kind in JSON, also where they are 0, false or empty.
   */
  public static Set<FieldDescriptor> alwaysWritten() {
    return JsonWriter.FIGURES;
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
    return record(
        checkpoint.id(),
        ModelCheckpointEvent.newBuilder()
            .setCheckpointId(checkpoint.id())
            .setAnnouncement(
                Announcement.newBuilder()
                    .setRole(role(checkpoint.role()))
                    .setBaseCheckpointId(checkpoint.baseId())
                    .setServing(SampleMessages.serving(checkpoint.serving())))
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

  /** For the topic of samples. */
  public EncodedRecord samples(MeasuredSamples samples) {
    return record(samples.questionId(), SampleMessages.of(samples));
  }

  /**
   * The same where that would be too large.
   *
   * @param bytes how large
   */
  EncodedRecord samplesLeftOut(MeasuredSamples samples, long bytes) {
    return record(samples.questionId(), SampleMessages.leftOut(samples, bytes));
  }

  /** For the topic of requests. */
  public EncodedRecord request(Request request) {
    return record(request.id(), RequestMessages.of(request));
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
            .setBasis(
                DatasetMessages.basis(
                    decision, instruction.trainingPromptVersion(), instruction.modelTime()))
            .build());
  }

  /**
   * For the topic of datasets or of rehearsal sets. With {@code REMOVED} it says no more than which
   * question is meant.
   */
  public EncodedRecord datasetRecord(DatasetRecord record) {
    return record(record.datasetId() + "\n" + record.questionId(), DatasetMessages.of(record));
  }

  /** For the topic of dataset manifests. */
  public EncodedRecord datasetManifest(DatasetManifest manifest) {
    return record(manifest.cutOff().dataset().id(), DatasetMessages.of(manifest));
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
            .setOtherSubjects(evaluation.otherSubjects())
            .setModelTime(evaluation.modelTime());
    Messages.ifGiven(evaluation.correctShare(), share -> message.setCorrectShare(estimate(share)));
    Messages.ifGiven(evaluation.wrongShare(), share -> message.setWrongShare(estimate(share)));
    Messages.ifGiven(evaluation.refusedShare(), share -> message.setRefusedShare(estimate(share)));
    Messages.ifGiven(
        evaluation.truthfulHelpfulness(),
        figure -> message.setTruthfulHelpfulness(estimate(figure)));
    Messages.ifGiven(evaluation.overRefusal(), figure -> message.setOverRefusal(estimate(figure)));
    Messages.ifGiven(
        evaluation.truthfulness(),
        figure ->
            message.setTruthfulness(estimate(figure)).setWrongPenalty(evaluation.wrongPenalty()));
    if (evaluation.abstention() != null) {
      Messages.ifGiven(
          evaluation.abstention().precision(),
          figure -> message.setAbstentionPrecision(estimate(figure)));
      Messages.ifGiven(
          evaluation.abstention().recall(),
          figure -> message.setAbstentionRecall(estimate(figure)));
      Messages.ifGiven(
          evaluation.abstention().f1(), figure -> message.setAbstentionF1(estimate(figure)));
    }
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
    KnowledgeRecord.Builder message =
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
            .setCorrectnessRule(correctnessRule(state.correctnessRule()))
            .setSamples(state.samples())
            .setCorrectSamples(state.correctSamples())
            .setRefusedSamples(state.refusedSamples())
            .setFrequentCorrectAnswer(state.frequentCorrectAnswer())
            .setTargetProbability(state.targetProbability())
            .setUnseenProbability(state.unseenProbability())
            .setPromptVersion(state.promptVersion())
            .setSeed(state.seed());
    Messages.ifGiven(judge(state.judge()), message::setJudge);
    if (change.cost() != null) {
      message.setCost(cost(change.cost()));
    }
    return record(change.questionId(), message.build());
  }

  /** Of tokens nothing is said where nothing is known. */
  static dev.craftstream.v1.Cost cost(Cost cost) {
    var message =
        dev.craftstream.v1.Cost.newBuilder()
            .setRequests(cost.requests())
            .setRequestsWithTokens(cost.requestsWithTokens());
    if (cost.hasTokens()) {
      message.setPromptTokens(cost.promptTokens()).setGeneratedTokens(cost.generatedTokens());
    }
    return message.build();
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
        answer.checkpointId(),
        answer.cost());
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
    boolean cut = length(key) < length(original.key()) || length(value) < length(original.value());
    if (cut) {
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
            .setCheckpointId(deadLetter.checkpointId())
            .setOriginalHasNoKey(key == null)
            .setOriginalHasNoValue(value == null)
            .setOriginalIsCut(cut);
    if (key != null) {
      message.setOriginalKey(ByteString.copyFrom(key));
    }
    if (value != null) {
      message.setOriginalValue(ByteString.copyFrom(value));
    }
    if (deadLetter.cost() != null) {
      message.setCost(cost(deadLetter.cost()));
    }
    Replay replay = original.replay();
    if (replay != null) {
      message.setReplays(replay.count()).setReplayedFrom(replay.from().name());
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
}
