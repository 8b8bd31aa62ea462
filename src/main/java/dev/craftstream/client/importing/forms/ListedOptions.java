package dev.craftstream.client.importing.forms;

import com.fasterxml.jackson.databind.JsonNode;
import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.UnreadableFile;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.QuestionEvent;
import java.util.List;

/** MMLU's questions as Hugging Face's rows have them: the list {@code choices}, and a number. */
public final class ListedOptions implements QuestionForm {

  @Override
  public boolean fits(Row row) throws UnreadableRecord {
    JsonNode choices = row.value("choices");
    return row.has("question", "answer")
        && choices != null
        && choices.isArray()
        && !choices.path(0).isObject();
  }

  @Override
  public QuestionEvent event(Row row) throws UnreadableRecord, UnreadableFile {
    String text = row.text("question");
    List<String> options = row.texts("choices");
    String target = Targets.letter(row, "answer", options.size());
    String subject = row.label("subject");
    return Questions.event(
        Questions.multipleChoice(
            Questions.id("mmlu", subject + '\n' + text, options),
            text,
            options,
            target,
            subject.replace('_', ' ')));
  }
}
