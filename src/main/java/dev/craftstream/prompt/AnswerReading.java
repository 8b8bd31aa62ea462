package dev.craftstream.prompt;

import dev.craftstream.model.Task;
import java.io.Serializable;

/**
 * How the answers to a prompt are read, which its version names: answers to one prompt that are
 * read in two ways can't be compared.
 *
 * @param choicesAreSampled whether multiple-choice questions are answered in words, and not by the
 *     probabilities of letters
 * @param thoughtsAreCut whether answers in words are read without the thoughts before them
 */
public record AnswerReading(boolean choicesAreSampled, boolean thoughtsAreCut)
    implements Serializable {

  /** The paper's. */
  public static final AnswerReading PAPER = new AnswerReading(false, false);

  /** What a prompt's version ends with; empty for the paper's reading. */
  String suffix(Task task) {
    return switch (task) {
      case OPEN_ENDED -> ofWords();
      case MULTIPLE_CHOICE -> choicesAreSampled ? "-sampled" + ofWords() : "";
    };
  }

  /** The same for an answer in words, whatever the task. */
  public String ofWords() {
    return thoughtsAreCut ? "-thoughts-cut" : "";
  }
}
