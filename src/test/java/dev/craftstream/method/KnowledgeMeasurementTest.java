package dev.craftstream.method;

import static dev.craftstream.method.TestQuestions.multipleChoice;
import static dev.craftstream.method.TestQuestions.openEnded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.craftstream.method.judging.Judge;
import dev.craftstream.model.Question;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.knowledge.Verdict;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class KnowledgeMeasurementTest {
  private static final String INSTRUCTION = "Answer shortly.";

  @Test
  void anOpenEndedStateHoldsAllThatItsFiguresRestOn() {
    double[][] embeddings = {{1, 0}, {1, 0}, {1, 0}, {0, 1}};
    KnowledgeState state =
        KnowledgeMeasurement.openEnded(
            openEnded("Paris"),
            List.of("Paris", "It is Paris", "I don't know", "Rome"),
            embeddings,
            INSTRUCTION,
            42,
            "oe-3shot-1",
            CertaintyMeasures.PAPER,
            Judge.PAPER);
    assertThat(state)
        .isEqualTo(
            new KnowledgeState(
                0.5,
                0.5,
                CertaintyKind.EMBEDDING_SIMILARITY,
                0,
                0,
                4,
                2,
                1,
                "Paris",
                42,
                "oe-3shot-1",
                CorrectnessRule.SUBSTRING));
  }

  @Test
  void aMultipleChoiceStateHoldsTheTargetsRawProbability() {
    KnowledgeState state =
        KnowledgeMeasurement.multipleChoice(
            multipleChoice("B", "one", "two"),
            new double[] {0.0, 0.5},
            0.125,
            "mc-5shot-1",
            CertaintyMeasures.PAPER);
    assertThat(state)
        .isEqualTo(
            new KnowledgeState(
                1.0,
                Math.rint(0.5 * Math.log(0.5) * 1e12) / 1e12,
                CertaintyKind.OPTION_ENTROPY,
                0.5,
                0.125,
                0,
                0,
                0,
                "",
                0,
                "mc-5shot-1",
                CorrectnessRule.LETTER_PROBABILITIES));
  }

  @Test
  void anEvaluationIsOfOneAnswerAndHasNoCertainty() {
    assertThat(
            KnowledgeMeasurement.evaluation(
                openEnded("Paris"), "Paris.", "Pass", 7, "oe-1", Judge.PAPER))
        .isEqualTo(
            new KnowledgeState(
                1, 0, CertaintyKind.NONE, 0, 0, 1, 1, 0, "", 7, "oe-1", CorrectnessRule.SUBSTRING))
        .returns(Verdict.CORRECT, KnowledgeState::verdict);
    assertThat(
            KnowledgeMeasurement.evaluation(
                openEnded("Paris"), "Rome", "Pass", 7, "oe-1", Judge.PAPER))
        .isEqualTo(
            new KnowledgeState(
                0, 0, CertaintyKind.NONE, 0, 0, 1, 0, 0, "", 7, "oe-1", CorrectnessRule.SUBSTRING))
        .returns(Verdict.WRONG, KnowledgeState::verdict);
    assertThat(
            KnowledgeMeasurement.evaluation(
                openEnded("Paris"), "Pass", "Pass", 7, "oe-1", Judge.PAPER))
        .isEqualTo(
            new KnowledgeState(
                0, 0, CertaintyKind.NONE, 0, 0, 1, 0, 1, "", 7, "oe-1", CorrectnessRule.SUBSTRING))
        .returns(Verdict.REFUSED, KnowledgeState::verdict);
  }

  @Test
  void sampledChoicesAreCountedWithThoseThatChooseNone() {
    KnowledgeState state =
        KnowledgeMeasurement.sampledChoice(
            multipleChoice("B", "one", "two"),
            List.of(
                "B", "(b) two", "A", "I don't know.", "", "Hm?\n\nWhich?\nA. x\nB. y\nAnswer: B"),
            7,
            "mc",
            Judge.PAPER);
    assertThat(state)
        .isEqualTo(
            new KnowledgeState(
                2 / 6.0,
                OptionEntropy.ofChoices(2, 1, 3),
                CertaintyKind.CHOSEN_OPTION_ENTROPY,
                2 / 6.0,
                0,
                6,
                2,
                1,
                "",
                7,
                "mc",
                CorrectnessRule.CHOSEN_OPTION));
  }

  @Test
  void theKindOfCertaintyIsAsAskedAndWrittenDown() {
    CertaintyMeasures measures =
        new CertaintyMeasures(
            CertaintyKind.SEMANTIC_ENTROPY, CertaintyKind.NORMALIZED_OPTION_ENTROPY, 0.9);
    KnowledgeState sampled =
        KnowledgeMeasurement.openEnded(
            openEnded("Paris"),
            List.of("Paris", "Rome"),
            new double[][] {{1, 0}, {0, 1}},
            INSTRUCTION,
            1,
            "",
            measures,
            Judge.PAPER);
    assertThat(sampled.certaintyKind()).isEqualTo(CertaintyKind.SEMANTIC_ENTROPY);
    assertThat(sampled.certainty()).isEqualTo(-Math.log(2), within(1e-12));
    KnowledgeState weighed =
        KnowledgeMeasurement.multipleChoice(
            multipleChoice("B", "one", "two"), new double[] {0.2, 0.2}, 0, "", measures);
    assertThat(weighed.certaintyKind()).isEqualTo(CertaintyKind.NORMALIZED_OPTION_ENTROPY);
    assertThat(weighed.certainty()).isEqualTo(-Math.log(2), within(1e-12));
  }

  @Test
  void theMostFrequentCorrectSampleIsNotTheMostFrequentSample() {
    assertThat(
            frequent(openEnded("Paris"), "Rome", "Rome", "Rome", "Paris", "It is Paris", "Paris"))
        .isEqualTo("Paris");
  }

  @Test
  void ofEquallyFrequentCorrectSamplesTheFirstDrawnIsTaken() {
    assertThat(frequent(openEnded("Paris"), "Rome", "It is Paris", "Paris", "Paris", "It is Paris"))
        .isEqualTo("It is Paris");
  }

  @Test
  void thereIsNoMostFrequentCorrectSampleWhereNoneIsCorrect() {
    assertThat(frequent(openEnded("Paris"), "Rome", "I don't know")).isEmpty();
  }

  @Test
  void samplesAreTrimmedBeforeTheyAreJudgedAndCounted() {
    Question question = openEnded("Paris");
    assertThat(
            frequent(question, "Lutetia is Paris", " Paris\n" + INSTRUCTION + " Rome", "Paris\n\n"))
        .isEqualTo("Paris");
    assertThat(measure(question, "Rome\n" + INSTRUCTION + " Paris", "Rome").correctness()).isZero();
  }

  @Test
  void anAnswerThatDoesNotFitItsQuestionIsRefusedWithASentence() {
    assertThatThrownBy(
            () ->
                KnowledgeMeasurement.openEnded(
                    openEnded("a"),
                    List.of("a", "b"),
                    new double[3][2],
                    INSTRUCTION,
                    0,
                    "",
                    CertaintyMeasures.PAPER,
                    Judge.PAPER))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The answer has 2 samples, but 3 embeddings.");
    assertThatThrownBy(
            () ->
                KnowledgeMeasurement.multipleChoice(
                    multipleChoice("A", "one", "two"),
                    new double[] {0.1, 0.1, 0.1},
                    0,
                    "",
                    CertaintyMeasures.PAPER))
        .hasMessage("The question has 2 options, but the answer has 3 probabilities.");
    assertThatThrownBy(
            () ->
                KnowledgeMeasurement.multipleChoice(
                    openEnded("a"), new double[0], 0, "", CertaintyMeasures.PAPER))
        .hasMessageContaining("OPEN_ENDED and not MULTIPLE_CHOICE");
  }

  private static String frequent(Question question, String... samples) {
    return measure(question, samples).frequentCorrectAnswer();
  }

  private static KnowledgeState measure(Question question, String... samples) {
    double[][] embeddings = new double[samples.length][];
    Arrays.fill(embeddings, new double[] {1, 0});
    return KnowledgeMeasurement.openEnded(
        question,
        List.of(samples),
        embeddings,
        INSTRUCTION,
        0,
        "",
        CertaintyMeasures.PAPER,
        Judge.PAPER);
  }
}
