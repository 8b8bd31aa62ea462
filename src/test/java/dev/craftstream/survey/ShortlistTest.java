package dev.craftstream.survey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.method.Candidacy;
import dev.craftstream.method.Rank;
import dev.craftstream.model.Cost;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.dataset.Dataset;
import dev.craftstream.model.dataset.DatasetKind;
import dev.craftstream.model.dataset.Selection;
import dev.craftstream.model.dataset.Shortage;
import dev.craftstream.model.dataset.Ties;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CheckpointKnowledge;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.label.RehearsalThresholds;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Thresholds;
import dev.craftstream.model.message.Candidate;
import dev.craftstream.model.message.EvaluationReport;
import dev.craftstream.model.message.Survey;
import dev.craftstream.model.message.SurveyReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against the plain reading of its promise: all questions kept, sorted anew each time. */
class ShortlistTest {
  private static final int SPARE = 3;
  private static final Serving SERVING = new Serving("model", "1", Contract.CRAFT, "", "", "");
  private static final ModelCheckpoint INITIAL =
      new ModelCheckpoint("initial", 1, Role.INITIAL, "", SERVING);
  private static final ModelCheckpoint REHEARSAL =
      new ModelCheckpoint("rehearsal", 2, Role.REHEARSAL, "initial", SERVING);

  @ParameterizedTest
  @EnumSource(Ties.class)
  void holdsTheBestOfEachLabelWhereverItIsReliable(Ties ties) {
    int reliable = 0;
    int unreliable = 0;
    for (int seed = 0; seed < 400; seed++) {
      Random random = new Random(seed);
      // Of correctness 0, .5 and 1, the middle one is too unsure for the second.
      double sureness = random.nextBoolean() ? 0 : 0.9;
      Dataset dataset =
          dataset(strategy(random), 1 + random.nextInt(6), random.nextInt(4), ties, sureness);
      Survey survey = new Survey("survey", 2, List.of(dataset), null, null);
      Shortlist shortlist = new Shortlist(survey, SPARE);
      Map<String, KnowledgeChange> all = new HashMap<>();
      for (int step = 0; step < 80; step++) {
        String id = "q" + random.nextInt(40);
        KnowledgeChange before = all.remove(id);
        if (before != null) {
          shortlist.forget(before, true);
        } else {
          KnowledgeChange measured = measured(id, random);
          shortlist.asked(measured, 2);
          all.put(id, measured);
        }
        assertThat(counts(shortlist)).isEqualTo(counts(all, dataset));
        if (shortlist.isReliable()) {
          reliable++;
          TreeSet<String> best = new TreeSet<>(best(all, dataset, Label.ANSWER, ties));
          best.addAll(best(all, dataset, Label.REFUSAL, ties));
          assertThat(shortlist.best().keySet()).as("seed %d, step %d", seed, step).isEqualTo(best);
        } else {
          unreliable++;
        }
      }
    }
    assertThat(reliable).isGreaterThan(15_000);
    assertThat(unreliable).as("it is put to the test").isGreaterThan(50);
  }

  @Test
  void countsWhatWasGivenUpAmongTheQuestionsOnly() {
    Dataset dataset = dataset(Strategy.CRAFT, 2, 2, Ties.EXACT);
    Shortlist shortlist =
        new Shortlist(new Survey("survey", 2, List.of(dataset), null, null), SPARE);
    KnowledgeChange givenUp =
        new KnowledgeChange("q", question("q"), 1, List.of(known(INITIAL, 1, 0.5)), "", 2);

    shortlist.asked(givenUp, 2);
    assertThat(counts(shortlist)).isEqualTo(new Counts(1, 0, 0, 0));

    shortlist.forget(givenUp, true);
    assertThat(counts(shortlist)).isEqualTo(new Counts(0, 0, 0, 0));
  }

  @Test
  void doesNotServeDatasetsThatWouldNotFit() {
    Dataset small = dataset(Strategy.CRAFT, 8_000, 2_000, Ties.EXACT);
    Dataset large = dataset(Strategy.CRAFT, 1_000_000, 0, Ties.EXACT);

    assertThat(Shortlist.serves(new Survey("s", 2, List.of(small), null, null))).isTrue();
    assertThat(Shortlist.serves(new Survey("s", 2, List.of(small, large), null, null))).isFalse();
  }

