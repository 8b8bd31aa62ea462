package dev.craftstream.client.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import dev.craftstream.model.Origin;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import java.io.IOException;
import java.util.List;

/** Questions that are published as JSON objects. */
final class JsonQuestions implements QuestionReader {

  /** One form's way from an object to a question. */
  interface Form {
    Question question(JsonNode object) throws UnreadableRecord;
  }

  private final JsonRecords records;
  private final Form form;

  JsonQuestions(JsonRecords records, Form form) {
    this.records = records;
    this.form = form;
  }

  @Override
  public SourceRecord next() throws IOException {
    try {
      JsonNode object = records.next();
      return object == null
          ? null
          : new SourceRecord.Usable(records.place(), event(form.question(object)));
    } catch (UnreadableRecord mistake) {
      return new SourceRecord.Unusable(records.place(), mistake.getMessage());
    }
  }

  static QuestionEvent event(Question question) {
    return new QuestionEvent(question.id(), question, new Origin("", 0, 0));
  }

  static Question openEnded(String id, String text, String answer, List<String> aliases) {
    return new Question(
        id,
        Task.OPEN_ENDED,
        Purpose.TRAIN,
        text,
        answer,
        aliases.stream().filter(alias -> !alias.equals(answer)).distinct().toList(),
        List.of(),
        "",
        List.of());
  }

  static Question multipleChoice(
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

  @Override
  public void close() throws IOException {
    records.close();
  }
}
