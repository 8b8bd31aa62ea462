package dev.craftstream.client.importing;

import dev.craftstream.client.importing.forms.Questions;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * Makes the gold answers of an open-ended question such that each of them says something: a blank
 * one and one of punctuation alone are part of nearly every text, and one with a no-break space of
 * hardly any.
 */
final class Golds {
  static final String MUTE =
      "have an answer or alias without a letter or digit, which was left out";
  static final String SPACES =
      "have an answer or alias with blanks that are no plain spaces; they were made plain ones";
  static final String SHORT =
      "have an answer or alias of one or two letters or of digits alone, which many texts hold";

  /** All that Unicode calls a space but the plain one. */
  private static final Pattern OTHER_SPACES = Pattern.compile("[\\p{Zs}&&[^ ]]");

  private Golds() {}

  /**
   * The question with what is left of its golds.
   *
   * @param remarks is told what was done, and to which gold
   * @throws UnreadableRecord where none is left
   */
  static Question of(Question question, BiConsumer<String, String> remarks)
      throws UnreadableRecord {
    if (question.task() != Task.OPEN_ENDED) {
      return question;
    }
    List<String> golds = new ArrayList<>();
    golds.add(question.answer());
    golds.addAll(question.aliases());
    Set<String> kept = new LinkedHashSet<>();
    for (String gold : golds) {
      String plain = OTHER_SPACES.matcher(gold).replaceAll(" ");
      if (plain.isBlank()) {
        remarks.accept(Questions.BLANK_GOLD, "");
      } else if (plain.codePoints().noneMatch(Character::isLetterOrDigit)) {
        remarks.accept(MUTE, gold);
      } else {
        if (!plain.equals(gold)) {
          remarks.accept(SPACES, plain);
        }
        if (isShort(plain)) {
          remarks.accept(SHORT, plain);
        }
        kept.add(plain);
      }
    }
    if (kept.isEmpty()) {
      throw UnreadableRecord.withoutAnswer(
          "No answer has a letter or digit: \"%s\".".formatted(question.answer()));
    }
    List<String> answers = List.copyOf(kept);
    return new Question(
        question.id(),
        question.task(),
        question.purpose(),
        question.text(),
        answers.get(0),
        answers.subList(1, answers.size()),
        question.options(),
        question.subject(),
        question.tags());
  }

  private static boolean isShort(String gold) {
    int letters = 0;
    int digits = 0;
    for (int c : gold.codePoints().toArray()) {
      // A Han character or a syllable says more than a letter does.
      letters += Character.isAlphabetic(c) ? Character.isIdeographic(c) ? 3 : 1 : 0;
      digits += Character.isDigit(c) ? 1 : 0;
    }
    return letters == 0 || letters + digits <= 2;
  }
}
