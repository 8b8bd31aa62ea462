package dev.craftstream.client.importing.forms;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.model.Origin;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Sha256;
import dev.craftstream.model.Task;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Makes questions of what a form says. */
public final class Questions {
  /** Goes on "Records ...". */
  public static final String BLANK_GOLD = "have a blank answer or alias, which was left out";

  /** Of the hash that makes an id. */
  private static final int ID_BYTES = 8;

  private Questions() {}

  /** An event that brings a question. */
  public static QuestionEvent event(Question question) {
    return new QuestionEvent(question.id(), question, new Origin("", 0, 0));
  }

  /** A question that is answered in words; aliases may repeat the answer. */
  public static Question openEnded(
      String id, String text, String answer, List<String> aliases, String subject) {
    return new Question(
        id,
        Task.OPEN_ENDED,
        Purpose.TRAIN,
        text,
        answer,
        aliases.stream().filter(alias -> !alias.equals(answer)).distinct().toList(),
        List.of(),
        subject,
        List.of());
  }

  /** The same, without a field of knowledge. */
  public static Question openEnded(String id, String text, String answer, List<String> aliases) {
    return openEnded(id, text, answer, aliases, "");
  }

  /**
   * A question that is answered by a letter.
   *
   * @param target the right option's letter
   */
  public static Question multipleChoice(
      String id, String text, List<String> options, String target, String subject) {
    return new Question(
        id,
        Task.MULTIPLE_CHOICE,
        Purpose.TRAIN,
        text,
        target,
        List.of(),
        options,
        subject,
        List.of());
  }

  /**
   * A question of which the set says the right option and the wrong ones, but no order. They are
   * put into one that rests on their texts, so that the right one stands first no more often than
   * elsewhere.
   */
  static Question ofRightAndWrong(String id, String text, String right, List<String> wrong) {
    List<String> options =
        Stream.concat(Stream.of(right), wrong.stream())
            .sorted((one, other) -> Long.compareUnsigned(order(text, one), order(text, other)))
            .toList();
    return multipleChoice(id, text, options, Question.optionLetter(options.indexOf(right)), "");
  }

  private static long order(String text, String option) {
    return Sha256.first64Bits((text + '\n' + option).getBytes(UTF_8));
  }

  /** An id for a set that has none: the same question has the same one in whichever file. */
  static String id(String prefix, String... texts) {
    return prefix
        + "-"
        + HexFormat.of().formatHex(Sha256.of(String.join("\n", texts)), 0, ID_BYTES);
  }

  /** The same for a question with options. */
  static String id(String prefix, String text, List<String> options) {
    return id(prefix, text + '\n' + String.join("\n", options));
  }
}
