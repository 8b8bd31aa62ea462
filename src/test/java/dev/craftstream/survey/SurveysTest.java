package dev.craftstream.survey;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingLong;
import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.method.BestRanks;
import dev.craftstream.method.Candidacy;
import dev.craftstream.method.CutOffs;
import dev.craftstream.method.Rank;
import dev.craftstream.model.Origin;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.dataset.CutOff.Bound;
import dev.craftstream.model.dataset.Dataset;
import dev.craftstream.model.dataset.DatasetKind;
import dev.craftstream.model.dataset.Selection;
import dev.craftstream.model.dataset.Shortage;
import dev.craftstream.model.dataset.Ties;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.label.RehearsalThresholds;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Thresholds;
import dev.craftstream.model.message.Candidate;
import dev.craftstream.model.message.Directive;
import dev.craftstream.model.message.EvaluationReport;
import dev.craftstream.model.message.EvaluationReport.Cell;
import dev.craftstream.model.message.Survey;
import dev.craftstream.model.message.SurveyReport;
import dev.craftstream.model.message.SurveyReport.Ranks;
import dev.craftstream.tracking.KnowledgeTracker;
import dev.craftstream.tracking.ScriptedQuery.Ask;
import dev.craftstream.tracking.TrackerHarness;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Surveys that come with a checkpoint, which are kept up to date while it is measured. */
class SurveysTest {
  private static final ModelCheckpointEvent INITIAL =
      TrackerHarness.announce(1, "initial", Role.INITIAL, "");
  private static final ModelCheckpointEvent REHEARSAL =
      TrackerHarness.announce(2, "rehearsal", Role.REHEARSAL, "initial");
  private static final ModelCheckpointEvent SECOND_REHEARSAL =
      TrackerHarness.announce(3, "rehearsal-2", Role.REHEARSAL, "initial");
  private static final ModelCheckpointEvent TUNED =
      TrackerHarness.announce(4, "tuned", Role.TUNED, "initial");

  /** They hold model time back until the test answers them. */
  private static final List<String> HOLDERS = List.of("holder-train", "holder-evaluate");

  // ---------------------------------------------------------------- against a look at everything

  /** What a survey found, however its reports were divided. */
  private record Found(
      Map<String, Long> questions,
      Map<String, Bound> bounds,
      Map<String, TreeSet<String>> taken,
      Map<String, Long> evaluation) {}

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void theyFindWhatALookThroughAllQuestionsFinds(int block) throws Exception {
    long evaluated = 0;
    for (int seed = 100 * block; seed < 100 * block + 40; seed++) {
      Random random = new Random(seed);
      try (TrackerHarness tracker = tracker()) {
        for (String id : HOLDERS) {
          tracker.ask(question(id, random));
        }
        for (int i = 0; i < 30; i++) {
          act(tracker, random);
        }
        for (Directive directive : plan(random)) {
          tracker.direct(directive);
          if (directive.survey().modelTime() == 2) {
            tracker.direct(Directive.of(SECOND_REHEARSAL));
          }
          for (int i = 0; i < 60; i++) {
            act(tracker, random);
          }
          answerAllBut(tracker, HOLDERS, random);
          take(tracker, directive.survey());
          answerAllBut(tracker, List.of(), random);
          Found found = take(tracker, directive.survey());

          Survey survey = directive.survey();
          tracker.direct(
              Directive.of(
                  new Survey(
                      "again-" + survey.id(),
                      survey.modelTime(),
                      survey.datasets(),
                      survey.evaluated(),
                      survey.base())));
          tracker.mails();
          assertThat(found)
              .as("seed %d, %s", seed, survey.id())
              .usingRecursiveComparison()
              .isEqualTo(take(tracker, survey));
          evaluated += found.evaluation.values().stream().mapToLong(Long::longValue).sum();
        }
      }
    }
    assertThat(evaluated).as("there is something to compare").isGreaterThan(500);
  }

