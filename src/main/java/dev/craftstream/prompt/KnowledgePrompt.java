package dev.craftstream.prompt;

import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import java.io.Serializable;
import java.util.List;

/**
 * What a model checkpoint is shown when it is asked what it knows (paper, section 3.1 and
 * appendix).
 *
 * <p>Texts are joined, never filled into a template: a question that holds braces, {@code Answer:}
 * or the instruction itself stays as it is. So does one with line breaks and shots of its own, or
 * with control tokens of a chat template: to escape them would be to ask another question. Each is
 * asked alone, so that such a text misleads the model about nothing but itself. What models and
 * trainers must not meet at all is kept out by the option {@code limits.forbidden-texts}.
 *
 * @param instruction what each open-ended question is introduced with
 * @param multipleChoiceInstruction what a multiple-choice prompt begins with; may be empty
 * @param shots the solved questions shown first
 * @param reading how the answers are read
 */
public record KnowledgePrompt(
    String instruction, String multipleChoiceInstruction, Shots shots, AnswerReading reading)
    implements Serializable {

  /** The paper's instruction. */
  public static final String INSTRUCTION = "Answer the following question as simple as possible.";

  /** Stands in for a question where the prompt's own texts are named. */
  private static final String PROBE = "?";

  public KnowledgePrompt {
    if (instruction.isBlank()) {
      throw new IllegalArgumentException(
          "The instruction of the knowledge query is blank; a sample ends where it repeats, so give"
              + " it a text, such as \""
              + INSTRUCTION
              + "\"");
    }
  }

  /** Its answers are read as in the paper. */
  public KnowledgePrompt(String instruction, String multipleChoiceInstruction, Shots shots) {
    this(instruction, multipleChoiceInstruction, shots, AnswerReading.PAPER);
  }

  /** Without an instruction for multiple-choice questions, as in the paper. */
  public KnowledgePrompt(String instruction, Shots shots) {
    this(instruction, "", shots);
  }

  /** The paper's instruction and the project's own shots. */
  public static KnowledgePrompt standard() {
    return new KnowledgePrompt(INSTRUCTION, Shots.builtIn());
  }

  /** The same, with its answers read in this way. */
  public KnowledgePrompt with(AnswerReading other) {
    return new KnowledgePrompt(instruction, multipleChoiceInstruction, shots, other);
  }

  /** The whole prompt for a question. */
  public String prompt(Question question) {
    return switch (question.task()) {
      case OPEN_ENDED -> openEnded(question.text());
      case MULTIPLE_CHOICE -> multipleChoice(question.text(), question.options());
    };
  }

  /** The text whose repetition ends a sample. */
  public String instructionFirstLine() {
    return instruction.strip().lines().findFirst().orElseThrow().strip();
  }

  /**
   * Names the prompt: the kind of question, the number of shots, a hash over all of its texts, and
   * how the answers are read where that is not as in the paper, such as {@code oe-3shot-1a2b3c4d}
   * and {@code mc-5shot-1a2b3c4d-sampled}.
   */
  public String version(Task task) {
    return texts(task) + reading.suffix(task);
  }

  private String texts(Task task) {
    return switch (task) {
      case OPEN_ENDED ->
          "oe-"
              + shots.openEnded().size()
              + "shot-"
              + PromptVersion.hash(instruction, openEnded(PROBE));
      case MULTIPLE_CHOICE ->
          "mc-"
              + shots.multipleChoice().size()
              + "shot-"
              + PromptVersion.hash(multipleChoice(PROBE, List.of(PROBE, PROBE)));
    };
  }

  private String openEnded(String question) {
    StringBuilder prompt = new StringBuilder();
    for (Shots.OpenEnded shot : shots.openEnded()) {
      prompt
          .append(openEndedForm(shot.question()))
          .append(' ')
          .append(shot.answer())
          .append("\n\n");
    }
    return prompt.append(openEndedForm(question)).toString();
  }

  private String openEndedForm(String question) {
    return instruction + "\nQuestion: " + question + "\nAnswer:";
  }

  private String multipleChoice(String question, List<String> options) {
    StringBuilder prompt = new StringBuilder();
    if (!multipleChoiceInstruction.isBlank()) {
      prompt.append(multipleChoiceInstruction).append("\n\n");
    }
    for (Shots.MultipleChoice shot : shots.multipleChoice()) {
      prompt
          .append(multipleChoiceForm(shot.question(), shot.options()))
          .append(shot.target())
          .append("\n\n");
    }
    return prompt.append(multipleChoiceForm(question, options)).toString();
  }

  private static String multipleChoiceForm(String question, List<String> options) {
    return Options.lettered(question, options) + "Answer: ";
  }
}
