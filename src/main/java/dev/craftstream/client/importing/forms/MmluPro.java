package dev.craftstream.client.importing.forms;

import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.UnreadableFile;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.QuestionEvent;
import java.util.List;

/** MMLU-Pro's questions, of up to ten options; the right one is named by letter and by number. */
public final class MmluPro implements QuestionForm {

  @Override
  public boolean fits(Row row) {
    return row.has("question", "options", "answer", "answer_index");
  }

  @Override
  public QuestionEvent event(Row row) throws UnreadableRecord, UnreadableFile {
    String text = row.text("question");
    List<String> options = row.texts("options");
    String target = Targets.letter(row, "answer", options.size());
    String byNumber = Targets.letter(row, "answer_index", options.size());
    if (!target.equals(byNumber)) {
      throw new UnreadableRecord(
          "answer is %s, but answer_index names %s.".formatted(target, byNumber));
    }
    String id = row.label("question_id");
    return Questions.event(
        Questions.multipleChoice(
            id.isEmpty() ? Questions.id("mmlu-pro", text, options) : "mmlu-pro-" + id,
            text,
            options,
            target,
            row.label("category")));
  }
}
