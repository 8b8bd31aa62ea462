package dev.craftstream.client.ui;

import dev.craftstream.client.report.Table;
import dev.craftstream.client.report.Table.Cell;
import dev.craftstream.client.report.Table.Column;
import dev.craftstream.client.report.Table.Row;
import dev.craftstream.client.report.Templates;
import dev.craftstream.client.report.Wording;
import dev.craftstream.client.watch.QuestionHistory;
import dev.craftstream.client.watch.QuestionIndex;
import dev.craftstream.model.Question;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Finds questions, and tells all that became of one. */
public final class Finder {
  private static final int MOST = 20;
  private static final int LONGEST_QUERY = 300;

  private final QuestionIndex index;
  private final Function<List<String>, Map<String, Question>> contents;
  private final Function<String, QuestionHistory> histories;

  /** A question that was found; its text is empty where the topic does not have it any more. */
  public record Hit(String id, String text, String task) {}

  /**
   * @param contents of questions, by their ids
   * @param histories of a question, by its id
   */
  public Finder(
      QuestionIndex index,
      Function<List<String>, Map<String, Question>> contents,
      Function<String, QuestionHistory> histories) {
    this.index = index;
    this.contents = contents;
    this.histories = histories;
  }

  /** What is found, as a part of the page. */
  String search(String query) {
    String words = query.length() <= LONGEST_QUERY ? query : query.substring(0, LONGEST_QUERY);
    QuestionIndex.Found found = index.find(words, MOST);
    List<Hit> hits = new ArrayList<>();
    contents
        .apply(found.ids())
        .forEach(
            (id, question) ->
                hits.add(
                    question == null
                        ? new Hit(id, "", "")
                        : new Hit(
                            id,
                            Wording.shortened(question.text(), 200),
                            Wording.of(question.task()))));
    Map<String, Object> values = new HashMap<>();
    values.put("part", "found");
    values.put("query", Wording.shortened(words, 80));
    values.put("hits", hits);
    values.put("matches", Wording.count(found.matches()));
    values.put("more", found.matches() > hits.size());
    values.put("full", full());
    return Templates.render("ui/finder.ftlx", values);
  }

  /** What the index could not take, as a sentence; empty where it took all. */
  private String full() {
    QuestionIndex.Fill fill = index.fill();
    return fill.leftOut() == 0
        ? ""
        : "The search does not know %s records: its index is full at %s MB. --index-memory gives it more."
            .formatted(Wording.count(fill.leftOut()), Wording.count(fill.mostBytes() >> 20));
  }

  /** A question's history, as a part of the page. */
  String question(String id, Times times) {
    QuestionHistory history = histories.apply(id);
    HistoryTables tables = new HistoryTables(history, times);
    Map<String, Object> values = new HashMap<>();
    values.put("part", "history");
    values.put("id", history.id());
    values.put("known", tables.knowsAnything());
    values.put("full", full());
    values.put("missing", missing(history));
    if (!history.contents().isEmpty()) {
      Question question = history.contents().get(0).record();
      values.put("text", question.text());
      values.put("facts", facts(question, history));
      values.put("options", options(question));
    }
    values.put(
        "tables",
        List.of(tables.measurements(), tables.labels(), tables.memberships(), tables.letters()));
    return Templates.render("ui/finder.ftlx", values);
  }

  private static String missing(QuestionHistory history) {
    return (history.late() == 0
            ? ""
            : "Kafka has not sent %s of its records in time; ask again. "
                .formatted(Wording.count(history.late())))
        + (history.missing() == 0
            ? ""
            : "%s older records are not kept by their topics any more."
                .formatted(Wording.count(history.missing())));
  }

  private static List<String> options(Question question) {
    List<String> options = new ArrayList<>();
    for (int i = 0; i < question.options().size(); i++) {
      options.add(Question.optionLetter(i) + ". " + question.options().get(i));
    }
    return options;
  }

  private static Table facts(Question question, QuestionHistory history) {
    List<Row> rows = new ArrayList<>();
    fact(rows, "gold answer", question.answer());
    fact(rows, "also right", String.join(", ", question.aliases()));
    fact(rows, "task", Wording.of(question.task()));
    fact(rows, "purpose", question.purpose().name());
    fact(rows, "subject", question.subject());
    fact(rows, "tags", String.join(", ", question.tags()));
    fact(
        rows,
        "records of its content",
        history.contents().size() < 2 ? "" : Wording.count(history.contents().size()));
    return new Table(
        "The question", "facts", List.of(Column.text("", 0), Column.text("", 0)), rows);
  }

  private static void fact(List<Row> rows, String name, String value) {
    if (!value.isEmpty()) {
      rows.add(Row.of(Cell.name(name), Cell.of(value)));
    }
  }
}
