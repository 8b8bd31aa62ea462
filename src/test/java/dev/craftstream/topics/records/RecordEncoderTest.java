package dev.craftstream.topics.records;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.craftstream.model.Cost;
import dev.craftstream.model.DeadLetter;
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
import dev.craftstream.model.dataset.CutOff;
import dev.craftstream.model.dataset.Dataset;
import dev.craftstream.model.dataset.DatasetRecord.Mark;
import dev.craftstream.model.dataset.Evaluation;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.dataset.Selection;
import dev.craftstream.model.dataset.Shortage;
import dev.craftstream.model.dataset.Ties;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CheckpointKnowledge;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.label.Decision;
import dev.craftstream.model.label.DropReason;
import dev.craftstream.model.label.FlowFilter;
import dev.craftstream.model.label.FlowRule;
import dev.craftstream.model.label.Instruction;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Sureness;
import dev.craftstream.model.message.UnusableAnswer;
import dev.craftstream.v1.Basis;
import dev.craftstream.v1.ClassCount;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.Estimate;
import dev.craftstream.v1.JudgeModel;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Stage;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RecordEncoderTest {

  private static final RecordEncoder JSON = new RecordEncoder(WireFormat.JSON);
  private static final RecordEncoder PROTOBUF = new RecordEncoder(WireFormat.PROTOBUF);

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  /** What a consumer with Protobuf's own library reads. */
  @SuppressWarnings("unchecked")
  private static <M extends Message> M read(WireFormat format, byte[] value, M like)
      throws Exception {
    Message.Builder builder = like.newBuilderForType();
    if (format == WireFormat.JSON) {
      JsonFormat.parser().merge(text(value), builder);
    } else {
      builder.mergeFrom(value);
    }
    return (M) builder.build();
  }

  static Stream<Arguments> questions() {
    return Stream.of(WireFormat.values())
        .flatMap(
            format ->
                Stream.of(RecordSamples.OPEN_ENDED, RecordSamples.MULTIPLE_CHOICE)
                    .map(question -> Arguments.of(format, question)));
  }

  @ParameterizedTest
  @MethodSource("questions")
  void givenAQuestion_whenWrittenAndParsed_thenItIsTheSame(WireFormat format, Question question) {
    QuestionEvent event = new QuestionEvent(question.id(), question, RecordSamples.ORIGIN);
    EncodedRecord record = new RecordEncoder(format).question(event);
    assertThat(
            new QuestionParser(format, RecordLimits.DEFAULT)
                .parse(new OriginalRecord(RecordSamples.ORIGIN, record.key(), record.value())))
        .isEqualTo(new Parsed.Event<>(event));
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void givenARemoval_whenWrittenAndParsed_thenItIsTheSame(WireFormat format) {
    QuestionEvent event = new QuestionEvent("q1", null, RecordSamples.ORIGIN);
    EncodedRecord record = new RecordEncoder(format).question(event);
    assertThat(record.value()).isNotNull();
    assertThat(
            new QuestionParser(format, RecordLimits.DEFAULT)
                .parse(new OriginalRecord(RecordSamples.ORIGIN, record.key(), record.value())))
        .isEqualTo(new Parsed.Event<>(event));
  }

  static Stream<Arguments> checkpoints() {
    return Stream.of(WireFormat.values())
        .flatMap(
            format ->
                Stream.of(RecordSamples.INITIAL, RecordSamples.REHEARSAL)
                    .map(checkpoint -> Arguments.of(format, checkpoint)));
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void givenAnAnnouncementAndARetirement_whenWrittenAndParsed_thenTheyAreTheSame(
      WireFormat format, ModelCheckpoint checkpoint) {
    RecordEncoder encoder = new RecordEncoder(format);
    ModelCheckpointParser parser = new ModelCheckpointParser(format, RecordLimits.DEFAULT);
    Origin origin = new Origin("model-checkpoints", 0, checkpoint.announcedAt() - 1);

    EncodedRecord announcement = encoder.announcement(checkpoint);
    var announced =
        parser.parse(new OriginalRecord(origin, announcement.key(), announcement.value()));
    assertThat(announced)
        .extracting(parsed -> ((Parsed.Event<ModelCheckpointEvent>) parsed).event().announced())
        .isEqualTo(checkpoint);

    EncodedRecord retirement = encoder.retirement(checkpoint.id());
    assertThat(parser.parse(new OriginalRecord(origin, retirement.key(), retirement.value())))
        .extracting(parsed -> ((Parsed.Event<ModelCheckpointEvent>) parsed).event().announced())
        .isNull();
  }

  static Stream<Arguments> requests() {
    return Stream.of(WireFormat.values())
        .flatMap(
            format ->
                RecordSamples.REQUESTS.stream().map(request -> Arguments.of(format, request)));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void givenARequest_whenWrittenAndParsed_thenItIsTheSame(WireFormat format, Request request) {
    EncodedRecord record = new RecordEncoder(format).request(request);
    OriginalRecord written =
        new OriginalRecord(RecordSamples.NOWHERE.origin(), record.key(), record.value());
    assertThat(new RequestParser(format, RecordLimits.DEFAULT).parse(written))
        .usingRecursiveComparison()
        .ignoringFields("event.original")
        .isEqualTo(new Parsed.Event<>(request));
  }

  @Test
  void givenAQuestion_whenWrittenAsJson_thenAPersonCanReadIt() {
    EncodedRecord record =
        JSON.question(new QuestionEvent("q1", RecordSamples.OPEN_ENDED, RecordSamples.ORIGIN));
    assertThat(text(record.key())).isEqualTo("q1");
    assertThat(text(record.value()))
        .isEqualTo(
            "{\"question_id\":\"q1\",\"open_ended\":{\"question\":\"Who wrote \\\"I don't know\\\" <in Köln> & why?\",\"answer\":\"O'Neill\",\"aliases\":[\"Eugene O'Neill\",\"🦉\"]},\"subject\":\"drama\",\"purpose\":\"PURPOSE_TRAIN\",\"tags\":[\"easy\",\"a=b\"]}");
  }

  @Test
  void givenAProvisionalInstruction_whenWrittenAsJson_thenFiguresThatAreZeroAreThere() {
    EncodedRecord record =
        JSON.instruction(
            RecordSamples.instruction(
                RecordSamples.OPEN_ENDED, 1, RecordSamples.provisional(Label.REFUSAL)));
    assertThat(text(record.key())).isEqualTo("q1");
    assertThat(text(record.value()))
        .contains("\"response\":\"I don't know.\"", "\"initial_correctness\":0.0")
        .contains(
            "\"stage\":\"STAGE_PROVISIONAL\"",
            "\"sureness\":0.875",
            "\"initial_seed\":\"18446744073709551615\"")
        .doesNotContain("rehearsal", "knowledge_flow", "drop_reason", "_probability\"", "\n");
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void givenAFinalInstruction_whenWritten_thenItSaysWhatItRestsOn(WireFormat format)
      throws Exception {
    Decision decision =
        new Decision(
            Label.DROPPED,
            DropReason.KNOWLEDGE_FLOW,
            Strategy.CRAFT,
            FlowFilter.OPEN_ENDED,
            new Sureness(0.875, 0.25, 0.75),
            new CheckpointKnowledge(RecordSamples.INITIAL, RecordSamples.UNKNOWN),
            new CheckpointKnowledge(RecordSamples.REHEARSAL, RecordSamples.KNOWN));
    EncodedRecord record =
        new RecordEncoder(format)
            .instruction(RecordSamples.instruction(RecordSamples.OPEN_ENDED, 2, decision));
    var message = read(format, record.value(), dev.craftstream.v1.Instruction.getDefaultInstance());
    assertThat(message.getRevision()).isEqualTo(2);
    assertThat(message.getQuestionVersion()).isEqualTo(2);
    assertThat(message.getStage()).isEqualTo(Stage.STAGE_FINAL);
    assertThat(message.getLabel()).isEqualTo(dev.craftstream.v1.Label.LABEL_DROPPED);
    assertThat(message.getTagsList()).containsExactly("easy", "a=b");
    Basis basis = message.getBasis();
    assertThat(basis)
        .isEqualTo(
            Basis.newBuilder()
                .setStrategy("CRAFT")
                .setInitialCheckpointId("base")
                .setRehearsalCheckpointId("base-r1")
                .setInitialCorrectness(0)
                .setInitialCertainty(0.25)
                .setCertaintyKind(
                    dev.craftstream.v1.CertaintyKind.CERTAINTY_KIND_EMBEDDING_SIMILARITY)
                .setRehearsalCorrectness(0.7)
                .setKnowledgeFlow(0.7)
                .setDropReason(dev.craftstream.v1.DropReason.DROP_REASON_KNOWLEDGE_FLOW)
                .setKnowledgePromptVersion("open-1")
                .setTrainingPromptVersion("train-1")
                .setInitialSeed(-1L)
                .setRehearsalSeed(42)
                .setModelTime(3)
                .setFlowRule(dev.craftstream.v1.FlowRule.FLOW_RULE_FALLS)
                .setSureness(0.875)
                .setFallProbability(0.25)
                .setRiseProbability(0.75)
                .setCorrectnessRule(dev.craftstream.v1.CorrectnessRule.CORRECTNESS_RULE_SUBSTRING)
                .build());
  }

  @Test
  void givenADecisionBySurety_whenWritten_thenItSaysHowSureAndWhatTheBoundIs() throws Exception {
    Decision decision =
        new Decision(
            Label.REFUSAL,
            null,
            Strategy.CRAFT,
            new FlowFilter(FlowRule.RISES_SURELY, 0.95),
            new Sureness(0.5, 0.25, 0.75),
            new CheckpointKnowledge(RecordSamples.INITIAL, RecordSamples.UNKNOWN),
            new CheckpointKnowledge(RecordSamples.REHEARSAL, RecordSamples.KNOWN));
    Basis basis =
        dev.craftstream.v1.Instruction.parseFrom(
                PROTOBUF
                    .instruction(RecordSamples.instruction(RecordSamples.OPEN_ENDED, 2, decision))
                    .value())
            .getBasis();
    assertThat(basis.getFlowRule()).isEqualTo(dev.craftstream.v1.FlowRule.FLOW_RULE_RISES_SURELY);
    assertThat(basis.getRiseProbability()).isEqualTo(0.75);
    assertThat(basis.getRiseProbabilityBound()).isEqualTo(0.95);
  }

  @Test
  void givenATombstone_whenWritten_thenThereIsNoValue() {
    EncodedRecord record = JSON.instruction(Instruction.tombstone("q1", 4, 9));
    assertThat(text(record.key())).isEqualTo("q1");
    assertThat(record.value()).isNull();
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void givenADatasetRecord_whenWritten_thenItSaysWhatToTrainOnAndWhatThatRestsOn(WireFormat format)
      throws Exception {
    Decision decision =
        new Decision(
            Label.ANSWER,
            null,
            Strategy.CRAFT,
            FlowFilter.OPEN_ENDED,
            new Sureness(0.875, 0.25, 0.75),
            new CheckpointKnowledge(RecordSamples.INITIAL, RecordSamples.KNOWN),
            new CheckpointKnowledge(RecordSamples.REHEARSAL, RecordSamples.UNKNOWN));
    EncodedRecord record =
        new RecordEncoder(format)
            .datasetRecord(RecordSamples.datasetRecord(RecordSamples.DATASET, Mark.BASE, decision));
    assertThat(text(record.key())).isEqualTo("craft-3\nq1");
    assertThat(read(format, record.value(), DatasetRecord.getDefaultInstance()))
        .isEqualTo(
            DatasetRecord.newBuilder()
                .setDatasetId("craft-3")
                .setKind(DatasetKind.DATASET_KIND_TRAINING)
                .setQuestionId("q1")
                .setMark(dev.craftstream.v1.Mark.MARK_BASE)
                .setRevision(2)
                .setQuestionVersion(4)
                .setTask(dev.craftstream.v1.Task.TASK_MULTIPLE_CHOICE)
                .setLabel(dev.craftstream.v1.Label.LABEL_ANSWER)
                .setQuestion("What is 2 + 2?")
                .setPrompt("2 + 2?")
                .setResponse("4")
                .setCopies(3)
                .setSubject("sums")
                .addTags("easy")
                .setBasis(
                    Basis.newBuilder()
                        .setStrategy("CRAFT")
                        .setInitialCheckpointId("base")
                        .setRehearsalCheckpointId("base-r1")
                        .setInitialCorrectness(0.7)
                        .setInitialCertainty(0.5)
                        .setCertaintyKind(
                            dev.craftstream.v1.CertaintyKind.CERTAINTY_KIND_EMBEDDING_SIMILARITY)
                        .setRehearsalCorrectness(0)
                        .setKnowledgeFlow(-0.7)
                        .setKnowledgePromptVersion("open-1")
                        .setTrainingPromptVersion("train-1")
                        .setInitialSeed(42)
                        .setRehearsalSeed(-1L)
                        .setModelTime(6)
                        .setFlowRule(dev.craftstream.v1.FlowRule.FLOW_RULE_FALLS)
                        .setSureness(0.875)
                        .setFallProbability(0.25)
                        .setRiseProbability(0.75)
                        .setCorrectnessRule(
                            dev.craftstream.v1.CorrectnessRule.CORRECTNESS_RULE_SUBSTRING))
                .setSelectionSeed(9)
                .build());
  }

  @Test
  void givenARehearsalSetsRecord_whenWritten_thenNoStrategyDecided() {
    Decision drawn =
        new Decision(
            Label.ANSWER,
            null,
            null,
            null,
            Sureness.NONE,
            new CheckpointKnowledge(RecordSamples.INITIAL, RecordSamples.KNOWN),
            null);
    EncodedRecord record =
        JSON.datasetRecord(
            RecordSamples.datasetRecord(RecordSamples.REHEARSAL_SET, Mark.ADDED, drawn));
    assertThat(text(record.value()))
        .contains("DATASET_KIND_REHEARSAL", "MARK_ADDED", "\"initial_checkpoint_id\":\"base\"")
        .doesNotContain("strategy", "rehearsal_c", "knowledge_flow", "sureness", "_probability\"");
  }

  @Test
  void givenARemovedDatasetRecord_whenWritten_thenItSaysNoMoreThanWhatIsMeant() {
    EncodedRecord record =
        JSON.datasetRecord(RecordSamples.datasetRecord(RecordSamples.DATASET, Mark.REMOVED, null));
    assertThat(text(record.key())).isEqualTo("craft-3\nq1");
    assertThat(text(record.value()))
        .isEqualTo(
            "{\"dataset_id\":\"craft-3\",\"kind\":\"DATASET_KIND_TRAINING\",\"question_id\":\"q1\",\"mark\":\"MARK_REMOVED\",\"revision\":2,\"question_version\":4,\"task\":\"TASK_MULTIPLE_CHOICE\"}");
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void givenAManifest_whenWritten_thenItHasCountsAndTheCertaintyAtTheCutOff(WireFormat format)
      throws Exception {
    // ANSWER: the most certain first, so that 0.25 has the score -0.25.
    EncodedRecord record =
        new RecordEncoder(format)
            .datasetManifest(
                RecordSamples.manifest(
                    RecordSamples.DATASET,
                    "",
                    RecordSamples.upTo(-0.25, 5, 8),
                    RecordSamples.upTo(-1.5, 2, 2)));
    assertThat(text(record.key())).isEqualTo("craft-3");
    assertThat(read(format, record.value(), DatasetManifest.getDefaultInstance()))
        .isEqualTo(
            DatasetManifest.newBuilder()
                .setDatasetId("craft-3")
                .setKind(DatasetKind.DATASET_KIND_TRAINING)
                .setTask(dev.craftstream.v1.Task.TASK_MULTIPLE_CHOICE)
                .setStrategy("CRAFT")
                .setInitialCheckpointId("base")
                .setRehearsalCheckpointId("base-r1")
                .setComplete(true)
                .setAnswer(
                    ClassCount.newBuilder()
                        .setCandidates(8)
                        .setWanted(4)
                        .setQuestions(5)
                        .setRecords(5)
                        .setCutOffCertainty(0.25))
                .setRefusal(
                    ClassCount.newBuilder()
                        .setCandidates(2)
                        .setWanted(2)
                        .setQuestions(2)
                        .setCutOffCertainty(-1.5))
                .setTies(dev.craftstream.v1.Ties.TIES_KEEP_ALL)
                .setShortage(dev.craftstream.v1.Shortage.SHORTAGE_DRAW_AGAIN)
                .setAnswerFrom(0.5)
                .setRefusalBound(0.5)
                .setSeed(9)
                .setTrainingPromptVersion("train-1")
                .setKnowledgePromptVersion("choice-1")
                .setModelTime(3)
                .setFlowRule(dev.craftstream.v1.FlowRule.FLOW_RULE_NOT_RISES)
                .setCorrectnessRule(
                    dev.craftstream.v1.CorrectnessRule.CORRECTNESS_RULE_LETTER_PROBABILITIES)
                .setInitialCost(
                    dev.craftstream.v1.Cost.newBuilder()
                        .setRequests(12)
                        .setRequestsWithTokens(10)
                        .setPromptTokens(500)
                        .setGeneratedTokens(120))
                .setRehearsalCost(dev.craftstream.v1.Cost.newBuilder().setRequests(12))
                .build());
  }

  @Test
  void givenAMeasurementWithACost_whenWrittenAsJson_thenTokensAreThereWhereTheyAreKnown() {
    KnowledgeChange measured = change(RecordSamples.OPEN_ENDED, "base");
    assertThat(json(measured.costing(new Cost(3, 2, 40, 0))))
        .contains(
            "\"cost\":{\"requests\":\"3\",\"requests_with_tokens\":\"2\","
                + "\"prompt_tokens\":\"40\",\"generated_tokens\":\"0\"}");
    assertThat(json(measured.costing(new Cost(3, 0, 0, 0))))
        .contains("\"cost\":{\"requests\":\"3\",\"requests_with_tokens\":\"0\"}");
    assertThat(json(measured)).doesNotContain("cost");
  }

  private static String json(KnowledgeChange change) {
    return text(JSON.knowledge(change).orElseThrow().value());
  }

  @Test
  void givenARehearsalSetsManifest_whenWrittenAsJson_thenItHasWhatWasAskedOfItsCandidates() {
    EncodedRecord record =
        JSON.datasetManifest(
            RecordSamples.manifest(
                RecordSamples.REHEARSAL_SET, "", RecordSamples.all(3), RecordSamples.all(0)));
    assertThat(text(record.value()))
        .contains("\"answer\":{\"candidates\":\"3\",\"wanted\":\"5\",\"questions\":\"3\"")
        .contains("\"shortage\":\"2\"", "\"request_id\":\"r2\"", "\"seed\":\"0\"")
        .contains("\"known_correctness\":0.995", "\"known_certainty\":0.995")
        .doesNotContain(
            "known_target_probability",
            "answer_from",
            "strategy",
            "rehearsal_checkpoint",
            "cut_off_certainty");
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"VAN_TUNING", "COR_RAIT", "CRAFT_WITHOUT_CERTAINTY"})
  void givenAStrategyThatDraws_whenItsManifestIsWritten_thenItStatesWhatItUsed(Strategy strategy) {
    Selection craft = RecordSamples.DATASET.selection();
    Selection drawing =
        new Selection(
            craft.kind(),
            craft.task(),
            strategy,
            craft.thresholds(),
            craft.known(),
            craft.answers(),
            craft.refusals(),
            craft.ties(),
            craft.shortage(),
            craft.seed(),
            CorrectnessRule.SUBSTRING,
            0);
    Dataset dataset =
        new Dataset(
            "d",
            drawing,
            RecordSamples.INITIAL,
            RecordSamples.REHEARSAL,
            "",
            "choice-1",
            "train-1",
            0);
    CutOff.Bound bound = RecordSamples.upTo(0, 4, 8);
    String json =
        text(JSON.datasetManifest(RecordSamples.manifest(dataset, "", bound, bound)).value());
    assertThat(json).doesNotContain("cut_off_certainty");
    assertThat(json).as("chance has no equals").contains("\"ties\":\"TIES_EXACT\"");
    assertThat(json.contains("answer_from") || json.contains("refusal_bound"))
        .as("a threshold that was used")
        .isEqualTo(strategy != Strategy.VAN_TUNING);
    assertThat(json.contains("\"flow_rule\":\"FLOW_RULE_NOT_RISES\""))
        .as("the flow rule, where it was used")
        .isEqualTo(strategy == Strategy.CRAFT_WITHOUT_CERTAINTY);
    // Vanilla tuning refuses nothing and takes as many in total.
    assertThat(json.contains("\"wanted\":\"6\"") && json.contains("\"wanted\":\"0\""))
        .isEqualTo(strategy == Strategy.VAN_TUNING);
  }

  @Test
  void givenADatasetThatWasNotBuilt_whenItsManifestIsWritten_thenItSaysWhyAndNothingIsTaken()
      throws Exception {
    DatasetManifest manifest =
        DatasetManifest.parseFrom(
            PROTOBUF
                .datasetManifest(
                    RecordSamples.manifest(
                        RecordSamples.DATASET,
                        "There are too few.",
                        RecordSamples.upTo(-0.25, 4, 8),
                        RecordSamples.all(1)))
                .value());
    assertThat(manifest.getComplete()).isFalse();
    assertThat(manifest.getFailure()).isEqualTo("There are too few.");
    assertThat(manifest.getAnswer().getQuestions()).isZero();
    assertThat(manifest.getAnswer().hasCutOffCertainty()).isFalse();
    assertThat(manifest.getRefusal().getCandidates()).isEqualTo(1);
    assertThat(manifest.getRefusal().getShortage()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void givenAnEvaluation_whenWritten_thenItsKeyHasCheckpointTaskAndSubject(WireFormat format)
      throws Exception {
    Evaluation of = RecordSamples.EVALUATION;
    ModelCheckpoint tuned =
        new ModelCheckpoint("tuned", 5, Role.TUNED, "base", RecordSamples.INITIAL.serving());
    Evaluation evaluation =
        new Evaluation(
            tuned,
            RecordSamples.INITIAL,
            Task.MULTIPLE_CHOICE,
            "history",
            of.correct(),
            of.wrong(),
            of.refused(),
            2,
            of.correctShare(),
            of.wrongShare(),
            of.refusedShare(),
            new Evaluation.Estimate(-0.5, -0.75, 0.25),
            new Evaluation.Estimate(0.125, 0, 0.5),
            new Evaluation.Abstention(
                new Evaluation.Estimate(0.75, 0.5, 1), null, new Evaluation.Estimate(0.5, 0, 1)),
            of.truthfulness(),
            of.wrongPenalty(),
            of.confidence(),
            of.resamples(),
            -1L,
            of.promptVersion(),
            List.of("aware-0"),
            of.modelTime(),
            7);
    EncodedRecord record = new RecordEncoder(format).evaluation(evaluation);
    assertThat(text(record.key())).isEqualTo("tuned\nTASK_MULTIPLE_CHOICE\nhistory");
    assertThat(read(format, record.value(), dev.craftstream.v1.Evaluation.getDefaultInstance()))
        .isEqualTo(
            dev.craftstream.v1.Evaluation.newBuilder()
                .setCheckpointId("tuned")
                .setRole(dev.craftstream.v1.Role.ROLE_TUNED)
                .setBaseCheckpointId("base")
                .setTask(dev.craftstream.v1.Task.TASK_MULTIPLE_CHOICE)
                .setSubject("history")
                .setCorrect(3)
                .setRefused(1)
                .setCorrectShare(Estimate.newBuilder().setValue(0.75).setLow(0.5).setHigh(1))
                .setWrongShare(Estimate.getDefaultInstance())
                .setRefusedShare(Estimate.newBuilder().setValue(0.25).setHigh(0.5))
                .setTruthfulHelpfulness(
                    Estimate.newBuilder().setValue(-0.5).setLow(-0.75).setHigh(0.25))
                .setOverRefusal(Estimate.newBuilder().setValue(0.125).setHigh(0.5))
                .setAbstentionPrecision(Estimate.newBuilder().setValue(0.75).setLow(0.5).setHigh(1))
                .setAbstentionF1(Estimate.newBuilder().setValue(0.5).setHigh(1))
                .setTruthfulness(Estimate.newBuilder().setValue(0.75).setLow(0.5).setHigh(1))
                .setWrongPenalty(2)
                .setConfidence(0.95)
                .setResamples(1_000)
                .setSeed(-1L)
                .setPromptVersion("aware-1")
                .setModelTime(1)
                .setUnanswered(2)
                .addOtherPromptVersions("aware-0")
                .setOtherSubjects(7)
                .build());
  }

  @Test
  void
      givenAnInitialCheckpointsEvaluation_whenWrittenAsJson_thenZerosAreThereAndTheUndefinedIsNot() {
    EncodedRecord record = JSON.evaluation(RecordSamples.EVALUATION);
    assertThat(text(record.key())).isEqualTo("base\nTASK_OPEN_ENDED\n");
    assertThat(text(record.value()))
        .contains("\"wrong\":\"0\"")
        .contains("\"wrong_share\":{\"value\":0.0,\"low\":0.0,\"high\":0.0}")
        .doesNotContain("truthful_helpfulness", "over_refusal", "subject");
  }

  private static KnowledgeChange change(Question question, String measured) {
    return new KnowledgeChange(
        "q1",
        question,
        2,
        List.of(
            new CheckpointKnowledge(
                RecordSamples.INITIAL,
                question.task() == Task.MULTIPLE_CHOICE
                    ? RecordSamples.CHOSEN
                    : RecordSamples.UNKNOWN),
            new CheckpointKnowledge(RecordSamples.REHEARSAL, RecordSamples.KNOWN)),
        measured,
        5);
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void givenAMeasurement_whenWritten_thenItIsThatCheckpointsEntry(WireFormat format)
      throws Exception {
    EncodedRecord record =
        new RecordEncoder(format)
            .knowledge(change(RecordSamples.OPEN_ENDED, "base-r1"))
            .orElseThrow();
    assertThat(text(record.key())).isEqualTo("q1");
    assertThat(read(format, record.value(), KnowledgeRecord.getDefaultInstance()))
        .isEqualTo(
            KnowledgeRecord.newBuilder()
                .setQuestionId("q1")
                .setQuestionVersion(2)
                .setTask(dev.craftstream.v1.Task.TASK_OPEN_ENDED)
                .setCheckpointId("base-r1")
                .setRole(dev.craftstream.v1.Role.ROLE_REHEARSAL)
                .setCheckpointTime(3)
                .setModelTime(5)
                .setCorrectness(0.7)
                .setCertainty(0.5)
                .setCorrectnessRule(dev.craftstream.v1.CorrectnessRule.CORRECTNESS_RULE_SUBSTRING)
                .setCertaintyKind(
                    dev.craftstream.v1.CertaintyKind.CERTAINTY_KIND_EMBEDDING_SIMILARITY)
                .setSamples(10)
                .setCorrectSamples(7)
                .setRefusedSamples(2)
                .setPurpose(dev.craftstream.v1.Purpose.PURPOSE_TRAIN)
                .setFrequentCorrectAnswer("O'Neill")
                .setPromptVersion("open-1")
                .setSeed(42)
                .build());
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void givenAJudgeModel_whenWritten_thenEachRecordOfARuleNamesIt(WireFormat format)
      throws Exception {
    dev.craftstream.model.knowledge.JudgeModel judge =
        new dev.craftstream.model.knowledge.JudgeModel("judge", "7", "judge-1a2b3c4d");
    KnowledgeState judged =
        new KnowledgeState(
            0.7,
            0.5,
            CertaintyKind.EMBEDDING_SIMILARITY,
            0,
            0,
            10,
            7,
            2,
            "",
            42,
            "open-1",
            CorrectnessRule.JUDGE,
            judge);
    CheckpointKnowledge initial = new CheckpointKnowledge(RecordSamples.INITIAL, judged);
    JudgeModel written =
        JudgeModel.newBuilder()
            .setModelName("judge")
            .setModelVersion("7")
            .setPromptVersion("judge-1a2b3c4d")
            .build();
    byte[] knowledge =
        new RecordEncoder(format)
            .knowledge(
                new KnowledgeChange("q1", RecordSamples.OPEN_ENDED, 2, List.of(initial), "base", 5))
            .orElseThrow()
            .value();
    KnowledgeRecord record = read(format, knowledge, KnowledgeRecord.getDefaultInstance());
    assertThat(record.getJudge()).isEqualTo(written);
    assertThat(record.getCorrectnessRule())
        .isEqualTo(dev.craftstream.v1.CorrectnessRule.CORRECTNESS_RULE_JUDGE);

    Decision decision =
        new Decision(
            dev.craftstream.model.label.Label.ANSWER,
            null,
            Strategy.CRAFT,
            null,
            new Sureness(null, null, null),
            initial,
            null);
    assertThat(DatasetMessages.basis(decision, "train-1", 5).getJudge()).isEqualTo(written);

    Selection craft = RecordSamples.DATASET.selection();
    Selection selection =
        new Selection(
            craft.kind(),
            craft.task(),
            craft.strategy(),
            craft.thresholds(),
            craft.known(),
            1,
            1,
            craft.ties(),
            craft.shortage(),
            1,
            CorrectnessRule.JUDGE,
            0,
            judge);
    assertThat(selection.withSeed(8).judge()).isEqualTo(judge);
    Dataset dataset =
        new Dataset(
            "d",
            selection,
            RecordSamples.INITIAL,
            RecordSamples.REHEARSAL,
            "",
            "open-1",
            "train-1",
            0);
    CutOff.Bound bound = RecordSamples.upTo(0, 4, 8);
    byte[] manifest =
        new RecordEncoder(format)
            .datasetManifest(RecordSamples.manifest(dataset, "", bound, bound))
            .value();
    assertThat(read(format, manifest, DatasetManifest.getDefaultInstance()).getJudge())
        .isEqualTo(written);
  }

  @Test
  void givenFiguresThatAreZero_whenWrittenAsJson_thenThoseOfTheTaskAreThere() {
    assertThat(text(JSON.knowledge(change(RecordSamples.OPEN_ENDED, "base")).orElseThrow().value()))
        .contains(
            "\"correctness\":0.0",
            "\"samples\":10",
            "\"correct_samples\":0",
            "\"refused_samples\":4")
        .doesNotContain("target_probability");
    assertThat(
            text(
                JSON.knowledge(change(RecordSamples.CHOICE_TO_TRAIN, "base"))
                    .orElseThrow()
                    .value()))
        .contains("\"correctness\":0.0", "\"certainty\":-1.5", "\"target_probability\":0.0")
        .doesNotContain("samples");
  }

  @Test
  void givenAnEvaluation_whenWrittenAsJson_thenItIsOneSampleWithoutCertainty() {
    KnowledgeChange evaluated =
        new KnowledgeChange(
            "q2",
            RecordSamples.MULTIPLE_CHOICE,
            1,
            List.of(new CheckpointKnowledge(RecordSamples.INITIAL, RecordSamples.REFUSED)),
            "base",
            5);
    assertThat(text(JSON.knowledge(evaluated).orElseThrow().value()))
        .contains(
            "\"purpose\":\"PURPOSE_EVALUATE\"",
            "\"correctness\":0.0",
            "\"certainty_kind\":\"CERTAINTY_KIND_NONE\"",
            "\"samples\":1",
            "\"correct_samples\":0",
            "\"refused_samples\":1")
        .doesNotContain("target_probability");
  }

  @Test
  void givenAChangeThatIsNoMeasurement_whenWritten_thenThereIsNoRecord() {
    assertThat(JSON.knowledge(change(RecordSamples.OPEN_ENDED, ""))).isEmpty();
    assertThat(JSON.knowledge(change(RecordSamples.OPEN_ENDED, "retired meanwhile"))).isEmpty();
  }

  @Test
  void givenARemovedQuestion_whenWritten_thenItIsATombstone() {
    KnowledgeChange removed = new KnowledgeChange("q1", null, 2, List.of(), "", 5);
    assertThat(JSON.knowledge(removed)).get().extracting(EncodedRecord::value).isNull();
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void givenADeadLetter_whenWritten_thenItHasTheOriginalBytes(WireFormat format) throws Exception {
    byte[] key = {(byte) 0xFF, 0};
    byte[] value = {'{', (byte) 0xFE};
    DeadLetter deadLetter =
        new DeadLetter(
            DeadLetter.Reason.MALFORMED,
            "It doesn't parse.",
            new OriginalRecord(new Origin("questions", 0, 0), key, value),
            "",
            "");
    EncodedRecord record = new RecordEncoder(format).deadLetter(deadLetter);
    assertThat(record.key()).isEqualTo(key);
    var message = read(format, record.value(), dev.craftstream.v1.DeadLetter.getDefaultInstance());
    assertThat(message.getOriginalKey().toByteArray()).isEqualTo(key);
    assertThat(message.getOriginalValue().toByteArray()).isEqualTo(value);
    assertThat(message.getReason()).isEqualTo(dev.craftstream.v1.Reason.REASON_MALFORMED);
    if (format == WireFormat.JSON) {
      assertThat(text(record.value()))
          .contains("It doesn't parse.", "\"partition\":0", "\"offset\":\"0\"");
    }
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void givenNoKeyAndNoValue_whenWritten_thenADeadLetterTellsThemFromEmptyOnes(WireFormat format)
      throws Exception {
    var nothing = deadLetter(format, null, null);
    assertThat(nothing.getOriginalHasNoKey()).isTrue();
    assertThat(nothing.getOriginalHasNoValue()).isTrue();
    assertThat(nothing.getOriginalIsCut()).isFalse();
    var empty = deadLetter(format, new byte[0], new byte[0]);
    assertThat(empty.getOriginalHasNoKey()).isFalse();
    assertThat(empty.getOriginalHasNoValue()).isFalse();
  }

  private static dev.craftstream.v1.DeadLetter deadLetter(
      WireFormat format, byte[] key, byte[] value) throws Exception {
    DeadLetter letter =
        new DeadLetter(
            DeadLetter.Reason.INVALID,
            "It can't be used.",
            new OriginalRecord(RecordSamples.ORIGIN, key, value),
            "",
            "");
    return read(
        format,
        new RecordEncoder(format).deadLetter(letter).value(),
        dev.craftstream.v1.DeadLetter.getDefaultInstance());
  }

  @Test
  void givenAnUnusableAnswer_whenMadeADeadLetter_thenTheQuestionIsItsOriginal() {
    DeadLetter deadLetter =
        PROTOBUF.deadLetter(
            new UnusableAnswer(
                RecordSamples.OPEN_ENDED,
                RecordSamples.ORIGIN,
                "base",
                "No samples came.",
                new Cost(2, 0, 0, 0)));
    assertThat(deadLetter.reason()).isEqualTo(DeadLetter.Reason.UNUSABLE_ANSWER);
    assertThat(deadLetter.checkpointId()).isEqualTo("base");
    assertThat(deadLetter.cost()).isEqualTo(new Cost(2, 0, 0, 0));
    assertThat(
            new QuestionParser(WireFormat.PROTOBUF, RecordLimits.DEFAULT)
                .parse(deadLetter.original()))
        .isEqualTo(
            new Parsed.Event<>(
                new QuestionEvent("q1", RecordSamples.OPEN_ENDED, RecordSamples.ORIGIN)));
    assertThat(text(PROTOBUF.deadLetter(deadLetter).key())).isEqualTo("q1");
  }

  @Test
  void givenAnOriginalThatIsTooLargeForTheTopic_whenWritten_thenItsBeginningIsKept()
      throws Exception {
    DeadLetter deadLetter =
        new DeadLetter(
            DeadLetter.Reason.TOO_LARGE,
            "It is too large.",
            new OriginalRecord(RecordSamples.ORIGIN, new byte[100_000], new byte[20 << 20]),
            "",
            "");
    EncodedRecord record = JSON.deadLetter(deadLetter);
    assertThat(record.key().length + record.value().length).isLessThan(16 << 20);
    var message =
        read(WireFormat.JSON, record.value(), dev.craftstream.v1.DeadLetter.getDefaultInstance());
    assertThat(message.getOriginalValue().size()).isEqualTo(8 << 20);
    assertThat(message.getOriginalIsCut()).isTrue();
    assertThat(message.getExplanation())
        .isEqualTo(
            "It is too large. (Of the original's 100,000 bytes of key and 20,971,520 of value, the first 65,536 and 8,388,608 are kept here.)");
  }

  @Test
  void everyWordOfTheDomainHasItsWordInTheSchema() {
    for (dev.craftstream.model.dataset.DatasetKind kind :
        dev.craftstream.model.dataset.DatasetKind.values()) {
      assertThat(SchemaEnums.datasetKind(kind)).isNotNull();
    }
    for (Mark mark : Mark.values()) {
      assertThat(SchemaEnums.mark(mark)).isNotNull();
    }
    for (Ties ties : Ties.values()) {
      assertThat(SchemaEnums.ties(ties)).isNotNull();
    }
    for (Shortage shortage : Shortage.values()) {
      assertThat(SchemaEnums.shortage(shortage)).isNotNull();
    }
    for (Task task : Task.values()) {
      assertThat(SchemaEnums.task(task)).isNotNull();
    }
    for (Purpose purpose : Purpose.values()) {
      assertThat(SchemaEnums.purpose(purpose)).isNotNull();
    }
    for (Role role : Role.values()) {
      assertThat(SchemaEnums.role(role)).isNotNull();
    }
    for (Contract contract : Contract.values()) {
      assertThat(SchemaEnums.contract(contract)).isNotNull();
    }
    for (CertaintyKind kind : CertaintyKind.values()) {
      assertThat(SchemaEnums.certaintyKind(kind)).isNotNull();
    }
    for (Label label : Label.values()) {
      assertThat(SchemaEnums.label(label)).isNotNull();
    }
    for (DropReason reason : DropReason.values()) {
      assertThat(SchemaEnums.dropReason(reason)).isNotNull();
    }
    for (DeadLetter.Reason reason : DeadLetter.Reason.values()) {
      assertThat(SchemaEnums.reason(reason)).isNotNull();
    }
  }
}
