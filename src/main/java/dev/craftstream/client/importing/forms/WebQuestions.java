package dev.craftstream.client.importing.forms;

import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.QuestionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** WebQuestions: Hugging Face's rows, and the published ones with their descriptions in a text. */
public final class WebQuestions implements QuestionForm {
  private static final Pattern DESCRIPTION =
      Pattern.compile("\\(description (?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^()\"]*+))\\)");

  @Override
  public boolean fits(Row row) {
    return row.has("utterance", "targetValue") || row.has("question", "answers", "url");
  }

  @Override
  public QuestionEvent event(Row row) throws UnreadableRecord {
    boolean published = row.has("utterance");
    String text = row.text(published ? "utterance" : "question");
    List<String> answers = published ? descriptions(row.text("targetValue")) : row.texts("answers");
    if (answers.isEmpty()) {
      throw UnreadableRecord.withoutAnswer("There is no answer.");
    }
    return Questions.event(
        Questions.openEnded(Questions.id("webquestions", text), text, answers.get(0), answers));
  }

  private static List<String> descriptions(String list) {
    List<String> descriptions = new ArrayList<>();
    Matcher matcher = DESCRIPTION.matcher(list);
    while (matcher.find()) {
      descriptions.add(
          matcher.group(1) == null
              ? matcher.group(2).strip()
              : matcher.group(1).replaceAll("\\\\(.)", "$1"));
    }
    return descriptions;
  }
}
