package dev.craftstream.client.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import dev.craftstream.model.Question;

/** TriviaQA's questions, of the reading and of the unfiltered files alike. */
final class TriviaQa {
  private TriviaQa() {}

  static Question question(JsonNode object) throws UnreadableRecord {
    String id = Fields.text(object, "QuestionId");
    String text = Fields.text(object, "Question");
    JsonNode answer = object.get("Answer");
    if (answer == null || answer.isNull()) {
      throw new UnreadableRecord(
          "Answer is missing; the files without answers are for TriviaQA's own test server.");
    }
    answer = Fields.object(object, "Answer");
    return JsonQuestions.openEnded(
        id, text, Fields.text(answer, "Value"), Fields.texts(answer, "Aliases"));
  }
}
