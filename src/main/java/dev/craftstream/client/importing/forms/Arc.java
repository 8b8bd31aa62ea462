package dev.craftstream.client.importing.forms;

import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.QuestionEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * Questions whose choices have labels, as ARC, CommonsenseQA and OpenBookQA have them: as
 * published, with {@code question.stem} and a list of choices, and as Hugging Face's rows, with a
 * list of texts and one of labels. Labels are A, B, C or 1, 2, 3; the job's letters go by the
 * choices' order.
 */
public final class Arc implements QuestionForm {

  @Override
  public boolean fits(Row row) {
    return row.has("question", "answerKey") || row.has("question_stem", "choices", "answerKey");
  }

  @Override
  public QuestionEvent event(Row row) throws UnreadableRecord {
    boolean published = row.value("question") != null && row.value("question").isObject();
    Row question = published ? row.object("question") : row;
    String stem = published ? "stem" : row.has("question_stem") ? "question_stem" : "question";
    List<String> labels = new ArrayList<>();
    List<String> options = new ArrayList<>();
    if (question.value("choices") != null && question.value("choices").isObject()) {
      Row choices = question.object("choices");
      labels.addAll(choices.texts("label"));
      options.addAll(choices.texts("text"));
      if (labels.size() != options.size()) {
        throw new UnreadableRecord(
            "choices has %d labels for %d texts.".formatted(labels.size(), options.size()));
      }
    } else {
      for (Row choice : question.objects("choices")) {
        labels.add(choice.text("label"));
        options.add(choice.text("text"));
      }
    }
    return Questions.event(
        Questions.multipleChoice(
            row.text("id"),
            question.text(stem),
            options,
            Targets.labelled("answerKey", row.text("answerKey"), labels),
            ""));
  }
}
