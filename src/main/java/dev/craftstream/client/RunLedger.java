package dev.craftstream.client;

import dev.craftstream.client.exchange.Names;
import dev.craftstream.client.report.ChosenDataset;
import dev.craftstream.client.report.CuratedQuestion;
import dev.craftstream.client.report.CuratedQuestion.Curation;
import dev.craftstream.client.report.CuratedQuestion.Knowledge;
import dev.craftstream.client.report.EvaluatedCheckpoint;
import dev.craftstream.client.report.RunData.Failures;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What a run's output topics have said so far: of the questions that it is given, of datasets, and
 * of what could not be used, of which it keeps the newest. Safe for several threads.
 */
public final class RunLedger implements RecordHandler {
  private final Map<String, Question> questions = new LinkedHashMap<>();
  private final Set<String> followed = new HashSet<>();
  private final Map<String, Map<String, Measured>> knowledge = new HashMap<>();
  private final Map<String, Set<String>> unusable = new HashMap<>();
  private final Map<Pair, Map<String, Instruction>> instructions = new HashMap<>();
  private final Map<String, Integer> measuredVersions = new HashMap<>();
  private final Map<String, Integer> decidedVersions = new HashMap<>();
  private final DatasetLedger datasets;
  private final EvaluationLedger evaluations = new EvaluationLedger();
  private final DeadLetterLedger deadLetters = new DeadLetterLedger();

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

  /** Takes all datasets. */
  public RunLedger(List<Question> questions) {
    this(questions, id -> true);
  }

  /**
   * @param datasets the ids of the datasets and rehearsal sets whose members are kept; others are
   *     not looked at
   */
  public RunLedger(List<Question> questions, Predicate<String> datasets) {
    questions.forEach(this::follow);
    this.datasets = new DatasetLedger(datasets);
  }

  /** Keeps from now on what comes of a question, whose content need not be known yet. */
  public synchronized void follow(String questionId) {
    followed.add(questionId);
  }

  /** The same, with its content. */
  public synchronized void follow(Question question) {
    followed.add(question.id());
    questions.put(question.id(), question);
  }

  /** Keeps nothing of a question any more. */
  public synchronized void forget(String questionId) {
    followed.remove(questionId);
    questions.remove(questionId);
    measuredVersions.remove(questionId);
    knowledge.values().forEach(byQuestion -> byQuestion.remove(questionId));
    unusable.values().forEach(ids -> ids.remove(questionId));
    removeInstructions(questionId);
  }

  @Override
  public synchronized void add(KnowledgeRecord entry) {
    if (!followed.contains(entry.getQuestionId())) {
      return;
    }
    measuredVersions.put(entry.getQuestionId(), entry.getQuestionVersion());
    knowledge
        .computeIfAbsent(entry.getCheckpointId(), id -> new HashMap<>())
        .put(
            entry.getQuestionId(),
            new Measured(
                entry.getQuestionVersion(),
                new Knowledge(
                    entry.getCorrectness(),
                    entry.getCertainty(),
                    kind(entry),
                    entry.getSamples())));
  }

  private static CertaintyKind kind(KnowledgeRecord entry) {
    return switch (entry.getCertaintyKind()) {
      case CERTAINTY_KIND_UNSPECIFIED, UNRECOGNIZED -> CertaintyKind.NONE;
      default -> CertaintyKind.valueOf(Names.constant(entry.getCertaintyKind()));
    };
  }

  @Override
  public synchronized void add(Instruction instruction) {
    if (!followed.contains(instruction.getQuestionId())) {
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
  @Override
  public synchronized void removeInstructions(String questionId) {
    decidedVersions.remove(questionId);
    instructions.values().forEach(byQuestion -> byQuestion.remove(questionId));
  }

  /**
   * @param writtenAt the record's time, in milliseconds; of many the newest are kept
   */
  @Override
  public synchronized void add(DeadLetter letter, long writtenAt) {
    deadLetters.add(letter, writtenAt);
    if (letter.getReason() == Reason.REASON_UNUSABLE_ANSWER
        && followed.contains(letter.getQuestionId())) {
      unusable
          .computeIfAbsent(letter.getCheckpointId(), id -> new HashSet<>())
          .add(letter.getQuestionId());
    }
  }

  @Override
  public synchronized void add(DatasetManifest manifest) {
    datasets.add(manifest);
  }

  @Override
  public synchronized void add(DatasetRecord member) {
    datasets.add(member);
  }

  /** Of all subjects together; those of a single one are left out. */
  @Override
  public synchronized void add(Evaluation evaluation) {
    evaluations.add(evaluation);
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
    return deadLetters.refusal(topic, checkpointId);
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
        Label.valueOf(Names.label(instruction.getLabel())),
        Names.dropReason(instruction.getBasis().getDropReason()),
        instruction.getResponse(),
        instruction.getBasis().hasSureness() ? instruction.getBasis().getSureness() : Double.NaN);
  }

  /**
   * The datasets and rehearsal sets that no request asked for, of this pair of checkpoints.
   *
   * @param strategies in the order in which their datasets come; rehearsal sets come last
   */
  public synchronized List<ChosenDataset> chosen(
      String initialId, String rehearsalId, List<Strategy> strategies) {
    return datasets.chosen(initialId, rehearsalId, strategies);
  }

  /** How many of the questions that a complete dataset's manifest counts have not come yet. */
  public synchronized long missingRecords() {
    return datasets.missingRecords();
  }

  /** The manifests so far, by dataset id. */
  public synchronized Map<String, DatasetManifest> manifests() {
    return datasets.manifests();
  }

  /** How checkpoints do, a row for each task. */
  public synchronized List<EvaluatedCheckpoint> evaluations() {
    return evaluations.all();
  }

  /** What could not be used. */
  public synchronized Failures failures() {
    return deadLetters.failures();
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
