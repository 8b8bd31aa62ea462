package dev.craftstream.model;

import java.util.List;

/**
 * A question and its gold answer.
 *
 * @param id names the question for ever; 1 to 256 characters
 * @param task how it is asked and judged
 * @param purpose what it is for
 * @param text the question itself, not blank
 * @param answer {@link Task#OPEN_ENDED}: the gold answer; {@link Task#MULTIPLE_CHOICE}: the right
 *     option's letter, A to Z
 * @param aliases open-ended only: what else counts as the gold answer; else empty
 * @param options multiple-choice only: 2 to 26 texts in the order of their letters; else empty
 * @param subject field of knowledge, may be empty
 * @param tags free words that are carried through to the instructions
 */
public record Question(
    String id,
    Task task,
    Purpose purpose,
    String text,
    String answer,
    List<String> aliases,
    List<String> options,
    String subject,
    List<String> tags) {

  /**
   * Whether {@code other} is asked the same and judged the same, so that measurements stay valid.
   * Another purpose is asked with another prompt, and that of an evaluation names the subject.
   */
  public boolean sameContent(Question other) {
    return task == other.task
        && purpose == other.purpose
        && text.equals(other.text)
        && answer.equals(other.answer)
        && aliases.equals(other.aliases)
        && options.equals(other.options)
        && (purpose == Purpose.TRAIN || subject.equals(other.subject));
  }

  /** The same for another purpose. */
  public Question withPurpose(Purpose other) {
    return new Question(id, task, other, text, answer, aliases, options, subject, tags);
  }

  /** The same with other tags. */
  public Question withTags(List<String> others) {
    return new Question(
        id, task, purpose, text, answer, aliases, options, subject, List.copyOf(others));
  }

  /** Position of the right option, from 0. Only for {@link Task#MULTIPLE_CHOICE}. */
  public int targetIndex() {
    return answer.charAt(0) - 'A';
  }

  /** The letter of the option at {@code index}, from 0: A, B, C and so on. */
  public static String optionLetter(int index) {
    return String.valueOf((char) ('A' + index));
  }
}
