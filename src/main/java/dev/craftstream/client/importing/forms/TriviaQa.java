package dev.craftstream.client.importing.forms;

import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.QuestionEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * TriviaQA's questions, of the reading, the unfiltered and the verified files alike. What counts as
 * right in its own evaluation is all kept: aliases, normalised ones, and the answers that people
 * gave to the verified questions.
 */
public final class TriviaQa implements QuestionForm {

  @Override
  public boolean fits(Row row) {
    return row.has("QuestionId", "Question");
  }

  @Override
  public QuestionEvent event(Row row) throws UnreadableRecord {
    String id = row.text("QuestionId");
    String text = row.text("Question");
    if (row.value("Answer") == null) {
      throw new UnreadableRecord(
          "Answer is missing; the files without answers are for TriviaQA's own test server.");
    }
    Row answer = row.object("Answer");
    List<String> aliases = new ArrayList<>(answer.texts("Aliases"));
    aliases.addAll(answer.texts("HumanAnswers"));
    aliases.addAll(answer.texts("NormalizedAliases"));
    return Questions.event(Questions.openEnded(id, text, answer.text("Value"), aliases));
  }
}
