package dev.craftstream.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.craftstream.evaluation.Evaluations;
import dev.craftstream.evaluation.SubjectKey;
import dev.craftstream.model.Origin;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.JudgeModel;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.relabel.LastDecision;
import dev.craftstream.tracking.TrackedQuestion.Failed;
import dev.craftstream.tracking.TrackedQuestion.Measured;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.PojoTypeInfo;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateTypesTest {
  private static final String FIRST_FORMAT =
      "01126361706974616c2d6f662d6672616e63650000055768793f06506172697302065061"
          + "7269730e43697479206f6620506172697300096361706974616c73010565617379010a71"
          + "75657374696f6e7303959aef3a060301030a073fea8f5c28f5c28f065061726973000001"
          + "1f71fb04cb126f652d3373686f742d3161326233633464020f0a073fea8f5c28f5c28f00"
          + "00011f71fb04cb050f0a073fea8f5c28f5c28f0000011f71fb04cb";

  private static final String SECOND_FORMAT =
      "02126361706974616c2d6f662d6672616e63650000055768793f06506172697302065061"
          + "7269730e43697479206f6620506172697300096361706974616c73010565617379010a71"
          + "75657374696f6e7303959aef3a060301930a07023fea8f5c28f5c28f0650617269730000"
          + "011f71fb04cb126f652d3373686f742d3161326233633464029f0a07023fea8f5c28f5c2"
          + "8f0000011f71fb04cb059f0a07023fea8f5c28f5c28f0000011f71fb04cb";

  private static final String SECOND_FORMAT_LETTERS =
      "020467617301000757686963683f02420002027802790100010a7175657374696f6e7303"
          + "050201013500003fd00000000000003fc999999999999abfe66666666666660000000000"
          + "000000036d63";

  private static final String THIRD_FORMAT_LETTERS =
      "030467617301000757686963683f02420002027802790100010a7175657374696f6e7303"
          + "050201013500003fd00000000000003fc999999999999a3fb0000000000000bfe6666666"
          + "6666660000000000000000036d63";

  private static final String FOURTH_FORMAT_LETTERS =
      "040467617301000757686963683f02420002027802790100010a7175657374696f6e7303"
          + "05020001013500003fd00000000000003fc999999999999a3fb0000000000000bfe6666666"
          + "6666660000000000000000036d63";

  private static final String FOURTH_FORMAT =
      "04126361706974616c2d6f662d6672616e63650000055768793f06506172697302065061"
          + "7269730e43697479206f6620506172697300096361706974616c73010565617379010a71"
          + "75657374696f6e7303959aef3a06000301931407023fea8f5c28f5c28f0650617269730000"
          + "011f71fb04cb126f652d3373686f742d3161326233633464029f1407023fea8f5c28f5c2"
          + "8f0000011f71fb04cb059f1407023fea8f5c28f5c28f0000011f71fb04cb";

  @ParameterizedTest
  @ValueSource(
      classes = {
        QuestionCounts.KeyGroupCount.class,
        CheckpointCosts.TaskCosts.class,
        ModelCheckpoint.class,
        ModelCheckpointEvent.class,
        LastDecision.class,
        SubjectKey.class,
        Evaluations.Counted.class,
        Evaluations.TaskCounts.class
      })
  void stateIsAPojoWithoutKryoSoThatItsFieldsMayGrow(Class<?> type) {
    TypeInformation<?> information = TypeInformation.of(type);
    assertThat(information).isInstanceOf(PojoTypeInfo.class);
    SerializerConfigImpl strict = new SerializerConfigImpl();
    strict.setGenericTypes(false);
    assertThat(information.createSerializer(strict)).isNotNull();
  }

  @Test
  void aQuestionUnderThreeCheckpointsTakesAtMost325Bytes() throws Exception {
    TrackedQuestion question = openEnded("x".repeat(150));
    byte[] bytes = written(question);
    assertThat(read(bytes)).isEqualTo(question);
    assertThat(bytes.length).isLessThanOrEqualTo(325);
  }

  @Test
  void everyKindOfQuestionAndMeasurementComesBackAsItWas() throws Exception {
    KnowledgeState choice =
        new KnowledgeState(
            0.25,
            -0.7,
            CertaintyKind.NORMALIZED_OPTION_ENTROPY,
            0.2,
            0.05,
            0,
            0,
            0,
            "",
            0,
            "mc",
            CorrectnessRule.SUBSTRING);
    KnowledgeState notTheShare =
        new KnowledgeState(
            1.0 / 3,
            -0.1,
            CertaintyKind.SEMANTIC_ENTROPY,
            0,
            0,
            10,
            3,
            7,
            "a",
            -1L,
            "oe",
            CorrectnessRule.WORDS);
    KnowledgeState chosen =
        new KnowledgeState(
            0.4,
            -0.5,
            CertaintyKind.CHOSEN_OPTION_ENTROPY,
            0.4,
            0,
            10,
            4,
            1,
            "",
            9,
            "mc-sampled",
            CorrectnessRule.CHOSEN_OPTION);
    KnowledgeState refused =
        new KnowledgeState(
            0, 0, CertaintyKind.NONE, 0, 0, 1, 0, 1, "", 5, "oe-train", CorrectnessRule.SUBSTRING);
    TrackedQuestion question =
        new TrackedQuestion(
            new Question(
                "é".repeat(256),
                Task.MULTIPLE_CHOICE,
                Purpose.EVALUATE,
                "\uD83E\uDD14 ".repeat(20_000),
                "C",
                List.of(),
                List.of("a", "b", ""),
                "",
                List.of()),
            2_000_000,
            new Origin("", 1023, Long.MAX_VALUE),
            List.of(
                new Measured(1, choice),
                new Measured(1, chosen),
                new Measured(2, null),
                new Measured(3_000_000_000L, notTheShare),
                new Measured(3_000_000_001L, choice),
                new Measured(3_000_000_002L, refused)),
            TrackedQuestion.NEVER,
            new Failed(3_000_000_003L, 300));
    assertThat(read(written(question))).isEqualTo(question);
  }

  @Test
  void whoJudgedComesBackAndIsWrittenOnceWhereItStaysTheSame() throws Exception {
    JudgeModel judge = new JudgeModel("judge", "7", "judge-1a2b3c4d");
    TrackedQuestion once = judged(judge);
    TrackedQuestion twice = judged(judge, judge);
    assertThat(read(written(once))).isEqualTo(once);
    assertThat(read(written(twice))).isEqualTo(twice);
    TrackedQuestion changed = judged(judge, new JudgeModel("judge", "", "judge-1a2b3c4d"), judge);
    assertThat(read(written(changed))).isEqualTo(changed);
    assertThat(written(judged(judge, judge, judge)).length - written(twice).length)
        .isEqualTo(written(twice).length - written(once).length)
        .isLessThan(32);
  }

  /** Under as many checkpoints as there are judges. */
  private static TrackedQuestion judged(JudgeModel... judges) {
    TrackedQuestion question = openEnded("Why?");
    KnowledgeState plain = question.measured().get(0).state();
    List<Measured> measured = new ArrayList<>();
    for (JudgeModel judge : judges) {
      KnowledgeState state =
          new KnowledgeState(
              plain.correctness(),
              plain.certainty(),
              plain.certaintyKind(),
              0,
              0,
              plain.samples(),
              plain.correctSamples(),
              0,
              plain.frequentCorrectAnswer(),
              plain.seed(),
              plain.promptVersion(),
              CorrectnessRule.JUDGE,
              judge);
      measured.add(new Measured(measured.size() + 1, state));
    }
    return new TrackedQuestion(
        question.question(), 1, question.origin(), List.copyOf(measured), 5, Failed.NONE);
  }

  @Test
  void stateOfTheFirstFormatStaysReadableWithThePapersKindOfCertainty() throws Exception {
    assertThat(read(HexFormat.of().parseHex(FIRST_FORMAT))).isEqualTo(openEnded("Why?"));
  }

  @Test
  void evaluationsOfTheFirstFormatWereAskedAnotherWayAndAreAskedAnew() throws Exception {
    byte[] bytes = HexFormat.of().parseHex(FIRST_FORMAT);
    int purpose = bytes[1] + 2;
    assertThat(bytes[purpose]).isZero();
    bytes[purpose] = 1;
    TrackedQuestion read = read(bytes);
    assertThat(read.question().purpose()).isEqualTo(Purpose.EVALUATE);
    assertThat(read.measured()).isEmpty();
    assertThat(read.reconciledAt()).isEqualTo(openEnded("Why?").reconciledAt());
  }

  @Test
  void stateOfTheSecondFormatStaysReadable() throws Exception {
    assertThat(read(HexFormat.of().parseHex(SECOND_FORMAT))).isEqualTo(openEnded("Why?", 2));
    assertThat(read(HexFormat.of().parseHex(SECOND_FORMAT_LETTERS))).isEqualTo(letters(0));
  }

  @Test
  void stateOfTheThirdFormatStaysReadable() throws Exception {
    assertThat(read(HexFormat.of().parseHex("03" + SECOND_FORMAT.substring(2))))
        .isEqualTo(openEnded("Why?", 2));
    assertThat(read(HexFormat.of().parseHex(THIRD_FORMAT_LETTERS))).isEqualTo(letters(0.0625));
  }

  @Test
  void stateOfTheFourthFormatStaysReadable() throws Exception {
    assertThat(HexFormat.of().formatHex(written(openEnded("Why?", 2))))
        .as("a change of the format needs a new number")
        .isEqualTo(FOURTH_FORMAT);
    assertThat(HexFormat.of().formatHex(written(letters(0.0625)))).isEqualTo(FOURTH_FORMAT_LETTERS);
    assertThat(read(HexFormat.of().parseHex(FOURTH_FORMAT_LETTERS))).isEqualTo(letters(0.0625));
    assertThat(read(HexFormat.of().parseHex(FOURTH_FORMAT))).isEqualTo(openEnded("Why?", 2));
  }

  @Test
  void stateOfALaterFormatIsRefusedWithASentence() {
    byte[] later = HexFormat.of().parseHex("05" + FIRST_FORMAT.substring(2));
    assertThatThrownBy(() -> read(later))
        .hasMessageContaining("has format 5; this version of the job reads formats up to 4.");
  }

  private static TrackedQuestion letters(double unseen) {
    KnowledgeState state =
        new KnowledgeState(
            0.25,
            -0.7,
            CertaintyKind.OPTION_ENTROPY,
            0.2,
            unseen,
            0,
            0,
            0,
            "",
            0,
            "mc",
            CorrectnessRule.LETTER_PROBABILITIES);
    return new TrackedQuestion(
        new Question(
            "gas",
            Task.MULTIPLE_CHOICE,
            Purpose.TRAIN,
            "Which?",
            "B",
            List.of(),
            List.of("x", "y"),
            "",
            List.of()),
        1,
        new Origin("questions", 3, 5),
        List.of(new Measured(1, state)),
        1,
        Failed.NONE);
  }

  private static TrackedQuestion openEnded(String text) {
    return openEnded(text, 0);
  }

  private static TrackedQuestion openEnded(String text, int refused) {
    KnowledgeState state =
        new KnowledgeState(
            0.7,
            0.83,
            CertaintyKind.EMBEDDING_SIMILARITY,
            0,
            0,
            10,
            7,
            refused,
            "Paris",
            1234567890123L,
            "oe-3shot-1a2b3c4d",
            CorrectnessRule.SUBSTRING);
    return new TrackedQuestion(
        new Question(
            "capital-of-france",
            Task.OPEN_ENDED,
            Purpose.TRAIN,
            text,
            "Paris",
            List.of("Paris", "City of Paris"),
            List.of(),
            "capitals",
            List.of("easy")),
        1,
        new Origin("questions", 3, 123_456_789L),
        List.of(new Measured(1, state), new Measured(2, state), new Measured(5, state)),
        5,
        Failed.NONE);
  }

  private static byte[] written(TrackedQuestion question) throws Exception {
    DataOutputSerializer out = new DataOutputSerializer(512);
    TrackedQuestionSerializer.INSTANCE.serialize(question, out);
    return out.getCopyOfBuffer();
  }

  private static TrackedQuestion read(byte[] bytes) throws Exception {
    return TrackedQuestionSerializer.INSTANCE.deserialize(new DataInputDeserializer(bytes));
  }
}
