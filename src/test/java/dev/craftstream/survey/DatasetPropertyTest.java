package dev.craftstream.survey;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.method.Seeds;
import dev.craftstream.model.Origin;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.dataset.DatasetManifest;
import dev.craftstream.model.dataset.DatasetRecord;
import dev.craftstream.model.dataset.DatasetRecord.Mark;
import dev.craftstream.model.dataset.Selection;
import dev.craftstream.model.dataset.Shortage;
import dev.craftstream.model.dataset.Ties;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.label.RehearsalThresholds;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Thresholds;
import dev.craftstream.prompt.KnowledgePrompt;
import dev.craftstream.prompt.TrainingPrompt;
import dev.craftstream.survey.DatasetSettings.Counts;
import dev.craftstream.survey.DatasetSettings.RehearsalSets;
import dev.craftstream.tracking.TrackerHarness;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The job's datasets against the rule itself, over random populations with ties and shortages, any
 * order of arrival, any parallelism from 1 to 4 and failures in between.
 */
class DatasetPropertyTest {
  private static final DatasetTexts TEXTS =
      new DatasetTexts(TrainingPrompt.standard(), KnowledgePrompt.standard());
  private static final int RUNS = 36;

  // ---------------------------------------------------------------- the rule

  /** A question, what the two checkpoints know of it, and whether its tags leave it out. */
  private record Known(
      String id, KnowledgeState initial, KnowledgeState rehearsal, boolean leftOut) {}

  /** The probability that the chance is at most .49, by how many of 10 were right; from SciPy. */
  private static final double[] UNKNOWN = {
    0.99939288,
    0.99297650,
    0.96215268,
    0.87330756,
    0.70258555,
    0.47294773,
    0.25231530,
    0.10090089,
    0.02816260,
    0.00486733,
    0.00039098
  };

  private static boolean isCandidate(Selection s, Label label, Known q) {
    return isCandidateOfAnySureness(s, label, q) && isSure(s, label, q);
  }

  private static boolean isSure(Selection s, Label label, Known q) {
    int correct = q.initial.correctSamples();
    return s.strategy() == null
        || s.strategy() == Strategy.VAN_TUNING
        // From .51 on is the mirror image.
        || UNKNOWN[label == Label.REFUSAL ? correct : 10 - correct] >= s.surenessFrom();
  }

  private static boolean isCandidateOfAnySureness(Selection s, Label label, Known q) {
    if (q.leftOut) {
      return false;
    }
    double c = q.initial.correctness();
    double flow = q.rehearsal.correctness() - c;
    if (s.strategy() == null) {
      return label == Label.ANSWER && c >= 0.9 && q.initial.certainty() >= 0.4;
    }
    if (label == Label.ANSWER) {
      return s.strategy() == Strategy.VAN_TUNING || c >= 0.51;
    }
    return s.strategy() != Strategy.VAN_TUNING
        && c <= 0.49
        && (s.strategy().ordinal() < 3 || flow < -1e-9);
  }

  private static double score(Selection s, Label label, Known q) {
    boolean certain = s.strategy() == Strategy.CRAFT || s.strategy() == Strategy.CORCER_RAIT;
    return !certain ? 0 : label == Label.ANSWER ? -q.initial.certainty() : q.initial.certainty();
  }

  private static List<String> rule(Selection s, Label label, List<Known> population) {
    int n = s.wanted(label);
    List<Known> candidates =
        population.stream()
            .filter(q -> isCandidate(s, label, q))
            .sorted(
                Comparator.<Known>comparingDouble(q -> score(s, label, q))
                    .thenComparing(q -> Seeds.order(s.seed(), q.id), Long::compareUnsigned))
            .toList();
    if (s.shortage() == Shortage.FAIL && candidates.size() < n) {
      return null;
    }
    boolean all = n >= candidates.size() || n == 0;
    boolean keepsTies = s.ties() == Ties.KEEP_ALL && s.ordersByCertainty() && !all;
    double last = all ? 0 : score(s, label, candidates.get(n - 1));
    return candidates.stream()
        .limit(keepsTies ? candidates.size() : n)
        .filter(q -> !keepsTies || score(s, label, q) <= last)
        .map(Known::id)
        .toList();
  }

  // ---------------------------------------------------------------- the population

  /** What a question's text makes a checkpoint know; few values, so that many tie. */
  private static KnowledgeState knows(Question question, String checkpointId) {
    Random random = new Random(Objects.hash(question.text(), checkpointId));
    int correct = random.nextInt(11);
    double certainty = random.nextInt(6) / 5.0;
    return new KnowledgeState(
        correct / 10.0,
        certainty,
        CertaintyKind.EMBEDDING_SIMILARITY,
        0,
        0,
        10,
        correct,
        0,
        correct > 0 ? "gold" : "",
        1,
        "v1",
        CorrectnessRule.SUBSTRING);
  }

