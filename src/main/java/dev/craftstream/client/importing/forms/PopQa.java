package dev.craftstream.client.importing.forms;

import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.QuestionEvent;
import java.util.ArrayList;
import java.util.List;

/** PopQA's questions: the object of a fact, and what else it is called as a list in a text. */
public final class PopQa implements QuestionForm {

  @Override
  public boolean fits(Row row) {
    return row.has("question", "possible_answers", "obj");
  }

  @Override
  public QuestionEvent event(Row row) throws UnreadableRecord {
    String text = row.text("question");
    List<String> aliases = new ArrayList<>(row.writtenTexts("possible_answers"));
    if (row.has("o_aliases")) {
      aliases.addAll(row.writtenTexts("o_aliases"));
    }
    String id = row.label("id");
    return Questions.event(
        Questions.openEnded(
            id.isEmpty() ? Questions.id("popqa", text) : "popqa-" + id,
            text,
            row.text("obj"),
            aliases));
  }
}
