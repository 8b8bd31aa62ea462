package dev.craftstream.client.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import dev.craftstream.model.Question;
import java.util.ArrayList;
import java.util.List;

/**
 * ARC's questions. Their choices are labelled A, B, C or 1, 2, 3; the job's letters go by the
 * choices' order.
 */
final class Arc {
  private Arc() {}

  static Question question(JsonNode object) throws UnreadableRecord {
    JsonNode question = Fields.object(object, "question");
    List<String> labels = new ArrayList<>();
    List<String> options = new ArrayList<>();
    for (JsonNode choice : Fields.objects(question, "choices")) {
      labels.add(Fields.text(choice, "label"));
      options.add(Fields.text(choice, "text"));
    }
    String key = Fields.text(object, "answerKey");
    int target = labels.indexOf(key);
    if (target < 0 || target != labels.lastIndexOf(key)) {
      throw new UnreadableRecord(
          "answerKey is \"%s\"; one of the choices' labels is needed, which are %s."
              .formatted(key, String.join(", ", labels)));
    }
    return JsonQuestions.multipleChoice(
        Fields.text(object, "id"),
        Fields.text(question, "stem"),
        options,
        Question.optionLetter(target),
        "");
  }
}
