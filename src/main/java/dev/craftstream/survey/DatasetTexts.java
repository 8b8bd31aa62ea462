package dev.craftstream.survey;

import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.dataset.DatasetKind;
import dev.craftstream.model.knowledge.CheckpointKnowledge;
import dev.craftstream.model.label.Label;
import dev.craftstream.prompt.KnowledgePrompt;
import dev.craftstream.prompt.TrainingPrompt;
import java.io.Serializable;

/**
 * What trainers are given: refusal-aware instructions, and for the rehearsal the knowledge query
 * itself with what the model answered rightly (paper, section 3.1).
 */
public record DatasetTexts(TrainingPrompt training, KnowledgePrompt knowledge)
    implements Serializable {

  /** The question alone, for whoever compares questions. */
  String question(Question question) {
    return TrainingPrompt.question(question);
  }

  String prompt(DatasetKind kind, Question question) {
    return switch (kind) {
      case TRAINING -> training.prompt(question);
      case REHEARSAL -> knowledge.trained(question);
    };
  }

  String response(DatasetKind kind, Question question, Label label, CheckpointKnowledge initial) {
    return switch (kind) {
      case TRAINING -> training.response(question, label);
      case REHEARSAL ->
          question.task() == Task.OPEN_ENDED
              ? initial.state().frequentCorrectAnswer()
              : question.answer();
    };
  }

  /** Version of the records' prompt. */
  String version(DatasetKind kind, Task task) {
    return switch (kind) {
      case TRAINING -> training.version(task);
      case REHEARSAL -> knowledge.version(task);
    };
  }
}
