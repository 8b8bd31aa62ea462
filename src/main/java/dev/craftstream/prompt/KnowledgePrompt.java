package dev.craftstream.prompt;

import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.prompt.chat.Chat;
import dev.craftstream.prompt.chat.Frame;
import dev.craftstream.prompt.chat.Turn;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What a model checkpoint is shown when it is asked what it knows (paper, section 3.1 and
 * appendix).
 *
 * <p>Texts are joined, never filled into a template: a question that holds braces, {@code Answer:}
 * or the instruction itself stays as it is. So does one with line breaks and shots of its own, or
 * with control tokens of a chat template: to escape them would be to ask another question. Each is
 * asked alone, so that such a text misleads the model about nothing but itself. What models and
 * trainers must not meet at all is kept out by the option {@code limits.forbidden-texts}, and the
 * control tokens of a chat template that is used are kept out anyway.
 *
 * <p>A chat model is shown the shots as turns of a conversation, its own turn is begun, and no
 * blank is left behind {@code Answer:}, since the answer stands in another turn.
 *
 * @param instruction what each open-ended question is introduced with
 * @param multipleChoiceInstruction what a multiple-choice prompt begins with; may be empty
 * @param shots the solved questions shown first
 * @param systemPrompt what the system says to a chat model; may be empty
 * @param openEnded what stands around an open-ended question, the shots included
 * @param multipleChoice the same for a multiple-choice question
 * @param reading how the answers are read
 */
public record KnowledgePrompt(
    String instruction,
    String multipleChoiceInstruction,
    Shots shots,
    String systemPrompt,
    Frame openEnded,
    Frame multipleChoice,
    AnswerReading reading)
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

  /** For a model that goes on with a text; its answers are read as in the paper. */
  public KnowledgePrompt(String instruction, String multipleChoiceInstruction, Shots shots) {
    this(
        instruction,
        multipleChoiceInstruction,
        shots,
        "",
        Frame.behind(openEndedShots(instruction, shots)),
        Frame.behind(multipleChoiceShots(multipleChoiceInstruction, shots)),
        AnswerReading.PAPER);
  }

  /** Without an instruction for multiple-choice questions, as in the paper. */
  public KnowledgePrompt(String instruction, Shots shots) {
    this(instruction, "", shots);
  }

  /**
   * The same for a chat model.
   *
   * @throws IllegalArgumentException where the template does not do, with a sentence
   */
  public KnowledgePrompt asChat(Chat chat) {
    List<Turn> open = new ArrayList<>();
    for (Shots.OpenEnded shot : shots.openEnded()) {
      open.add(Turn.user(openEndedForm(instruction, shot.question())));
      open.add(Turn.assistant(shot.answer()));
    }
    List<Turn> choices = new ArrayList<>();
    for (Shots.MultipleChoice shot : shots.multipleChoice()) {
      choices.add(Turn.user(multipleChoiceTurn(shot.question(), shot.options())));
      choices.add(Turn.assistant(shot.target()));
    }
    return new KnowledgePrompt(
        instruction,
        multipleChoiceInstruction,
        shots,
        chat.systemPrompt(),
        chat.frame(open),
        chat.frame(choices),
        reading);
  }

  /** The paper's instruction and the project's own shots. */
  public static KnowledgePrompt standard() {
    return new KnowledgePrompt(INSTRUCTION, Shots.builtIn());
  }

  /** The same, with its answers read in this way. */
  public KnowledgePrompt with(AnswerReading other) {
    return new KnowledgePrompt(
        instruction,
        multipleChoiceInstruction,
        shots,
        systemPrompt,
        openEnded,
        multipleChoice,
        other);
  }

  /** The whole prompt for a question. */
  public String prompt(Question question) {
    return switch (question.task()) {
      case OPEN_ENDED -> openEndedPrompt(question.text());
      case MULTIPLE_CHOICE -> multipleChoicePrompt(question.text(), question.options());
    };
  }

  /**
   * What a trainer shows the model: the whole prompt, or the last of a chat's turns, around which
   * the trainer puts the model's template itself.
   */
  public String trained(Question question) {
    if (!isChat()) {
      return prompt(question);
    }
    return switch (question.task()) {
      case OPEN_ENDED -> openEndedForm(instruction, question.text());
      case MULTIPLE_CHOICE -> multipleChoiceTurn(question.text(), question.options());
    };
  }

  /** Whether it is made by a chat template, so that nothing at its end may be cut. */
  public boolean isChat() {
    return openEnded.isChat();
  }

  /** The text whose repetition ends a sample. */
  public String instructionFirstLine() {
    return instruction.strip().lines().findFirst().orElseThrow().strip();
  }

  /**
   * Names the prompt: the kind of question, the number of shots, whether it is a chat, a hash over
   * all of its texts, and how the answers are read where that is not as in the paper, such as
   * {@code oe-3shot-1a2b3c4d} and {@code mc-5shot-1a2b3c4d-sampled}.
   */
  public String version(Task task) {
    return texts(task) + reading.suffix(task);
  }

  private String texts(Task task) {
    String kind = isChat() ? "shot-chat-" : "shot-";
    return switch (task) {
      case OPEN_ENDED ->
          "oe-"
              + shots.openEnded().size()
              + kind
              + PromptVersion.hash(instruction, openEndedPrompt(PROBE));
      case MULTIPLE_CHOICE ->
          "mc-"
              + shots.multipleChoice().size()
              + kind
              + PromptVersion.hash(multipleChoicePrompt(PROBE, List.of(PROBE, PROBE)));
    };
  }

  private String openEndedPrompt(String question) {
    return openEnded.around(openEndedForm(instruction, question));
  }

  private String multipleChoicePrompt(String question, List<String> options) {
    return multipleChoice.around(
        isChat()
            ? multipleChoiceTurn(question, options)
            : Options.lettered(question, options) + "Answer: ");
  }

  private static String openEndedShots(String instruction, Shots shots) {
    StringBuilder text = new StringBuilder();
    for (Shots.OpenEnded shot : shots.openEnded()) {
      text.append(openEndedForm(instruction, shot.question()))
          .append(' ')
          .append(shot.answer())
          .append("\n\n");
    }
    return text.toString();
  }

  private static String openEndedForm(String instruction, String question) {
    return instruction + "\nQuestion: " + question + "\nAnswer:";
  }

  private static String multipleChoiceShots(String instruction, Shots shots) {
    StringBuilder text = new StringBuilder();
    if (!instruction.isBlank()) {
      text.append(instruction).append("\n\n");
    }
    for (Shots.MultipleChoice shot : shots.multipleChoice()) {
      text.append(Options.lettered(shot.question(), shot.options()))
          .append("Answer: ")
          .append(shot.target())
          .append("\n\n");
    }
    return text.toString();
  }

  /** With the instruction in each turn, as open-ended questions have it. */
  private String multipleChoiceTurn(String question, List<String> options) {
    String introduction =
        multipleChoiceInstruction.isBlank() ? "" : multipleChoiceInstruction + "\n\n";
    return introduction + Options.lettered(question, options) + "Answer:";
  }
}
