package dev.craftstream.client.importing.forms;

import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.QuestionEvent;
import java.util.ArrayList;
import java.util.List;

/** TriviaQA's questions as Hugging Face's rows have them. */
public final class TriviaQaRows implements QuestionForm {
  /** What stands where the test split has no answer. */
  private static final String UNKNOWN = "<unk>";

  @Override
  public boolean fits(Row row) throws UnreadableRecord {
    return row.has("question", "question_id", "answer")
        && row.value("answer") != null
        && row.value("answer").has("value");
  }

  @Override
  public QuestionEvent event(Row row) throws UnreadableRecord {
    Row answer = row.object("answer");
    String value = answer.text("value");
    if (value.equals(UNKNOWN)) {
      throw UnreadableRecord.withoutAnswer(
          "answer.value is <unk>; the split without answers is for TriviaQA's own test server.");
    }
    List<String> aliases = new ArrayList<>(answer.texts("aliases"));
    aliases.addAll(answer.texts("human_answers"));
    aliases.addAll(answer.texts("normalized_aliases"));
    return Questions.event(
        Questions.openEnded(row.label("question_id"), row.text("question"), value, aliases));
  }
}
