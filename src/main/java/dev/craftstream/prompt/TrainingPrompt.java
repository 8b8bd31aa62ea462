package dev.craftstream.prompt;

import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.label.Label;
import dev.craftstream.prompt.chat.Chat;
import dev.craftstream.prompt.chat.Frame;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a trainer shows the model, and what the model shall say (paper, appendix).
 *
 * <p>Of a chat model's prompt the records hold the user's turn, around which the trainer puts the
 * model's own template; a question of purpose EVALUATE is asked with the template around it.
 *
 * @param texts the wording
 * @param systemPrompt what the system says to a chat model; may be empty
 * @param frame what stands around the prompt where a question is asked
 */
public record TrainingPrompt(TrainingTexts texts, String systemPrompt, Frame frame)
    implements Serializable {

  /** For a model that goes on with a text. */
  public TrainingPrompt(TrainingTexts texts) {
    this(texts, "", Frame.NONE);
  }

  /** The paper's wording. */
  public static TrainingPrompt standard() {
    return new TrainingPrompt(TrainingTexts.PAPER);
  }

  /**
   * The same for a chat model.
   *
   * @throws IllegalArgumentException where the template does not do, with a sentence
   */
  public TrainingPrompt asChat(Chat chat) {
    return new TrainingPrompt(texts, chat.systemPrompt(), chat.frame(List.of()));
  }

  /** Whether a chat template stands around it. */
  public boolean isChat() {
    return frame.isChat();
  }

  /** The prompt; the same whatever becomes of the question. */
  public String prompt(Question question) {
    return switch (question.task()) {
      case OPEN_ENDED -> Template.fill(texts.openEnded(), Map.of("{question}", question.text()));
      case MULTIPLE_CHOICE ->
          introduction(question) + "\n" + body(question.text(), question.options());
    };
  }

  /** What the model is sent where it is asked in these words. */
  public String asked(Question question) {
    return frame.around(prompt(question));
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
   * Names the wording: the kind of question, whether it is a chat, and a hash over all of its
   * texts, such as {@code oe-train-1a2b3c4d}.
   */
  public String version(Task task) {
    String kind = frame.isChat() ? "-train-chat-" : "-train-";
    return switch (task) {
      case OPEN_ENDED -> "oe" + kind + hash(texts.openEnded(), texts.openEndedRefusal());
      case MULTIPLE_CHOICE ->
          "mc"
              + kind
              + hash(
                  texts.multipleChoice(),
                  texts.multipleChoiceWithoutSubject(),
                  texts.multipleChoiceRefusal(),
                  body("?", List.of("?")));
    };
  }

  private String hash(String... wording) {
    return PromptVersion.hash(
        frame.isChat()
            ? Stream.concat(Stream.of(wording), Stream.of(frame.around("?"))).toArray(String[]::new)
            : wording);
  }

  private String body(String question, List<String> options) {
    return Options.lettered(question, options) + (frame.isChat() ? "Answer:" : "Answer: ");
  }

  /** What a refusal says. */
  public String refusal(Task task) {
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
