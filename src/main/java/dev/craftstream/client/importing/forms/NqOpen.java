package dev.craftstream.client.importing.forms;

import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.QuestionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * NQ-open's questions: {@code question} and the list {@code answer}, without ids, or with {@code
 * qid}, the first {@code answer} and all {@code answers}. So are those of many small sets.
 */
public final class NqOpen implements QuestionForm {
  private static final Set<String> KNOWN = Set.of("question", "answer", "answers", "qid");

  /** In the names of columns that may hold what counts as right or wrong. */
  private static final List<String> TELLING =
      List.of("answer", "alias", "option", "choice", "distractor", "target", "label", "impossible");

  @Override
  public boolean fits(Row row) throws UnreadableRecord {
    return row.has("question")
        && (isGold(row, "answer") || isGold(row, "answers"))
        && telling(row).isEmpty();
  }

  private static boolean isGold(Row row, String name) throws UnreadableRecord {
    return row.value(name) != null && (row.value(name).isTextual() || row.value(name).isArray());
  }

  private static List<String> telling(Row row) {
    return row.names().stream()
        .filter(name -> !KNOWN.contains(name.toLowerCase(Locale.ROOT)))
        .filter(name -> TELLING.stream().anyMatch(name.toLowerCase(Locale.ROOT)::contains))
        .toList();
  }

  @Override
  public QuestionEvent event(Row row) throws UnreadableRecord {
    String text = row.text("question");
    if (!telling(row).isEmpty()) {
      throw new UnreadableRecord(
          "There is also %s, which may hold what is right; name what is meant with --field."
              .formatted(String.join(", ", telling(row))));
    }
    List<String> answers = new ArrayList<>(row.texts("answer"));
    answers.addAll(row.texts("answers"));
    answers.removeIf(String::isBlank);
    if (answers.isEmpty()) {
      throw new UnreadableRecord(
          "There is no text in answer; a string or a list of strings is needed.");
    }
    return Questions.event(
        Questions.openEnded(
            row.value("qid") == null ? Questions.id("nq", text) : row.label("qid"),
            text,
            answers.get(0),
            answers));
  }
}
