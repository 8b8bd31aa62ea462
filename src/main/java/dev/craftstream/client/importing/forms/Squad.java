package dev.craftstream.client.importing.forms;

import com.fasterxml.jackson.databind.JsonNode;
import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.QuestionEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * SQuAD's questions, of version 1.1 and 2.0: those of the published articles' paragraphs, and
 * Hugging Face's rows. They are asked without the paragraph. Those that have no answer in it are
 * told apart, for there is nothing that an answer could be held against.
 */
public final class Squad implements QuestionForm {

  @Override
  public boolean fits(Row row) throws UnreadableRecord {
    JsonNode answers = row.value("answers");
    return row.has("id", "question", "answers")
        && answers != null
        && (answers.has("answer_start")
            || row.has("is_impossible")
            || answers.path(0).has("answer_start"));
  }

  @Override
  public QuestionEvent event(Row row) throws UnreadableRecord {
    String text = row.text("question");
    List<String> answers = new ArrayList<>();
    JsonNode value = row.value("answers");
    if (value != null && value.isObject()) {
      answers.addAll(row.object("answers").texts("text"));
    } else {
      for (Row answer : row.objects("answers")) {
        answers.add(answer.text("text"));
      }
    }
    if (answers.isEmpty()) {
      throw UnreadableRecord.withoutAnswer(
          "The question has no answer in its paragraph; a gold answer is needed.");
    }
    return Questions.event(Questions.openEnded(row.text("id"), text, answers.get(0), answers));
  }
}
