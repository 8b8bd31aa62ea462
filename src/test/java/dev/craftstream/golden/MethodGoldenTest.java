package dev.craftstream.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.craftstream.golden.GoldenCases.Expected;
import dev.craftstream.golden.GoldenCases.Measured;
import dev.craftstream.golden.GoldenCases.MultipleChoiceCase;
import dev.craftstream.golden.GoldenCases.OpenEndedCase;
import dev.craftstream.golden.GoldenCases.Outcome;
import dev.craftstream.golden.GoldenCases.Sample;
import dev.craftstream.method.CertaintyMeasures;
import dev.craftstream.method.KnowledgeMeasurement;
import dev.craftstream.method.Relabelling;
import dev.craftstream.method.judging.Judge;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Thresholds;
import dev.craftstream.prompt.KnowledgePrompt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The method's figures and candidates, on every golden question. */
@Tag("golden")
class MethodGoldenTest {

  @Nested
  class OnTheProjectsOwnSet extends EveryQuestion {
    OnTheProjectsOwnSet() {
      super(Optional.of(GoldenCases.own()));
    }
  }

  @Nested
  class OnTheSharedSet extends EveryQuestion {
    OnTheSharedSet() {
      super(GoldenCases.shared());
    }
  }

  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract static class EveryQuestion {
    private static final double TOLERANCE = 1e-6;

    private final Optional<GoldenCases> found;

    EveryQuestion(Optional<GoldenCases> found) {
      this.found = found;
    }

    @Test
    void isMeasuredAsExpectedWhenOpenEnded() {
      Expected expected = cases().openEndedExpected();
      assertThat(cases().openEnded())
          .hasSameSizeAs(expected.measured().keySet())
          .allSatisfy(
              one ->
                  assertMeasured(
                      one.question(),
                      in64Bits(one.question(), one.initial()),
                      in64Bits(one.question(), one.rehearsal()),
                      expected));
    }

    @Test
    void isMeasuredAsExpectedFromEmbeddingsIn32Bits() {
      Expected expected = cases().openEndedExpected();
      assertThat(cases().openEnded())
          .allSatisfy(
              one ->
                  assertMeasured(
                      one.question(),
                      in32Bits(one.question(), one.initial()),
                      in32Bits(one.question(), one.rehearsal()),
                      expected));
    }

    @Test
    void isMeasuredAsExpectedWhenMultipleChoice() {
      Expected expected = cases().multipleChoiceExpected();
      assertThat(cases().multipleChoice())
          .hasSameSizeAs(expected.measured().keySet())
          .allSatisfy(
              one -> {
                KnowledgeState initial = measure(one.question(), one.initial());
                assertMeasured(
                    one.question(), initial, measure(one.question(), one.rehearsal()), expected);
                assertThat(initial.targetProbability())
                    .isEqualTo(expected.measured().get(one.question().id()).rawTargetProbability());
              });
    }

    @Test
    void becomesTheCandidateThatItShallWhenOpenEnded() {
      Map<String, Pair> measured = new LinkedHashMap<>();
      for (OpenEndedCase one : cases().openEnded()) {
        measured.put(
            one.question().id(),
            new Pair(
                in64Bits(one.question(), one.initial()),
                in64Bits(one.question(), one.rehearsal())));
      }
      assertCandidates(
          Task.OPEN_ENDED,
          measured,
          cases().openEndedExpected(),
          Set.of(Strategy.COR_RAIT, Strategy.CORCER_RAIT, Strategy.CRAFT));
    }

    @Test
    void becomesTheCandidateThatItShallWhenMultipleChoice() {
      Map<String, Pair> measured = new LinkedHashMap<>();
      for (MultipleChoiceCase one : cases().multipleChoice()) {
        measured.put(
            one.question().id(),
            new Pair(
                measure(one.question(), one.initial()), measure(one.question(), one.rehearsal())));
      }
      assertCandidates(
          Task.MULTIPLE_CHOICE,
          measured,
          cases().multipleChoiceExpected(),
          Set.of(Strategy.CORCER_RAIT, Strategy.CRAFT));
    }

    private GoldenCases cases() {
      assumeTrue(found.isPresent(), GoldenCases::whyNoShared);
      return found.get();
    }

    private static void assertMeasured(
        Question question, KnowledgeState initial, KnowledgeState rehearsal, Expected expected) {
      Measured figures = expected.measured().get(question.id());
      assertThat(initial.correctness())
          .as("correctness of %s", question.id())
          .isCloseTo(figures.correctness(), within(TOLERANCE));
      assertThat(initial.certainty())
          .as("certainty of %s", question.id())
          .isCloseTo(figures.certainty(), within(TOLERANCE));
      assertThat(rehearsal.correctness())
          .as("correctness of %s under REHEARSAL", question.id())
          .isCloseTo(figures.rehearsalCorrectness(), within(TOLERANCE));
    }

    private static void assertCandidates(
        Task task, Map<String, Pair> measured, Expected expected, Set<Strategy> covered) {
      assertThat(expected.strategies().keySet()).containsAll(covered);
      expected
          .strategies()
          .forEach((strategy, outcome) -> assertCandidates(task, strategy, measured, outcome));
      // What differs only in how candidates are taken has the same candidates.
      assertCandidates(
          task, Strategy.COR_RAIT, measured, expected.strategies().get(Strategy.CORCER_RAIT));
      assertCandidates(
          task,
          Strategy.CRAFT_WITHOUT_CERTAINTY,
          measured,
          expected.strategies().get(Strategy.CRAFT));
    }

    private static void assertCandidates(
        Task task, Strategy strategy, Map<String, Pair> measured, Outcome expected) {
      Map<Label, Set<String>> labelled =
          measured.entrySet().stream()
              .collect(
                  Collectors.groupingBy(
                      entry -> label(task, strategy, entry.getValue()),
                      Collectors.mapping(Map.Entry::getKey, Collectors.toSet())));
      assertThat(labelled.get(Label.ANSWER))
          .as("ANSWER candidates of %s", strategy)
          .isEqualTo(expected.answerCandidates());
      assertThat(labelled.get(Label.REFUSAL))
          .as("REFUSAL candidates of %s", strategy)
          .isEqualTo(expected.refusalCandidates());
    }

    private static Label label(Task task, Strategy strategy, Pair pair) {
      return Relabelling.label(task, strategy, Thresholds.PAPER, pair.initial(), pair.rehearsal())
          .label();
    }

    private static KnowledgeState in64Bits(Question question, List<Sample> samples) {
      return measure(question, samples, GoldenCases.embeddings(samples));
    }

    private static KnowledgeState measure(
        Question question, List<Sample> samples, double[][] embeddings) {
      return KnowledgeMeasurement.openEnded(
          question,
          GoldenCases.texts(samples),
          embeddings,
          KnowledgePrompt.INSTRUCTION,
          0,
          "",
          CertaintyMeasures.PAPER,
          Judge.PAPER);
    }

    private static KnowledgeState in32Bits(Question question, List<Sample> samples) {
      double[][] embeddings = GoldenCases.embeddings(samples);
      for (double[] embedding : embeddings) {
        for (int d = 0; d < embedding.length; d++) {
          embedding[d] = (float) embedding[d];
        }
      }
      return measure(question, samples, embeddings);
    }

    private static KnowledgeState measure(Question question, List<Double> probabilities) {
      return KnowledgeMeasurement.multipleChoice(
          question, GoldenCases.numbers(probabilities), 0, "", CertaintyMeasures.PAPER);
    }

    private record Pair(KnowledgeState initial, KnowledgeState rehearsal) {}
  }
}