  private static List<Directive> plan(Random random) {
    Survey ofInitial =
        new Survey(
            "of-initial",
            1,
            List.of(dataset(null, random)),
            INITIAL.announced(),
            INITIAL.announced());
    Survey ofRehearsal =
        new Survey(
            "of-rehearsal",
            2,
            List.of(dataset(Strategy.CRAFT, random), dataset(Strategy.COR_RAIT, random)),
            null,
            null);
    Survey ofTuned = new Survey("of-tuned", 4, List.of(), TUNED.announced(), INITIAL.announced());
    return List.of(
        Directive.of(INITIAL, ofInitial),
        Directive.of(REHEARSAL, ofRehearsal),
        Directive.of(TUNED, ofTuned));
  }

  /** Something that may happen at any time. */
  private static void act(TrackerHarness tracker, Random random) throws Exception {
    String id = "q" + random.nextInt(25);
    switch (random.nextInt(8)) {
      case 0 -> tracker.remove(id);
      case 1, 2 -> tracker.ask(question(id, random));
      case 3 ->
          tracker.retry(List.of(INITIAL, REHEARSAL, SECOND_REHEARSAL).get(random.nextInt(3)), id);
      default -> {
        List<Ask> open =
            tracker.server.open().stream()
                .filter(ask -> !HOLDERS.contains(ask.question().id()))
                .toList();
        if (!open.isEmpty()) {
          answer(open.get(random.nextInt(open.size())), random);
        }
      }
    }
    tracker.mails();
  }

  private static void answerAllBut(TrackerHarness tracker, List<String> ids, Random random)
      throws Exception {
    while (true) {
      List<Ask> open =
          tracker.server.open().stream().filter(ask -> !ids.contains(ask.question().id())).toList();
      if (open.isEmpty()) {
        return;
      }
      for (Ask ask : open) {
        answer(ask, random);
      }
      tracker.mails();
    }
  }

  /** Few values, so that many tie; one in six can't be used. */
  private static void answer(Ask ask, Random random) {
    if (random.nextInt(6) == 0) {
      ask.answer().completeExceptionally(new UnusableAnswerException("It makes no sense."));
    } else {
      ask.answer(knows(random.nextInt(3) / 2.0, random.nextInt(4) / 3.0, random.nextInt(2)));
    }
  }

