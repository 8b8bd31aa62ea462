package dev.craftstream.topics;

import dev.craftstream.model.CheckpointKnowledge;
import dev.craftstream.model.Contract;
import dev.craftstream.model.Decision;
import dev.craftstream.model.Instruction;
import dev.craftstream.model.KnowledgeState;
import dev.craftstream.model.Label;
import dev.craftstream.model.ModelCheckpoint;
import dev.craftstream.model.Origin;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Role;
import dev.craftstream.model.Serving;
import dev.craftstream.model.Strategy;
import dev.craftstream.model.Task;
import java.util.List;

/** Records that the tests of this package share. */
final class Samples {

  static final Origin ORIGIN = new Origin("questions", 3, 0);

  static final Question OPEN_ENDED =
      new Question(
          "q1",
          Task.OPEN_ENDED,
          Purpose.TRAIN,
          "Who wrote \"I don't know\" <in Köln> & why?",
          "O'Neill",
          List.of("Eugene O'Neill", "🦉"),
          List.of(),
          "drama",
          List.of("easy", "a=b"));

  static final Question MULTIPLE_CHOICE =
      new Question(
          "q2",
          Task.MULTIPLE_CHOICE,
          Purpose.EVALUATE,
          "2 + 2?",
          "B",
          List.of(),
          List.of("3", "4", "\\u0027"),
          "",
          List.of());

  static final ModelCheckpoint INITIAL =
      new ModelCheckpoint(
          "base", 1, Role.INITIAL, "", new Serving("llama", "", Contract.CRAFT, "", ""));

  static final ModelCheckpoint REHEARSAL =
      new ModelCheckpoint(
          "base-r1",
          3,
          Role.REHEARSAL,
          "base",
          new Serving("llama", "2", Contract.VLLM, "minilm", "1"));

  static final KnowledgeState UNKNOWN =
      new KnowledgeState(0.0, 0.25, 0.0, 10, 0, "", 0xFFFF_FFFF_FFFF_FFFFL, "open-1");

  static final KnowledgeState KNOWN =
      new KnowledgeState(0.7, 0.5, 0.0, 10, 7, "O'Neill", 42, "open-1");

  static final KnowledgeState CHOSEN = new KnowledgeState(0.0, -1.5, 0.0, 0, 0, "", 0, "choice-1");

  static Instruction instruction(Question question, int revision, Decision decision) {
    return new Instruction(
        question.id(),
        revision,
        decision,
        2,
        question.task(),
        "Question: " + question.text(),
        "I don't know.",
        question.subject(),
        question.tags(),
        "train-1",
        3);
  }

  static Decision provisional(Label label) {
    return new Decision(
        label, null, Strategy.CRAFT, new CheckpointKnowledge(INITIAL, UNKNOWN), null);
  }

  private Samples() {}
}