  private static Question question(String id, int version) {
    return new Question(
        id,
        Task.OPEN_ENDED,
        Purpose.TRAIN,
        id + " v" + version,
        "gold",
        List.of(),
        List.of(),
        "",
        List.of());
  }

  private static QuestionEvent event(String id, Question question) {
    return new QuestionEvent(id, question, new Origin("questions", 0, 0));
  }

  private static Known known(Question q) {
    return new Known(
        q.id(), knows(q, "initial"), knows(q, "rehearsal"), q.tags().contains("craft:duplicate"));
  }

  private static DatasetSettings settings(Random random) {
    Shortage shortage = Shortage.values()[random.nextInt(3)];
    Ties ties = Ties.values()[random.nextInt(2)];
    return new DatasetSettings(
        List.of(Strategy.values()),
        Thresholds.PAPER,
        new Counts(
            random.nextInt(40),
            random.nextInt(25),
            ties,
            shortage,
            List.of(0.0, 0.8, 0.9, 0.99).get(random.nextInt(4))),
        new Counts(5, 5, Ties.EXACT, Shortage.SHORT),
        random.nextLong(),
        new RehearsalSets(
            new RehearsalThresholds(0.9, 0.4, 0.9), random.nextInt(12), 5, random.nextLong()),
        DatasetSettings.Rules.PAPER);
  }

