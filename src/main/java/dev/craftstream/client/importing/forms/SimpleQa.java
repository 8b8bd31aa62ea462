package dev.craftstream.client.importing.forms;

import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.QuestionEvent;
import java.util.List;

/** SimpleQA's questions, which are called problems, and those of SimpleQA Verified. */
public final class SimpleQa implements QuestionForm {

  @Override
  public boolean fits(Row row) {
    return row.has("problem", "answer") && (row.has("metadata") || row.has("topic", "answer_type"));
  }

  @Override
  public QuestionEvent event(Row row) throws UnreadableRecord {
    String text = row.text("problem");
    return Questions.event(
        Questions.openEnded(
            Questions.id("simpleqa", text),
            text,
            row.label("answer"),
            List.of(),
            row.label("topic")));
  }
}
