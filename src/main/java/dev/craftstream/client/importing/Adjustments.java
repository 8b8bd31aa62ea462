package dev.craftstream.client.importing;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import java.util.List;
import java.util.stream.Stream;

/**
 * What is said of all questions of an import, whatever their file says.
 *
 * @param idPrefix stands before each id; may be empty
 * @param purpose null: as the file says
 * @param subject null: as the file says
 * @param tags come behind those of the file
 */
public record Adjustments(String idPrefix, Purpose purpose, String subject, List<String> tags) {

  /** Leaves everything as the file says. */
  public static final Adjustments NONE = new Adjustments("", null, null, List.of());

  QuestionEvent of(QuestionEvent event) {
    String id = idPrefix + event.questionId();
    Question question = event.question();
    return new QuestionEvent(
        id,
        question == null
            ? null
            : new Question(
                id,
                question.task(),
                purpose == null ? question.purpose() : purpose,
                question.text(),
                question.answer(),
                question.aliases(),
                question.options(),
                subject == null ? question.subject() : subject,
                Stream.concat(question.tags().stream(), tags.stream()).distinct().toList()),
        event.origin());
  }
}
