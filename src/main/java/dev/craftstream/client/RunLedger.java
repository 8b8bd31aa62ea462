package dev.craftstream.client;

import dev.craftstream.client.report.ChosenDataset;
import dev.craftstream.client.report.CuratedQuestion;
import dev.craftstream.client.report.CuratedQuestion.Curation;
import dev.craftstream.client.report.CuratedQuestion.Knowledge;
import dev.craftstream.client.report.EvaluatedCheckpoint;
import dev.craftstream.client.report.RunData.Failure;
import dev.craftstream.client.report.RunData.Failures;
import dev.craftstream.model.DropReason;
import dev.craftstream.model.Label;
import dev.craftstream.model.ModelCheckpoint;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Role;
import dev.craftstream.model.Strategy;
import dev.craftstream.model.Task;
import dev.craftstream.v1.ClassCount;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Estimate;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Mark;
import dev.craftstream.v1.Reason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What a run's output topics have said so far: of the questions that it is given, of datasets, and
 * of what could not be used, of which it keeps the newest. Safe for several threads.
 */
public final class RunLedger {
  private static final int KEPT_DEAD_LETTERS = 1_000;

  private final Map<String, Question> questions = new LinkedHashMap<>();
  private final Map<String, Map<String, Measured>> knowledge = new HashMap<>();
  private final Map<String, Set<String>> unusable = new HashMap<>();
  private final Map<Pair, Map<String, Instruction>> instructions = new HashMap<>();
  private final Map<String, Integer> measuredVersions = new HashMap<>();
  private final Map<String, Integer> decidedVersions = new HashMap<>();
  private final NavigableMap<Place, Failure> newestFailures = new TreeMap<>();
  private final Map<String, Long> failuresByReason = new TreeMap<>();
  private final Map<Subject, String> refusals = new HashMap<>();
  private final Predicate<String> datasets;
  private final Map<String, DatasetManifest> manifests = new TreeMap<>();
  private final Map<String, Map<String, Chosen>> chosen = new HashMap<>();
  private final Map<String, Evaluation> evaluations = new TreeMap<>();

  /** The checkpoints that a decision rests on; without REHEARSAL it is provisional. */
  private record Pair(String initialId, String rehearsalId) {
    static Pair of(ModelCheckpoint checkpoint) {
      return checkpoint.role() == Role.REHEARSAL
          ? new Pair(checkpoint.baseId(), checkpoint.id())
          : provisional(checkpoint.id());
    }

    static Pair provisional(String initialId) {
      return new Pair(initialId, "");
    }
  }

  /** What is known of a question as its content was then. */
  private record Measured(int questionVersion, Knowledge knowledge) {}

  /** What a dataset's record says of its question. */
  private record Chosen(boolean answer, double certainty, boolean getsBetter) {}

  /** A model checkpoint that a topic's record is on. */
  private record Subject(String topic, String checkpointId) {}

