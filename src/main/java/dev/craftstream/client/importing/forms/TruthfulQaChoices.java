package dev.craftstream.client.importing.forms;

import com.fasterxml.jackson.databind.JsonNode;
import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.QuestionEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * TruthfulQA's questions with one right option, {@code mc1_targets}. It stands first in all of
 * them, so the options are put into another order.
 */
public final class TruthfulQaChoices implements QuestionForm {

  @Override
  public boolean fits(Row row) {
    return row.has("question", "mc1_targets");
  }

  @Override
  public QuestionEvent event(Row row) throws UnreadableRecord {
    String text = row.text("question");
    Row targets = row.object("mc1_targets");
    List<String> options = targets.texts("choices");
    JsonNode labels = targets.value("labels");
    List<String> right = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < options.size(); i++) {
      (labels != null && labels.path(i).asInt() == 1 ? right : wrong).add(options.get(i));
    }
    if (right.size() != 1) {
      throw new UnreadableRecord(
          "mc1_targets says that %d options are right; one is needed.".formatted(right.size()));
    }
    return Questions.event(
        Questions.ofRightAndWrong(Questions.id("truthfulqa-mc", text), text, right.get(0), wrong));
  }
}
