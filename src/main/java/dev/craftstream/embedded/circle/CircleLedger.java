package dev.craftstream.embedded.circle;

import dev.craftstream.client.OutputRecords;
import dev.craftstream.client.RecordHandler;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.knowledge.Verdict;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.topics.kafka.Topics;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Evaluation;
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

/**
 * What the topics hold that decides how far a circle is: the questions, the announcements, who is
 * measured, and what the job made of it. Safe for several threads.
 */
final class CircleLedger implements RecordHandler {
  private final Topics topics;
  private final Map<String, Question> questions = new LinkedHashMap<>();
  private final Map<String, ModelCheckpoint> announced = new LinkedHashMap<>();
  private final Set<String> retired = new HashSet<>();
  private final Map<String, String> refused = new HashMap<>();
  private final Map<String, Map<String, KnowledgeRecord>> knowledge = new HashMap<>();
  private final Map<String, Set<String>> unusable = new HashMap<>();
  private final Map<String, DatasetManifest> manifests = new LinkedHashMap<>();
  private final Map<String, Set<Task>> evaluated = new HashMap<>();

  CircleLedger(Topics topics) {
    this.topics = topics;
  }

  // ---------------------------------------------------------------- what comes

  @Override
  public synchronized void add(QuestionEvent event) {
    if (event.question() == null) {
      questions.remove(event.questionId());
    } else {
      questions.put(event.questionId(), event.question());
    }
  }

  @Override
  public synchronized void add(ModelCheckpointEvent event, long writtenAt) {
    if (event.announced() == null) {
      retired.add(event.checkpointId());
    } else {
      announced.putIfAbsent(event.checkpointId(), event.announced());
    }
  }

  @Override
  public synchronized void add(KnowledgeRecord entry) {
    knowledge
        .computeIfAbsent(entry.getCheckpointId(), id -> new HashMap<>())
        .merge(
            entry.getQuestionId(),
            entry,
            (older, newer) ->
                newer.getQuestionVersion() >= older.getQuestionVersion() ? newer : older);
  }

  @Override
  public synchronized void removeKnowledge(String questionId) {
    knowledge.values().forEach(byQuestion -> byQuestion.remove(questionId));
  }

  @Override
  public synchronized void add(DeadLetter letter, long writtenAt) {
    if (letter.getTopic().equals(topics.modelCheckpoints())) {
      refused.putIfAbsent(letter.getCheckpointId(), letter.getExplanation());
    } else if (letter.getReason() == Reason.REASON_UNUSABLE_ANSWER) {
      unusable
          .computeIfAbsent(letter.getCheckpointId(), id -> new HashSet<>())
          .add(letter.getQuestionId());
    }
  }

  @Override
  public synchronized void add(DatasetManifest manifest) {
    manifests.put(manifest.getDatasetId(), manifest);
  }

  @Override
  public synchronized void add(Evaluation evaluation) {
    if (evaluation.getSubject().isEmpty()) {
      evaluated
          .computeIfAbsent(evaluation.getCheckpointId(), id -> new HashSet<>())
          .add(Task.valueOf(evaluation.getTask().name().substring("TASK_".length())));
    }
  }

  // ---------------------------------------------------------------- what is

  /** The questions as they are now, in the order in which they came. */
  synchronized List<Question> questions() {
    return List.copyOf(questions.values());
  }

  /** Whether these questions are there as they are given. */
  synchronized boolean holds(List<Question> given) {
    return given.stream().allMatch(question -> question.equals(questions.get(question.id())));
  }

  /** A checkpoint as it was announced, retired or not. */
  synchronized Optional<ModelCheckpoint> announced(String checkpointId) {
    return Optional.ofNullable(announced.get(checkpointId));
  }

  synchronized boolean isRetired(String checkpointId) {
    return retired.contains(checkpointId);
  }

  /** Why the job did not take a checkpoint; empty where it did, or has not looked yet. */
  synchronized Optional<String> refusal(String checkpointId) {
    return Optional.ofNullable(refused.get(checkpointId));
  }

  /** How many of a task's questions a checkpoint is asked. */
  synchronized int toMeasure(ModelCheckpoint checkpoint, Task task) {
    return (int) questions.values().stream().filter(q -> isAsked(checkpoint, q, task)).count();
  }

  /** How many of them have their answer, or their dead letter. */
  synchronized int measured(ModelCheckpoint checkpoint, Task task) {
    Map<String, KnowledgeRecord> known = knowledge.getOrDefault(checkpoint.id(), Map.of());
    Set<String> without = unusable.getOrDefault(checkpoint.id(), Set.of());
    return (int)
        questions.values().stream()
            .filter(q -> isAsked(checkpoint, q, task))
            .filter(q -> known.containsKey(q.id()) || without.contains(q.id()))
            .count();
  }

  private static boolean isAsked(ModelCheckpoint checkpoint, Question question, Task task) {
    return question.task() == task && checkpoint.role().measures(question.purpose());
  }

  /**
   * What the job made by itself of an INITIAL checkpoint for the trainer, one for each task.
   *
   * @param strategy null for the rehearsal sets
   */
  synchronized List<DatasetManifest> manifests(String initialId, Strategy strategy) {
    List<DatasetManifest> found = new ArrayList<>();
    for (DatasetManifest manifest : manifests.values()) {
      boolean isRehearsal = manifest.getKind() == DatasetKind.DATASET_KIND_REHEARSAL;
      if (manifest.getRequestId().isEmpty()
          && manifest.getInitialCheckpointId().equals(initialId)
          && isRehearsal == (strategy == null)
          && (isRehearsal || manifest.getStrategy().equals(strategy.name()))) {
        found.add(manifest);
      }
    }
    return found;
  }

  /** Whether a checkpoint is evaluated on each task that there are questions to evaluate with. */
  synchronized boolean isEvaluated(String checkpointId) {
    Set<Task> tasks = new HashSet<>();
    questions.values().stream()
        .filter(question -> question.purpose() == Purpose.EVALUATE)
        .forEach(question -> tasks.add(question.task()));
    return evaluated.getOrDefault(checkpointId, Set.of()).containsAll(tasks);
  }

  /** How a checkpoint answered the questions of purpose EVALUATE, by their ids. */
  synchronized Map<String, Verdict> verdicts(String checkpointId) {
    Map<String, Verdict> verdicts = new HashMap<>();
    knowledge
        .getOrDefault(checkpointId, Map.of())
        .forEach(
            (id, entry) -> {
              Question question = questions.get(id);
              if (question != null && question.purpose() == Purpose.EVALUATE) {
                verdicts.put(id, OutputRecords.verdict(entry));
              }
            });
    return verdicts;
  }
}