  /** When a dead letter was written, and what it is on. */
  private record Place(long writtenAt, String origin) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      return Comparator.comparingLong(Place::writtenAt)
          .thenComparing(Place::origin)
          .compare(this, other);
    }
  }

  /** Takes all datasets. */
  public RunLedger(List<Question> questions) {
    this(questions, id -> true);
  }

  /**
   * @param datasets the ids of the datasets and rehearsal sets whose members are kept; others are
   *     not looked at
   */
  public RunLedger(List<Question> questions, Predicate<String> datasets) {
    questions.forEach(question -> this.questions.put(question.id(), question));
    this.datasets = datasets;
  }

  public synchronized void add(KnowledgeRecord entry) {
    if (!questions.containsKey(entry.getQuestionId())) {
      return;
    }
    measuredVersions.put(entry.getQuestionId(), entry.getQuestionVersion());
    knowledge
        .computeIfAbsent(entry.getCheckpointId(), id -> new HashMap<>())
        .put(
            entry.getQuestionId(),
            new Measured(
                entry.getQuestionVersion(),
                new Knowledge(entry.getCorrectness(), entry.getCertainty())));
  }

  public synchronized void add(Instruction instruction) {
    if (!questions.containsKey(instruction.getQuestionId())) {
      return;
    }
    decidedVersions.put(instruction.getQuestionId(), instruction.getQuestionVersion());
    // The last one read, whatever its revision: those begin at 1 again with a job without its
    // state.
    instructions
        .computeIfAbsent(
            new Pair(
                instruction.getBasis().getInitialCheckpointId(),
                instruction.getBasis().getRehearsalCheckpointId()),
            pair -> new HashMap<>())
        .put(instruction.getQuestionId(), instruction);
  }

  /** The question's instructions are taken back. */
  public synchronized void removeInstructions(String questionId) {
    decidedVersions.remove(questionId);
    instructions.values().forEach(byQuestion -> byQuestion.remove(questionId));
  }

  /**
   * @param writtenAt the record's time, in milliseconds; of many the newest are kept
   */
  public synchronized void add(DeadLetter letter, long writtenAt) {
    String reason = letter.getReason().name().replaceFirst("^REASON_", "");
    failuresByReason.merge(reason, 1L, Long::sum);
    newestFailures.put(
        new Place(
            writtenAt,
            String.join(
                "\n",
                letter.getTopic(),
                String.valueOf(letter.getPartition()),
                String.valueOf(letter.getOffset()),
                letter.getQuestionId(),
                letter.getCheckpointId())),
        // The originals can be large, and are looked at in the topic.
        new Failure(about(letter), reason, letter.getExplanation()));
    if (newestFailures.size() > KEPT_DEAD_LETTERS) {
      newestFailures.pollFirstEntry();
    }
    if (letter.getQuestionId().isEmpty() && !letter.getCheckpointId().isEmpty()) {
      refusals.putIfAbsent(
          new Subject(letter.getTopic(), letter.getCheckpointId()), letter.getExplanation());
    }
    if (letter.getReason() == Reason.REASON_UNUSABLE_ANSWER
        && questions.containsKey(letter.getQuestionId())) {
      unusable
          .computeIfAbsent(letter.getCheckpointId(), id -> new HashSet<>())
          .add(letter.getQuestionId());
    }
  }

  public synchronized void add(DatasetManifest manifest) {
    if (datasets.test(manifest.getDatasetId())) {
      manifests.put(manifest.getDatasetId(), manifest);
    }
  }

  public synchronized void add(DatasetRecord entry) {
    if (entry.getMark() == Mark.MARK_BASE && datasets.test(entry.getDatasetId())) {
      chosen
          .computeIfAbsent(entry.getDatasetId(), id -> new HashMap<>())
          .put(
              entry.getQuestionId(),
              new Chosen(
                  entry.getLabel() == dev.craftstream.v1.Label.LABEL_ANSWER,
                  entry.getBasis().getInitialCertainty(),
                  entry.getBasis().getKnowledgeFlow() > 0));
    }
  }

  /** Of all subjects together; those of a single one are left out. */
  public synchronized void add(Evaluation evaluation) {
    if (evaluation.getSubject().isEmpty()) {
      evaluations.put(evaluation.getCheckpointId() + "\n" + evaluation.getTask(), evaluation);
    }
  }

  /** How many questions of a task a checkpoint of this role is asked. */
  public synchronized int toMeasure(Role role, Task task) {
    return (int)
        questions.values().stream()
            .filter(question -> question.task() == task && role.measures(question.purpose()))
            .count();
  }

  /** How many questions of a task have their answer, or their dead letter, under a checkpoint. */
  public synchronized int measured(String checkpointId, Task task) {
    return (int)
        questions.values().stream()
            .filter(question -> question.task() == task && isDone(checkpointId, question.id()))
            .count();
  }

  private boolean isDone(String checkpointId, String questionId) {
    return knowledge.getOrDefault(checkpointId, Map.of()).containsKey(questionId)
        || isUnusable(checkpointId, questionId);
  }

  private boolean isUnusable(String checkpointId, String questionId) {
    return unusable.getOrDefault(checkpointId, Set.of()).contains(questionId);
  }

  /**
   * Why the job did not take a model checkpoint; empty where it did, or has not looked yet.
   *
   * @param topic that of the announcements: requests name checkpoints, too
   */
  public synchronized Optional<String> refusal(String topic, String checkpointId) {
    return Optional.ofNullable(refusals.get(new Subject(topic, checkpointId)));
  }

  /** How many questions to train on still lack their decision under this checkpoint. */
  public synchronized int undecided(ModelCheckpoint checkpoint) {
    boolean rehearsal = checkpoint.role() == Role.REHEARSAL;
    return (int)
        questions.values().stream()
            .filter(question -> question.purpose() == Purpose.TRAIN)
            .filter(question -> !isUnusable(checkpoint.id(), question.id()))
            .filter(question -> !(rehearsal && isUnusable(checkpoint.baseId(), question.id())))
            .filter(question -> decision(Pair.of(checkpoint), question.id()) == null)
            .count();
  }

  /**
   * The newest decision on a question as it is now that rests on this pair; null where none does.
   */
  private Instruction decision(Pair pair, String questionId) {
    Instruction decision = instructions.getOrDefault(pair, Map.of()).get(questionId);
    return decision == null || decision.getQuestionVersion() != version(questionId)
        ? null
        : decision;
  }

  /** What a checkpoint knows of a question as it is now; null where it was not asked, or failed. */
  private Knowledge knowledge(String checkpointId, String questionId) {
    Measured measured = knowledge.getOrDefault(checkpointId, Map.of()).get(questionId);
    return measured == null || measured.questionVersion != version(questionId)
        ? null
        : measured.knowledge;
  }

  /**
   * The newest version of a question that something is known of. Knowledge comes first, since a
   * decision follows from it, but is not kept for ever.
   */
  private int version(String questionId) {
    Integer measured = measuredVersions.get(questionId);
    return measured == null ? decidedVersions.getOrDefault(questionId, 0) : measured;
  }

  /**
   * All that became of the questions under this pair of checkpoints, in their order.
   *
   * @param rehearsalId empty where there is no REHEARSAL
   */
  public synchronized List<CuratedQuestion> curated(String initialId, String rehearsalId) {
    List<CuratedQuestion> curated = new ArrayList<>();
    Pair before = Pair.provisional(initialId);
    Pair after = new Pair(initialId, rehearsalId);
    for (Question question : questions.values()) {
      if (question.purpose() != Purpose.TRAIN) {
        continue;
      }
      curated.add(
          new CuratedQuestion(
              question.id(),
              question.task(),
              question.text(),
              question.options(),
              question.answer(),
              knowledge(initialId, question.id()),
              knowledge(rehearsalId, question.id()),
              curation(decision(before, question.id())),
              rehearsalId.isEmpty() ? null : curation(decision(after, question.id()))));
    }
    return List.copyOf(curated);
  }

  private static Curation curation(Instruction instruction) {
    if (instruction == null) {
      return null;
    }
    return new Curation(
        Label.valueOf(instruction.getLabel().name().replaceFirst("^LABEL_", "")),
        switch (instruction.getBasis().getDropReason()) {
          case DROP_REASON_UNDECIDED_CORRECTNESS -> DropReason.UNDECIDED_CORRECTNESS;
          case DROP_REASON_KNOWLEDGE_FLOW -> DropReason.KNOWLEDGE_FLOW;
          default -> null;
        },
        instruction.getResponse());
  }

  /**
   * The datasets and rehearsal sets that no request asked for, of this pair of checkpoints.
   *
   * @param strategies in the order in which their datasets come; rehearsal sets come last
   */
  public synchronized List<ChosenDataset> chosen(
      String initialId, String rehearsalId, List<Strategy> strategies) {
    List<String> order = strategies.stream().map(Strategy::name).toList();
    return manifests.values().stream()
        .filter(manifest -> isOf(manifest, initialId, rehearsalId))
        .map(this::chosen)
        .sorted(
            Comparator.comparing(ChosenDataset::isRehearsalSet)
                .thenComparing(ChosenDataset::task)
                .thenComparing(dataset -> order.indexOf(dataset.strategy())))
        .toList();
  }

  /** Whether the job chose a dataset or rehearsal set by itself for this pair of checkpoints. */
  static boolean isOf(DatasetManifest manifest, String initialId, String rehearsalId) {
    return manifest.getRequestId().isEmpty()
        && manifest.getInitialCheckpointId().equals(initialId)
        && (manifest.getKind() == DatasetKind.DATASET_KIND_REHEARSAL
            || manifest.getRehearsalCheckpointId().equals(rehearsalId));
  }

  private ChosenDataset chosen(DatasetManifest manifest) {
    Map<String, Chosen> records = chosen.getOrDefault(manifest.getDatasetId(), Map.of());
    return new ChosenDataset(
        manifest.getDatasetId(),
        task(manifest.getTask()),
        manifest.getKind() == DatasetKind.DATASET_KIND_REHEARSAL ? "" : manifest.getStrategy(),
        manifest.getFailure(),
        part(manifest.getAnswer(), records.values(), true),
        part(manifest.getRefusal(), records.values(), false),
        (int) records.values().stream().filter(c -> !c.answer && c.getsBetter).count(),
        Set.copyOf(records.keySet()));
  }

  private static ChosenDataset.Part part(
      ClassCount count, Collection<Chosen> records, boolean answers) {
    DoubleSummaryStatistics certainty =
        records.stream()
            .filter(chosen -> chosen.answer == answers)
            .mapToDouble(Chosen::certainty)
            .summaryStatistics();
    return new ChosenDataset.Part(
        count.getCandidates(),
        count.getWanted(),
        (int) certainty.getCount(),
        certainty.getCount() == 0 ? Double.NaN : certainty.getAverage());
  }

  /** How many of the questions that a complete dataset's manifest counts have not come yet. */
  public synchronized long missingRecords() {
    return manifests.values().stream()
        .filter(DatasetManifest::getComplete)
        .mapToLong(
            manifest ->
                Math.max(
                    0,
                    manifest.getAnswer().getQuestions()
                        + manifest.getRefusal().getQuestions()
                        - chosen.getOrDefault(manifest.getDatasetId(), Map.of()).size()))
        .sum();
  }

  /** The manifests so far, by dataset id. */
  public synchronized Map<String, DatasetManifest> manifests() {
    return Map.copyOf(manifests);
  }

  /** How checkpoints do, a row for each task. */
  public synchronized List<EvaluatedCheckpoint> evaluations() {
    return evaluations.values().stream()
        .sorted(
            Comparator.comparingLong(Evaluation::getModelTime).thenComparing(Evaluation::getTask))
        .map(RunLedger::evaluated)
        .toList();
  }

  private static EvaluatedCheckpoint evaluated(Evaluation evaluation) {
    return new EvaluatedCheckpoint(
        evaluation.getCheckpointId(),
        Role.valueOf(evaluation.getRole().name().replaceFirst("^ROLE_", "")),
        task(evaluation.getTask()),
        evaluation.getCorrect() + evaluation.getWrong() + evaluation.getRefused(),
        evaluation.getUnanswered(),
        evaluation.hasCorrectShare() ? estimate(evaluation.getCorrectShare()) : null,
        evaluation.hasWrongShare() ? estimate(evaluation.getWrongShare()) : null,
        evaluation.hasRefusedShare() ? estimate(evaluation.getRefusedShare()) : null,
        evaluation.hasTruthfulHelpfulness() ? estimate(evaluation.getTruthfulHelpfulness()) : null,
        evaluation.hasOverRefusal() ? estimate(evaluation.getOverRefusal()) : null,
        evaluation.getConfidence());
  }

  private static EvaluatedCheckpoint.Estimate estimate(Estimate estimate) {
    return new EvaluatedCheckpoint.Estimate(
        estimate.getValue(), estimate.getLow(), estimate.getHigh());
  }

  private static Task task(dev.craftstream.v1.Task task) {
    return Task.valueOf(task.name().replaceFirst("^TASK_", ""));
  }

  /** What could not be used. */
  public synchronized Failures failures() {
    return new Failures(failuresByReason, List.copyOf(newestFailures.descendingMap().values()));
  }

  private static String about(DeadLetter letter) {
    if (!letter.getQuestionId().isEmpty()) {
      return letter.getCheckpointId().isEmpty()
          ? letter.getQuestionId()
          : letter.getQuestionId() + " under " + letter.getCheckpointId();
    }
    if (!letter.getCheckpointId().isEmpty()) {
      return letter.getCheckpointId();
    }
    return letter.getTopic() + " " + letter.getPartition() + ":" + letter.getOffset();
  }

  /**
   * Something that this pair's decisions rest on, such as a prompt's version: each value that it
   * has.
   *
   * @param rehearsalId empty for provisional decisions
   */
  public synchronized SortedSet<String> ofDecisions(
      String initialId, String rehearsalId, Function<Instruction, String> figure) {
    SortedSet<String> values = new TreeSet<>();
    instructions
        .getOrDefault(new Pair(initialId, rehearsalId), Map.of())
        .values()
        .forEach(instruction -> values.add(figure.apply(instruction)));
    return values;
  }
}
