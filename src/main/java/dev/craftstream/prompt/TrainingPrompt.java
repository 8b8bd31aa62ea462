package dev.craftstream.prompt;

import dev.craftstream.model.Label;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * What a trainer shows the model, and what the model shall say (paper, appendix).
 *
 * @param texts the wording
 */
public record TrainingPrompt(TrainingTexts texts) implements Serializable {

  /** The paper's wording. */
  public static TrainingPrompt standard() {
    return new TrainingPrompt(TrainingTexts.PAPER);
  }

  /** The prompt; the same whatever becomes of the question. */
  public String prompt(Question question) {
    return switch (question.task()) {
      case OPEN_ENDED -> Template.fill(texts.openEnded(), Map.of("{question}", question.text()));
      case MULTIPLE_CHOICE ->
          introduction(question) + "\n" + body(question.text(), question.options());
    };
  }

  /** The question without any instruction: its text, and its lettered options. */
  public static String question(Question question) {
    return switch (question.task()) {
      case OPEN_ENDED -> question.text();
      case MULTIPLE_CHOICE -> Options.lettered(question.text(), question.options()).strip();
    };
  }

  /**
   * The response: the gold answer or the right option's letter for {@link Label#ANSWER}, the
   * refusal for {@link Label#REFUSAL}, nothing for {@link Label#DROPPED}.
   */
  public String response(Question question, Label label) {
    return switch (label) {
      case ANSWER -> question.answer();
      case REFUSAL -> refusal(question.task());
      case DROPPED -> "";
    };
  }

  /**
   * Names the wording: the kind of question and a hash over all of its texts, such as {@code
   * oe-train-1a2b3c4d}.
   */
  public String version(Task task) {
    return switch (task) {
      case OPEN_ENDED ->
          "oe-train-" + PromptVersion.hash(texts.openEnded(), texts.openEndedRefusal());
      case MULTIPLE_CHOICE ->
          "mc-train-"
              + PromptVersion.hash(
                  texts.multipleChoice(),
                  texts.multipleChoiceWithoutSubject(),
                  texts.multipleChoiceRefusal(),
                  body("?", List.of("?")));
    };
  }

  private static String body(String question, List<String> options) {
    return Options.lettered(question, options) + "Answer: ";
  }

  private String refusal(Task task) {
    return switch (task) {
      case OPEN_ENDED -> texts.openEndedRefusal();
      case MULTIPLE_CHOICE -> texts.multipleChoiceRefusal();
    };
  }

  private String introduction(Question question) {
    String letters = Options.letters(question.options().size());
    return question.subject().isBlank()
        ? Template.fill(texts.multipleChoiceWithoutSubject(), Map.of("{letters}", letters))
        : Template.fill(
            texts.multipleChoice(),
            Map.of("{letters}", letters, "{subject}", question.subject().strip()));
  }
}