  private static Found take(TrackerHarness tracker, Survey survey) {
    List<SurveyReport> reports = tracker.takeSideOutput(KnowledgeTracker.SURVEYED);
    List<Candidate> candidates =
        tracker.takeSideOutput(KnowledgeTracker.CANDIDATES).stream()
            .filter(Candidate::base)
            .toList();
    Found found = new Found(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    for (Dataset dataset : survey.datasets()) {
      List<SurveyReport> its =
          reports.stream().filter(r -> r.dataset().id().equals(dataset.id())).toList();
      found.questions.put(dataset.id(), its.stream().mapToLong(SurveyReport::questions).sum());
      for (Label label : List.of(Label.ANSWER, Label.REFUSAL)) {
        String what = dataset.id() + " " + label;
        Bound bound =
            bound(
                dataset, label, its, label == Label.ANSWER ? r -> r.answers() : r -> r.refusals());
        // How many were offered is nobody's business.
        found.bounds.put(
            what,
            new Bound(
                bound.candidates(),
                bound.unsure(),
                0,
                bound.taken(),
                bound.all(),
                bound.score(),
                bound.hash(),
                bound.drawnAgain(),
                bound.extraCopies()));
        found.taken.put(what, taken(dataset, label, bound, candidates));
      }
    }
    tracker.takeSideOutput(KnowledgeTracker.EVALUATED).stream()
        .map(EvaluationReport::cells)
        .flatMap(List::stream)
        .collect(groupingBy(SurveysTest::name, summingLong(Cell::questions)))
        .forEach(found.evaluation::put);
    return found;
  }

  private static String name(Cell cell) {
    return cell.subject() + " " + cell.verdict() + " " + cell.baseVerdict();
  }

  private static Bound bound(
      Dataset dataset, Label label, List<SurveyReport> reports, Function<SurveyReport, Ranks> of) {
    List<Rank> ranks = new ArrayList<>();
    long candidates = 0;
    long unsure = 0;
    for (SurveyReport report : reports) {
      Ranks its = of.apply(report);
      candidates += its.candidates();
      unsure += its.unsure();
      for (int i = 0; i < its.scores().length; i++) {
        ranks.add(new Rank(its.scores()[i], its.hashes()[i]));
      }
    }
    return bound(dataset, label, candidates, unsure, ranks);
  }

  private static Bound bound(
      Dataset dataset, Label label, long candidates, long unsure, List<Rank> offered) {
    BestRanks best = new BestRanks(dataset.selection().wanted(label), Ties.EXACT);
    offered.forEach(best::offer);
    return CutOffs.bound(
        dataset.selection(),
        dataset.id(),
        label,
        candidates,
        unsure,
        offered.size(),
        best,
        best.tied());
  }

  private static TreeSet<String> taken(
      Dataset dataset, Label label, Bound bound, List<Candidate> candidates) {
    TreeSet<String> taken = new TreeSet<>();
    for (Candidate candidate : candidates) {
      if (candidate.datasetIds().contains(dataset.id())) {
        Candidacy candidacy = Candidacy.of(dataset, candidate.change()).orElseThrow();
        if (candidacy.label() == label
            && bound.takes(candidacy.rank().score(), candidacy.rank().hash())) {
          taken.add(candidate.questionId());
        }
      }
    }
    return taken;
  }

  // ---------------------------------------------------------------- changes under way

  /** In several key groups, so that the survey comes to some of them late. */
  @ParameterizedTest
  @ValueSource(strings = {"late-0", "late-1", "late-2", "late-3", "late-4", "late-5", "late-6"})
  void whatIsMeasuredWhileASurveyIsUnderWayIsOfferedOnce_beforeItOrAfterIt(String late)
      throws Exception {
    TreeSet<Boolean> kinds = new TreeSet<>();
    for (int mails = 0; mails < 60; mails++) {
      try (TrackerHarness tracker = tracker()) {
        for (int i = 0; i < 20; i++) {
          tracker.ask(TrackerHarness.question("q" + i, "What is " + i + "?"));
        }
        Survey survey =
            new Survey("survey", 2, List.of(dataset(Strategy.CRAFT, 5, 0, Ties.EXACT)), null, null);
        tracker.checkpoint(INITIAL);
        tracker.answerAll(1);
        tracker.direct(Directive.of(REHEARSAL, survey));
        tracker.mails();
        tracker.ask(late);
        tracker.server.open(late + "@initial").answer(knows(1, 1, 0));
        tracker.mails();
        tracker.server.open().stream()
            .filter(ask -> !ask.question().id().equals(late))
            .forEach(ask -> ask.answer(1));
        for (int i = 0; i < mails; i++) {
          tracker.mail();
        }
        tracker.answer(late + "@rehearsal", 1);

        List<Candidate> offers =
            tracker.sideOutput(KnowledgeTracker.CANDIDATES).stream()
                .filter(candidate -> candidate.questionId().equals(late))
                .filter(candidate -> !candidate.datasetIds().isEmpty())
                .toList();
        assertThat(offers).as("after %d mails", mails).hasSize(1);
        kinds.add(offers.get(0).base());
      }
    }
    assertThat(kinds).as("it is put to the test").containsExactly(false, true);
  }

  /**
   * The best that a survey has still to come to are removed or changed under its hands, so that
   * others have to take their places, which may lie in key groups that it is through with. Where it
   * chooses all at one moment (exact counts, ahead), it offers what it has chosen, as it was.
   */
  @ParameterizedTest
  @EnumSource(Ties.class)
  void theBestAreChosenWhateverBecomesOfThemWhileASurveyIsUnderWay(Ties ties) throws Exception {
    int changedMeanwhile = 0;
    int failures = 0;
    for (int seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      Dataset dataset = dataset(Strategy.CRAFT, 1 + random.nextInt(6), random.nextInt(4), ties);
      Survey survey = new Survey("survey", 2, List.of(dataset), null, null);
      Map<String, Candidacy> passed = new HashMap<>();
      List<SurveyReport> reports = new ArrayList<>();
      List<Candidate> candidates = new ArrayList<>();
      Set<String> changed = new HashSet<>();
      TrackerHarness tracker = tracker();
      try {
        for (int i = 0; i < 40; i++) {
          tracker.ask("q" + i);
        }
        tracker.checkpoint(INITIAL);
        tracker.server.open().forEach(ask -> answerWell(ask, random));
        tracker.mails();
        tracker.direct(Directive.of(REHEARSAL, survey));
        tracker.mails();
        tracker.server.open().forEach(ask -> answerWell(ask, random));
        Map<String, KnowledgeChange> open = new HashMap<>();
        while (tracker.mail()) {
          if (!hasBegun(reports)) {
            tracker.changes().forEach(change -> open.put(change.questionId(), change));
          }
          reports.addAll(tracker.takeSideOutput(KnowledgeTracker.SURVEYED));
          candidates.addAll(tracker.takeSideOutput(KnowledgeTracker.CANDIDATES));
          pass(tracker, open, dataset, passed);
          if (!hasBegun(reports)) {
            continue;
          }
          if (random.nextInt(6) == 0) {
            OperatorSubtaskState state = tracker.snapshot();
            reports.addAll(tracker.takeSideOutput(KnowledgeTracker.SURVEYED));
            candidates.addAll(tracker.takeSideOutput(KnowledgeTracker.CANDIDATES));
            pass(tracker, open, dataset, passed);
            tracker.close();
            tracker = TrackerHarness.restore(new HashMapStateBackend(), 1_000, 1, 1, 0, state);
            failures++;
          }
          for (int i = random.nextInt(4); i > 0; i--) {
            Optional<String> found = bestLeft(dataset, open, passed, candidates, changed);
            if (found.isEmpty()) {
              break;
            }
            String best = found.get();
            changed.add(best);
            open.remove(best);
            tracker.send(
                new QuestionEvent(
                    best,
                    random.nextBoolean() ? null : TrackerHarness.question(best, "What else?"),
                    new Origin("questions", 0, 0)));
            reports.addAll(tracker.takeSideOutput(KnowledgeTracker.SURVEYED));
            candidates.addAll(tracker.takeSideOutput(KnowledgeTracker.CANDIDATES));
            pass(tracker, open, dataset, passed);
            changedMeanwhile++;
          }
        }
        reports.addAll(tracker.takeSideOutput(KnowledgeTracker.SURVEYED));
        candidates.addAll(tracker.takeSideOutput(KnowledgeTracker.CANDIDATES));
        pass(tracker, open, dataset, passed);
      } finally {
        tracker.close();
      }
      candidates.removeIf(candidate -> !candidate.base());
      for (Label label : List.of(Label.ANSWER, Label.REFUSAL)) {
        List<Candidacy> its = passed.values().stream().filter(c -> c.label() == label).toList();
        Bound expected =
            bound(dataset, label, its.size(), 0, its.stream().map(Candidacy::rank).toList());
        Bound bound =
            bound(
                dataset,
                label,
                reports,
                label == Label.ANSWER ? r -> r.answers() : r -> r.refusals());
        assertThat(taken(dataset, label, bound, candidates))
            .as("seed %d, %s", seed, label)
            .containsExactlyInAnyOrderElementsOf(
                its.stream()
                    .filter(c -> expected.takes(c.rank().score(), c.rank().hash()))
                    .map(Candidacy::questionId)
                    .toList());
      }
    }
    assertThat(changedMeanwhile).as("it is put to the test").isGreaterThan(200);
    assertThat(failures).as("failures among it").isGreaterThan(50);
  }

  /**
   * The best question that the survey has still to come to. Where it has chosen all at once, the
   * best that it has still to offer: that one is offered as it was.
   */
  private static Optional<String> bestLeft(
      Dataset dataset,
      Map<String, KnowledgeChange> open,
      Map<String, Candidacy> passed,
      List<Candidate> candidates,
      Set<String> changed) {
    if (!open.isEmpty()) {
      return open.values().stream()
          .min(
              Comparator.comparing(
                  change -> Candidacy.of(dataset, change).map(Candidacy::rank).orElse(LAST)))
          .map(KnowledgeChange::questionId);
    }
    Set<String> done = new HashSet<>(changed);
    candidates.forEach(candidate -> done.add(candidate.questionId()));
    return passed.values().stream()
        .filter(candidacy -> !done.contains(candidacy.questionId()))
        .min(Comparator.comparing(Candidacy::rank))
        .map(Candidacy::questionId);
  }

  private static final Rank LAST = new Rank(Double.MAX_VALUE, Long.MAX_VALUE);

  private static boolean hasBegun(List<SurveyReport> reports) {
    return !reports.isEmpty();
  }

  /** Takes what the survey has looked at. */
  private static void pass(
      TrackerHarness tracker,
      Map<String, KnowledgeChange> open,
      Dataset dataset,
      Map<String, Candidacy> passed) {
    open.values()
        .removeIf(
            change -> {
              boolean through = !tracker.isAhead("survey", change.questionId());
              if (through) {
                Candidacy.of(dataset, change)
                    .ifPresent(candidacy -> passed.put(change.questionId(), candidacy));
              }
              return through;
            });
  }

  private static void answerWell(Ask ask, Random random) {
    ask.answer(knows(random.nextInt(3) / 2.0, random.nextInt(12) / 11.0, 0));
  }

  // ---------------------------------------------------------------- slices

  /** What comes with an announcement is chosen ahead; what is requested looks at all questions. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aKeyGroupOfAnySizeIsLookedThroughInSlices_whichGoOnAfterAFailure(boolean ahead)
      throws Exception {
    int most = 10;
    List<String> ids =
        IntStream.iterate(0, i -> i + 1)
            .mapToObj(i -> "q" + i)
            .filter(
                id ->
                    KeyGroupRangeAssignment.assignToKeyGroup(id, TrackerHarness.MAX_PARALLELISM)
                        == 5)
            .limit(200)
            .toList();
    Survey survey =
        new Survey(
            "survey", 2, List.of(dataset(Strategy.COR_RAIT, 120, 0, Ties.EXACT)), null, null);
    List<Candidate> candidates = new ArrayList<>();
    List<SurveyReport> reports = new ArrayList<>();
    TrackerHarness tracker =
        TrackerHarness.restore(new EmbeddedRocksDBStateBackend(), 1_000, most, 1, 0, null);
    try {
      tracker.ask(ids.toArray(String[]::new));
      tracker.checkpoint(INITIAL);
      tracker.answerAll(1);
      tracker.direct(ahead ? Directive.of(REHEARSAL, survey) : Directive.of(REHEARSAL));
      tracker.mails();
      tracker.server.open().forEach(ask -> ask.answer(1));
      if (!ahead) {
        tracker.mails();
        tracker.direct(Directive.of(survey));
      }
      int slices = 0;
      while (tracker.mail()) {
        List<Candidate> slice = tracker.takeSideOutput(KnowledgeTracker.CANDIDATES);
        assertThat(slice).hasSizeLessThanOrEqualTo(most);
        candidates.addAll(slice);
        reports.addAll(tracker.takeSideOutput(KnowledgeTracker.SURVEYED));
        slices += slice.isEmpty() ? 0 : 1;
        if (slices % 3 == 1) {
          OperatorSubtaskState state = tracker.snapshot();
          assertThat(tracker.takeSideOutput(KnowledgeTracker.CANDIDATES))
              .as("what comes out before a barrier")
              .isEmpty();
          assertThat(tracker.takeSideOutput(KnowledgeTracker.SURVEYED)).isEmpty();
          if (slices == 4) {
            slices++;
            tracker.close();
            tracker =
                TrackerHarness.restore(new EmbeddedRocksDBStateBackend(), 1_000, most, 1, 0, state);
          }
        }
        if (slices == 8) {
          tracker.setUnread(9);
          assertThat(tracker.takeSideOutput(KnowledgeTracker.CANDIDATES))
              .as("while the stages behind do not keep up")
              .isEmpty();
          tracker.setUnread(0);
          candidates.addAll(tracker.takeSideOutput(KnowledgeTracker.CANDIDATES));
          reports.addAll(tracker.takeSideOutput(KnowledgeTracker.SURVEYED));
          slices++;
        }
      }
      candidates.addAll(tracker.takeSideOutput(KnowledgeTracker.CANDIDATES));
      reports.addAll(tracker.takeSideOutput(KnowledgeTracker.SURVEYED));
    } finally {
      tracker.close();
    }
    assertThat(candidates).extracting(Candidate::questionId).doesNotHaveDuplicates();
    assertThat(candidates).hasSizeBetween(120, 200).allMatch(Candidate::base);
    assertThat(reports.stream().mapToInt(SurveyReport::keyGroups).sum())
        .isEqualTo(TrackerHarness.MAX_PARALLELISM);
    assertThat(reports.stream().mapToLong(SurveyReport::questions).sum()).isEqualTo(200);
    assertThat(reports.stream().mapToLong(r -> r.answers().candidates()).sum()).isEqualTo(200);
    assertThat(reports.stream().mapToInt(r -> r.answers().hashes().length).sum())
        .isEqualTo(candidates.size());
  }

  // ---------------------------------------------------------------- what is asked

  /** Looks at one question between two mails. */
  private static TrackerHarness tracker() throws Exception {
    return TrackerHarness.restore(new HashMapStateBackend(), 1_000, 1, 1, 0, null);
  }

  private static Question question(String id, Random random) {
    boolean evaluate =
        id.equals("holder-evaluate") || (!HOLDERS.contains(id) && random.nextBoolean());
    return new Question(
        id,
        Task.OPEN_ENDED,
        evaluate ? Purpose.EVALUATE : Purpose.TRAIN,
        id + " v" + random.nextInt(2),
        "gold",
        List.of(),
        List.of(),
        "subject " + random.nextInt(2),
        List.of());
  }

  private static KnowledgeState knows(double correctness, double certainty, int refused) {
    return new KnowledgeState(
        correctness,
        certainty,
        CertaintyKind.EMBEDDING_SIMILARITY,
        0,
        0,
        10,
        (int) (10 * correctness),
        refused,
        "gold",
        1,
        "v1",
        CorrectnessRule.SUBSTRING);
  }

  /** A training dataset, or a rehearsal set where {@code strategy} is null. */
  private static Dataset dataset(Strategy strategy, Random random) {
    return dataset(
        strategy,
        1 + random.nextInt(6),
        strategy == null ? 0 : random.nextInt(4),
        Ties.values()[random.nextInt(Ties.values().length)]);
  }

  private static Dataset dataset(Strategy strategy, int answers, int refusals, Ties ties) {
    Selection selection =
        new Selection(
            strategy == null ? DatasetKind.REHEARSAL : DatasetKind.TRAINING,
            Task.OPEN_ENDED,
            strategy,
            Thresholds.PAPER,
            new RehearsalThresholds(0.5, 0.3, 0.5),
            answers,
            refusals,
            ties,
            Shortage.SHORT,
            7,
            CorrectnessRule.SUBSTRING,
            0);
    return new Dataset(
        Objects.toString(strategy, "rehearsal"),
        selection,
        INITIAL.announced(),
        strategy == null ? null : REHEARSAL.announced(),
        "",
        "k",
        "t",
        0);
  }
}
