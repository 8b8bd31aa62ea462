package dev.craftstream.client.importing;

import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import java.util.List;
import java.util.stream.Stream;

/** Finds half characters, which JSON can have and no encoding can write. */
final class Surrogates {
  private Surrogates() {}

  /**
   * Fails where a text of the event has one.
   *
   * @throws UnreadableRecord with a sentence
   */
  static void requireWhole(QuestionEvent event) throws UnreadableRecord {
    require("The id", Stream.of(event.questionId()));
    Question question = event.question();
    if (question != null) {
      require("The question", Stream.of(question.text()));
      require(
          "An answer", Stream.concat(Stream.of(question.answer()), question.aliases().stream()));
      require("An option", question.options().stream());
      require(
          "The subject or a tag",
          Stream.of(List.of(question.subject()), question.tags()).flatMap(List::stream));
    }
  }

  private static void require(String what, Stream<String> texts) throws UnreadableRecord {
    if (texts.anyMatch(Surrogates::isBroken)) {
      throw new UnreadableRecord(
          what + " holds half of a surrogate pair; only whole Unicode characters are allowed.");
    }
  }

  /** A pair is one code point, beyond the surrogates' range. */
  private static boolean isBroken(String text) {
    return text.codePoints()
        .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }
}
