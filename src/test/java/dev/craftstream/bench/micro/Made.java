package dev.craftstream.bench.micro;

import dev.craftstream.model.Origin;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.KnowledgeState;
import java.util.List;

/** What is measured with: a question, answers to it, and what is known of it. */
final class Made {
  static final Origin ORIGIN = new Origin("questions", 3, 123_456);

  static final Question QUESTION =
      new Question(
          "trivia-123456",
          Task.OPEN_ENDED,
          Purpose.TRAIN,
          "Which Dutch footballer scored the fastest goal of a World Cup final, in 1974, and from which club did he come?",
          "Johan Neeskens",
          List.of("Neeskens", "Johannes Jacobus Neeskens"),
          List.of(),
          "sport",
          List.of("football", "1970s"));

  /** Right, wrong, refused and in doubt, as models say it. */
  static final List<String> ANSWERS =
      List.of(
          "Johan Neeskens",
          "Johan Neeskens, who came from Ajax Amsterdam.",
          "Johan Cruyff",
          "I don't know",
          "I'm not sure, but I think it was Johan Neeskens of Ajax.",
          "The answer is Rob Rensenbrink from Anderlecht, in the 1974 final against West Germany.",
          "Sorry, I cannot answer that question.",
          "Neeskens",
          "It was Gerd M\u00fcller",
          "As an AI language model, I do not have this information.");

  static final ModelCheckpoint INITIAL = checkpoint("llama-0", 1, Role.INITIAL, "");
  static final ModelCheckpoint REHEARSAL = checkpoint("llama-r", 2, Role.REHEARSAL, "llama-0");

  private Made() {}

  static KnowledgeState knows(int correct) {
    return new KnowledgeState(
        correct / 10.0,
        0.731058578630005,
        CertaintyKind.EMBEDDING_SIMILARITY,
        0,
        0,
        10,
        correct,
        1,
        "Johan Neeskens",
        0x1234_5678_9abc_def0L,
        "oe-3shot-0a1b2c3d",
        CorrectnessRule.SUBSTRING);
  }

  private static ModelCheckpoint checkpoint(String id, long time, Role role, String base) {
    return new ModelCheckpoint(
        id, time, role, base, new Serving("llama", "1", Contract.CRAFT, "", "", ""));
  }
}
