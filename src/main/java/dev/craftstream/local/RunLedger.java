package dev.craftstream.local;

import dev.craftstream.model.DropReason;
import dev.craftstream.model.Label;
import dev.craftstream.model.ModelCheckpoint;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Role;
import dev.craftstream.model.Task;
import dev.craftstream.report.CuratedQuestion;
import dev.craftstream.report.CuratedQuestion.Curation;
import dev.craftstream.report.CuratedQuestion.Knowledge;
import dev.craftstream.report.RunData.Failure;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Reason;
import dev.craftstream.v1.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What a run's output topics have said so far. Reading a record twice changes nothing. Safe for
 * several threads.
 */
public final class RunLedger {
  private final Map<String, Question> questions = new LinkedHashMap<>();
  private final Map<String, Map<String, Knowledge>> knowledge = new HashMap<>();
  private final Map<String, Map<String, DeadLetter>> unusable = new HashMap<>();
  private final Map<String, Instruction> provisional = new HashMap<>();
  private final Map<String, Instruction> finals = new HashMap<>();
  private final Map<String, DeadLetter> deadLetters = new LinkedHashMap<>();

  public RunLedger(List<Question> questions) {
    questions.forEach(question -> this.questions.put(question.id(), question));
  }

  public synchronized void add(KnowledgeRecord entry) {
    knowledge
        .computeIfAbsent(entry.getCheckpointId(), id -> new HashMap<>())
        .put(entry.getQuestionId(), new Knowledge(entry.getCorrectness(), entry.getCertainty()));
  }

  public synchronized void add(Instruction instruction) {
    boolean isFinal = instruction.getStage() == Stage.STAGE_FINAL;
    (isFinal ? finals : provisional)
        .merge(
            instruction.getQuestionId(),
            instruction,
            (old, young) -> young.getRevision() >= old.getRevision() ? young : old);
  }

  public synchronized void add(DeadLetter letter) {
    deadLetters.put(
        String.join(
            "\n",
            letter.getTopic(),
            String.valueOf(letter.getPartition()),
            String.valueOf(letter.getOffset()),
            letter.getQuestionId(),
            letter.getCheckpointId()),
        letter);
    if (letter.getReason() == Reason.REASON_UNUSABLE_ANSWER) {
      unusable
          .computeIfAbsent(letter.getCheckpointId(), id -> new HashMap<>())
          .put(letter.getQuestionId(), letter);
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
    return unusable.getOrDefault(checkpointId, Map.of()).containsKey(questionId);
  }

  /** Why the job did not take a model checkpoint; empty where it did, or has not looked yet. */
  public synchronized Optional<String> refusal(String checkpointId) {
    return deadLetters.values().stream()
        .filter(letter -> letter.getQuestionId().isEmpty())
        .filter(letter -> letter.getCheckpointId().equals(checkpointId))
        .map(DeadLetter::getExplanation)
        .findFirst();
  }

  /** How many questions to train on still lack their decision under this checkpoint. */
  public synchronized int undecided(ModelCheckpoint checkpoint) {
    boolean rehearsal = checkpoint.role() == Role.REHEARSAL;
    return (int)
        questions.values().stream()
            .filter(question -> question.purpose() == Purpose.TRAIN)
            .filter(question -> !isUnusable(checkpoint.id(), question.id()))
            .filter(question -> !(rehearsal && isUnusable(checkpoint.baseId(), question.id())))
            .filter(question -> !(rehearsal ? finals : provisional).containsKey(question.id()))
            .count();
  }

  /** All that became of the questions, in their order. */
  public synchronized List<CuratedQuestion> curated(String initialId, String rehearsalId) {
    List<CuratedQuestion> curated = new ArrayList<>();
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
              knowledge.getOrDefault(initialId, Map.of()).get(question.id()),
              knowledge.getOrDefault(rehearsalId, Map.of()).get(question.id()),
              curation(provisional.get(question.id())),
              curation(finals.get(question.id()))));
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

  /** What could not be used. */
  public synchronized List<Failure> failures() {
    return deadLetters.values().stream()
        .map(
            letter ->
                new Failure(
                    about(letter),
                    letter.getReason().name().replaceFirst("^REASON_", ""),
                    letter.getExplanation()))
        .toList();
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

  /** Something that decisions rest on, such as a prompt's version: each value that it has. */
  public synchronized SortedSet<String> ofDecisions(Function<Instruction, String> figure) {
    SortedSet<String> values = new TreeSet<>();
    (finals.isEmpty() ? provisional : finals)
        .values()
        .forEach(instruction -> values.add(figure.apply(instruction)));
    return values;
  }
}
