package dev.craftstream.client.importing.forms;

import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.QuestionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * TruthfulQA's questions with answers in words: its CSV, where a semicolon is between the correct
 * ones, and Hugging Face's rows, where they are a list.
 */
public final class TruthfulQa implements QuestionForm {

  @Override
  public boolean fits(Row row) {
    return row.has("question", "best_answer", "correct_answers");
  }

  @Override
  public QuestionEvent event(Row row) throws UnreadableRecord {
    String text = row.text("question");
    List<String> correct = new ArrayList<>();
    for (String answers : row.texts("correct_answers")) {
      Stream.of(row.source().cells() ? answers.split(";") : new String[] {answers})
          .map(String::strip)
          .forEach(correct::add);
    }
    return Questions.event(
        Questions.openEnded(
            Questions.id("truthfulqa", text),
            text,
            row.text("best_answer"),
            correct,
            row.label("category")));
  }
}
