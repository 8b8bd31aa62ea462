package dev.craftstream.client.importing.forms;

import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.UnreadableFile;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Questions with an option in each of the columns {@code A}, {@code B} and so on, as MMLU, CMMLU
 * and C-Eval have them. Where a set has no ids of its own, a CSV's questions are named by file and
 * number ({@code college_biology/test/0}), for in those sets the file is the subject; others are
 * named by what they say.
 */
public final class LetteredOptions implements QuestionForm {
  private static final Pattern SPLIT = Pattern.compile("(.+)_(test|val|dev)");
  private static final Set<String> SPLITS = Set.of("test", "val", "dev", "train", "validation");
  private static final Pattern ENDING = Pattern.compile("(?i)\\.(csv|tsv)(\\.(gz|zst))?$");

  @Override
  public boolean fits(Row row) {
    return row.has("question") && !prefix(row).equals("none") && !target(row).isEmpty();
  }

  /** What stands before the letter in the options' names. */
  private static String prefix(Row row) {
    if (row.has("A", "B")) {
      return "";
    }
    return row.has("option_a", "option_b") ? "option_" : "none";
  }

  private static String target(Row row) {
    return row.has("target") ? "target" : row.has("answer") ? "answer" : "";
  }

  @Override
  public QuestionEvent event(Row row) throws UnreadableRecord, UnreadableFile {
    String prefix = prefix(row);
    List<String> options = new ArrayList<>();
    while (options.size() < 26 && row.has(prefix + Question.optionLetter(options.size()))) {
      options.add(row.label(prefix + Question.optionLetter(options.size())));
    }
    String text = row.text("question");
    if (options.isEmpty()) {
      throw new UnreadableRecord("A and B are missing; a column for each option is needed.");
    }
    if (target(row).isEmpty()) {
      throw new UnreadableRecord("answer is missing; the right option's letter is needed.");
    }
    String target = Targets.letter(row, target(row), options.size());
    String path = path(row, text, options);
    return Questions.event(
        Questions.multipleChoice(path, text, options, target, subject(row, path)));
  }

  private static String path(Row row, String text, List<String> options) throws UnreadableRecord {
    String id = row.label("id").strip();
    boolean named = !id.isEmpty() && !id.matches("[0-9]+");
    if (named) {
      return id;
    }
    return row.source().cells()
        ? folder(row) + "/" + (id.isEmpty() ? String.valueOf(row.source().number()) : id)
        : Questions.id("mmlu", row.label("subject") + '\n' + text, options);
  }

  /** Subject and split, as the file's name has them, or its folder's. */
  private static String folder(Row row) {
    String name = ENDING.matcher(row.source().file().getFileName().toString()).replaceAll("");
    Matcher split = SPLIT.matcher(name);
    if (split.matches()) {
      return split.group(1) + "/" + split.group(2);
    }
    var parent = row.source().file().toAbsolutePath().getParent();
    String folder =
        parent == null || parent.getFileName() == null
            ? ""
            : parent.getFileName().toString().toLowerCase(Locale.ROOT);
    return SPLITS.contains(folder) ? name + "/" + folder : name;
  }

  private static String subject(Row row, String path) throws UnreadableRecord {
    String subject = row.label("subject");
    if (subject.isEmpty() && path.contains("/")) {
      subject = path.substring(0, path.indexOf('/'));
    }
    return subject.replace('_', ' ');
  }
}
