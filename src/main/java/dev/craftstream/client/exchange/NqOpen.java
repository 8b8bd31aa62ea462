package dev.craftstream.client.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import dev.craftstream.model.Question;
import dev.craftstream.model.Sha256;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * NQ-open's questions: as published ({@code question} and the list {@code answer}, without ids), or
 * with {@code qid}, the first {@code answer} and all {@code answers}.
 */
final class NqOpen {
  /** Of the hash that makes an id. */
  private static final int ID_BYTES = 8;

  private NqOpen() {}

  static Question question(JsonNode object) throws UnreadableRecord {
    String text = Fields.text(object, "question");
    List<String> answers = new ArrayList<>();
    JsonNode answer = object.get("answer");
    if (answer != null && answer.isTextual()) {
      answers.add(answer.textValue());
    } else {
      answers.addAll(Fields.texts(object, "answer"));
    }
    answers.addAll(Fields.texts(object, "answers"));
    if (answers.isEmpty()) {
      throw new UnreadableRecord(
          "There is no text in answer; a string or a list of strings is needed.");
    }
    JsonNode id = object.get("qid");
    return JsonQuestions.openEnded(
        id == null
            ? "nq-" + HexFormat.of().formatHex(Sha256.of(text), 0, ID_BYTES)
            : Fields.text(object, "qid"),
        text,
        answers.get(0),
        answers);
  }
}
