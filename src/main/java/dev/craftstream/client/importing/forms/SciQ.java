package dev.craftstream.client.importing.forms;

import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.QuestionEvent;
import java.util.ArrayList;
import java.util.List;

/** SciQ's questions: a right answer and up to three distractors, in no order. */
public final class SciQ implements QuestionForm {

  @Override
  public boolean fits(Row row) {
    return row.has("question", "correct_answer", "distractor1");
  }

  @Override
  public QuestionEvent event(Row row) throws UnreadableRecord {
    String text = row.text("question");
    String right = row.text("correct_answer");
    List<String> wrong = new ArrayList<>();
    for (int i = 1; row.has("distractor" + i); i++) {
      wrong.add(row.text("distractor" + i));
    }
    return Questions.event(
        Questions.ofRightAndWrong(Questions.id("sciq", text, right), text, right, wrong));
  }
}