  // ---------------------------------------------------------------- the property

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void datasetsAreWhatTheRuleTakes_whateverFailsAndHoweverTheyArrive(int block) throws Exception {
    for (int i = 0; i < RUNS / 6; i++) {
      long seed = block * 1_000L + i;
      try {
        compare(seed);
      } catch (AssertionError | Exception e) {
        throw new AssertionError("Run of seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void whatComesInTheMiddleIsInThemByTheStoredCutOff_andNothingElse(int block) throws Exception {
    for (int i = 0; i < RUNS / 12; i++) {
      long seed = block * 1_000L + 500 + i;
      try {
        compareWithArrivals(seed);
      } catch (AssertionError | Exception e) {
        throw new AssertionError("Run of seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }

  private static void compare(long seed) throws Exception {
    Random random = new Random(seed);
    DatasetSettings settings = settings(random);
    try (DatasetSimulation job =
        new DatasetSimulation(
            seed, settings, TEXTS, ask -> knows(ask.question(), ask.checkpoint().id()))) {
      Map<String, Question> population = new TreeMap<>();
      send(job, random, population, random.nextInt(150));
      job.run(true);
      Map<String, Question> base = new TreeMap<>(population);
      job.send(TrackerHarness.announce(1, "initial", Role.INITIAL, ""));
      job.send(TrackerHarness.announce(2, "rehearsal", Role.REHEARSAL, "initial"));
      job.run(true);

      List<Known> known = base.values().stream().map(DatasetPropertyTest::known).toList();
      for (DatasetManifest manifest : job.manifests()) {
        compareBase(manifest, known, job.records());
      }
      assertThat(job.manifests()).hasSize(2 * 6);

      send(job, random, population, random.nextInt(60));
      job.run(true);
      for (DatasetManifest manifest : job.manifests()) {
        compareNow(manifest, population, job.records());
      }

      int records = job.records().size();
      job.passTime(DatasetSimulation.LIVE_FOR.plusSeconds(1));
      job.run(true);
      // A failure may have set the simulation's clock back.
      job.passTime(DatasetSimulation.LIVE_FOR.plusSeconds(1));
      job.run(false);
      assertThat(job.keysInState()).as("state of what is over").isEmpty();
      assertThat(job.records()).hasSize(records);
    }
  }

  /** Questions come, change and go while the checkpoints are measured and looked through. */
  private static void compareWithArrivals(long seed) throws Exception {
    Random random = new Random(seed);
    try (DatasetSimulation job =
        new DatasetSimulation(
            seed, settings(random), TEXTS, ask -> knows(ask.question(), ask.checkpoint().id()))) {
      Map<String, Question> population = new TreeMap<>();
      send(job, random, population, random.nextInt(150));
      job.send(TrackerHarness.announce(1, "initial", Role.INITIAL, ""));
      send(job, random, population, random.nextInt(60));
      job.send(TrackerHarness.announce(2, "rehearsal", Role.REHEARSAL, "initial"));
      send(job, random, population, random.nextInt(60));
      job.run(true);
      assertThat(job.manifests()).hasSize(2 * 6);
      for (DatasetManifest manifest : job.manifests()) {
        compareNow(manifest, population, job.records());
      }
    }
  }

  /** New questions, other contents, other tags and removals. */
  private static void send(
      DatasetSimulation job, Random random, Map<String, Question> population, int events) {
    for (int i = 0; i < events; i++) {
      String id = "q" + random.nextInt(200);
      if (population.containsKey(id) && random.nextInt(3) == 0) {
        population.remove(id);
        job.send(event(id, null));
      } else {
        // Some have other tags alone, which decide whether they are left out.
        Question question =
            population.containsKey(id) && random.nextInt(3) == 0
                ? population.get(id)
                : question(id, random.nextInt(1_000));
        question =
            question.withTags(random.nextInt(5) == 0 ? List.of("craft:duplicate") : List.of());
        population.put(id, question);
        job.send(event(id, question));
      }
    }
  }

  private static void compareBase(
      DatasetManifest manifest, List<Known> population, List<DatasetRecord> all) {
    Selection selection = manifest.cutOff().dataset().selection();
    String id = manifest.cutOff().dataset().id();
    List<DatasetRecord> records = all.stream().filter(r -> r.datasetId().equals(id)).toList();
    assertThat(records).allMatch(record -> record.mark() == Mark.BASE);
    for (Label label : List.of(Label.ANSWER, Label.REFUSAL)) {
      List<Known> anySureness =
          selection.task() == Task.MULTIPLE_CHOICE
              ? List.of()
              : population.stream()
                  .filter(q -> isCandidateOfAnySureness(selection, label, q))
                  .toList();
      long sure = anySureness.stream().filter(q -> isSure(selection, label, q)).count();
      assertThat(manifest.cutOff().of(label).candidates()).as(id).isEqualTo(sure);
      assertThat(manifest.cutOff().of(label).unsure()).as(id).isEqualTo(anySureness.size() - sure);
    }
    List<String> answers = rule(selection, Label.ANSWER, population);
    List<String> refusals = rule(selection, Label.REFUSAL, population);
    boolean empty =
        population.isEmpty()
            || selection.task() == Task.MULTIPLE_CHOICE
            || selection.shortage() == Shortage.DRAW_AGAIN
                && ((answers.isEmpty() && selection.wanted(Label.ANSWER) > 0)
                    || (refusals.isEmpty() && selection.wanted(Label.REFUSAL) > 0));
    if (answers == null || refusals == null || empty) {
      assertThat(manifest.complete()).as(id).isFalse();
      assertThat(records).isEmpty();
      return;
    }
    assertThat(manifest.complete()).as(id).isTrue();
    assertThat(ids(records, Label.ANSWER)).as(id).containsExactlyInAnyOrderElementsOf(answers);
    assertThat(ids(records, Label.REFUSAL)).as(id).containsExactlyInAnyOrderElementsOf(refusals);
    assertThat(manifest.answerRecords()).isEqualTo(copies(records, Label.ANSWER));
    assertThat(manifest.refusalRecords()).isEqualTo(copies(records, Label.REFUSAL));
    if (selection.shortage() == Shortage.DRAW_AGAIN) {
      assertThat(manifest.answerRecords()).isGreaterThanOrEqualTo(selection.wanted(Label.ANSWER));
      assertThat(manifest.refusalRecords()).isGreaterThanOrEqualTo(selection.wanted(Label.REFUSAL));
    }
  }

  private static List<String> ids(List<DatasetRecord> records, Label label) {
    return records.stream()
        .filter(record -> record.decision().label() == label)
        .map(DatasetRecord::questionId)
        .toList();
  }

  private static long copies(List<DatasetRecord> records, Label label) {
    return records.stream()
        .filter(record -> record.decision().label() == label)
        .mapToInt(DatasetRecord::copies)
        .sum();
  }

  /** With all later changes applied: whoever passes the stored cut-off, and nobody else. */
  private static void compareNow(
      DatasetManifest manifest, Map<String, Question> population, List<DatasetRecord> all) {
    String id = manifest.cutOff().dataset().id();
    TreeSet<String> expected = new TreeSet<>();
    for (Question question : population.values()) {
      for (Label label : List.of(Label.ANSWER, Label.REFUSAL)) {
        Known known = known(question);
        Selection selection = manifest.cutOff().dataset().selection();
        if (manifest.complete()
            && isCandidate(selection, label, known)
            && manifest
                .cutOff()
                .of(label)
                .takes(
                    score(selection, label, known), Seeds.order(selection.seed(), question.id()))) {
          expected.add(question.id() + " " + label + " " + TEXTS.training().prompt(question));
        }
      }
    }
    TreeSet<String> found = new TreeSet<>();
    all.stream()
        .filter(record -> record.datasetId().equals(id))
        .collect(groupingBy(DatasetRecord::questionId))
        .forEach(
            (question, records) -> {
              List<Integer> revisions = records.stream().map(DatasetRecord::revision).toList();
              assertThat(revisions)
                  .as("revisions of %s in %s", question, id)
                  .isEqualTo(IntStream.rangeClosed(1, records.size()).boxed().toList());
              DatasetRecord last = records.get(records.size() - 1);
              if (last.mark() != Mark.REMOVED) {
                found.add(
                    question
                        + " "
                        + last.decision().label()
                        + " "
                        + TEXTS.training().prompt(population.get(question)));
              }
            });
    assertThat(found).as(id).isEqualTo(expected);
  }
}