  private static List<String> best(
      Map<String, KnowledgeChange> all, Dataset dataset, Label label, Ties ties) {
    List<Candidacy> candidates =
        new ArrayList<>(
            all.values().stream()
                .flatMap(change -> Candidacy.of(dataset, change).stream())
                .filter(candidacy -> candidacy.label() == label)
                .sorted((a, b) -> a.rank().compareTo(b.rank()))
                .toList());
    int wanted = dataset.selection().wanted(label);
    if (candidates.size() > wanted) {
      Rank last = wanted == 0 ? null : candidates.get(wanted - 1).rank();
      boolean keepsTies = dataset.selection().tiesAtCutOff() == Ties.KEEP_ALL;
      candidates.removeIf(
          candidacy ->
              last == null
                  || (keepsTies
                      ? candidacy.score() > last.score()
                      : candidacy.rank().compareTo(last) > 0));
    }
    return candidates.stream().map(Candidacy::questionId).collect(Collectors.toList());
  }

  /** What there is of a dataset: questions that were asked, candidates, and what is too unsure. */
  private record Counts(long questions, long answers, long refusals, long unsure) {}

  private static Counts counts(Shortlist shortlist) {
    List<SurveyReport> reports = new ArrayList<>();
    shortlist.report(
        new SurveyOutput() {
          @Override
          public void offer(Candidate candidate) {
            throw new AssertionError(candidate);
          }

          @Override
          public void report(SurveyReport report) {
            reports.add(report);
          }

          @Override
          public void report(EvaluationReport report) {
            throw new AssertionError(report);
          }
        },
        8,
        8,
        2,
        checkpoint -> Cost.NONE);
    SurveyReport report = reports.get(0);
    return new Counts(
        report.questions(),
        report.answers().candidates(),
        report.refusals().candidates(),
        report.answers().unsure() + report.refusals().unsure());
  }

  private static Counts counts(Map<String, KnowledgeChange> all, Dataset dataset) {
    Map<Label, Long> byLabel =
        all.values().stream()
            .flatMap(change -> Candidacy.of(dataset, change).stream())
            .collect(Collectors.groupingBy(Candidacy::label, Collectors.counting()));
    return new Counts(
        all.size(),
        byLabel.getOrDefault(Label.ANSWER, 0L),
        byLabel.getOrDefault(Label.REFUSAL, 0L),
        all.values().stream()
            .flatMap(change -> Candidacy.sureOrNot(dataset, change).stream())
            .filter(candidacy -> !candidacy.isSure())
            .count());
  }

  private static Strategy strategy(Random random) {
    return Strategy.values()[random.nextInt(Strategy.values().length)];
  }

  private static Dataset dataset(Strategy strategy, int answers, int refusals, Ties ties) {
    return dataset(strategy, answers, refusals, ties, 0);
  }

  private static Dataset dataset(
      Strategy strategy, int answers, int refusals, Ties ties, double sureness) {
    Thresholds half = new Thresholds(0.5, 0.4, 0.5, 0.5);
    Selection selection =
        new Selection(
            DatasetKind.TRAINING,
            Task.OPEN_ENDED,
            strategy,
            sureness > 0 ? half : Thresholds.PAPER,
            RehearsalThresholds.PAPER,
            answers,
            refusals,
            ties,
            Shortage.SHORT,
            7,
            CorrectnessRule.SUBSTRING,
            sureness);
    return new Dataset("dataset", selection, INITIAL, REHEARSAL, "", "k", "t", 0);
  }

  /** With few certainties, so that many are equal. */
  private static KnowledgeChange measured(String id, Random random) {
    return new KnowledgeChange(
        id,
        question(id),
        1,
        List.of(
            known(INITIAL, random.nextInt(3) / 2.0, random.nextInt(5) / 4.0),
            known(REHEARSAL, random.nextInt(3) / 2.0, 0.5)),
        "rehearsal",
        2);
  }

  private static CheckpointKnowledge known(
      ModelCheckpoint checkpoint, double correctness, double certainty) {
    return new CheckpointKnowledge(
        checkpoint,
        new KnowledgeState(
            correctness,
            certainty,
            CertaintyKind.EMBEDDING_SIMILARITY,
            0,
            0,
            10,
            (int) (10 * correctness),
            0,
            "gold",
            1,
            "v1",
            CorrectnessRule.SUBSTRING));
  }

  private static Question question(String id) {
    return new Question(
        id, Task.OPEN_ENDED, Purpose.TRAIN, "Which?", "gold", List.of(), List.of(), "", List.of());
  }
}
