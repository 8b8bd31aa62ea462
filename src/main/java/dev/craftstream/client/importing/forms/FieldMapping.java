package dev.craftstream.client.importing.forms;

import com.fasterxml.jackson.databind.JsonNode;
import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.UnreadableFile;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Any form at all: which of a question's parts is in which of the file's fields, as a user says.
 */
public final class FieldMapping implements QuestionForm {
  /** What can be mapped. */
  public static final List<String> PARTS =
      List.of("question", "answer", "aliases", "options", "target", "id", "subject");

  private final Map<String, List<String>> fields;

  /**
   * Says where what is.
   *
   * @param fields the names of a part's fields, one or several with commas between; a dot leads
   *     into an object
   * @throws IllegalArgumentException with a sentence
   */
  public FieldMapping(Map<String, String> fields) {
    for (String part : fields.keySet()) {
      if (!PARTS.contains(part)) {
        throw new IllegalArgumentException(
            "--field %s is no part of a question; those are %s."
                .formatted(part, String.join(", ", PARTS)));
      }
    }
    this.fields =
        fields.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, entry -> names(entry.getValue())));
    boolean open = fields.containsKey("answer");
    boolean choice = fields.containsKey("options") && fields.containsKey("target");
    if (!fields.containsKey("question") || open == choice) {
      throw new IllegalArgumentException(
          "--field has to name question, and either answer, or options and target.");
    }
    if (choice && fields.containsKey("aliases")) {
      throw new IllegalArgumentException("--field aliases goes with answer, not with options.");
    }
    for (String part : List.of("question", "target", "id", "subject")) {
      if (fields.containsKey(part) && this.fields.get(part).size() != 1) {
        throw new IllegalArgumentException("--field %s has to name one field.".formatted(part));
      }
    }
  }

  private static List<String> names(String value) {
    List<String> names = new ArrayList<>();
    for (String name : value.split(",", -1)) {
      if (name.isBlank()) {
        throw new IllegalArgumentException("--field names a field without a name.");
      }
      names.add(name.strip());
    }
    return names;
  }

  /** The fields that every record has to have. */
  private Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    PARTS.forEach(part -> names.addAll(fields.getOrDefault(part, List.of())));
    return names;
  }

  @Override
  public boolean fits(Row row) {
    return missing(row) == null;
  }

  /** The same, without what leads into an object. */
  public Set<String> columns() {
    Set<String> columns = new LinkedHashSet<>();
    names().forEach(name -> columns.add(name.split("\\.", 2)[0]));
    return columns;
  }

  private String missing(Row row) {
    for (String name : names()) {
      if (!row.has(name) && !row.has(name.split("\\.", 2)[0])) {
        return name;
      }
    }
    return null;
  }

  @Override
  public QuestionEvent event(Row row) throws UnreadableRecord, UnreadableFile {
    String missing = missing(row);
    if (missing != null) {
      throw new UnreadableRecord(
          "There is no field %s; there are %s.".formatted(missing, String.join(", ", row.names())));
    }
    String text = one(row, "question");
    String id = one(row, "id");
    String subject = one(row, "subject");
    if (fields.containsKey("answer")) {
      List<String> answers = all(row, "answer");
      answers.removeIf(String::isBlank);
      if (answers.isEmpty()) {
        throw UnreadableRecord.withoutAnswer(
            String.join(", ", fields.get("answer")) + " is empty; a gold answer is needed.");
      }
      List<String> aliases = new ArrayList<>(answers);
      aliases.addAll(all(row, "aliases"));
      return Questions.event(
          Questions.openEnded(
              id.isEmpty() ? Questions.id("q", text) : id, text, answers.get(0), aliases, subject));
    }
    List<String> options = all(row, "options");
    return Questions.event(
        Questions.multipleChoice(
            id.isEmpty() ? Questions.id("q", text, options) : id,
            text,
            options,
            target(row, options),
            subject));
  }

  /** By letter, by number from 0, or by an option's own text, as long as only one can be meant. */
  private String target(Row row, List<String> options) throws UnreadableRecord, UnreadableFile {
    Field field = field(row, fields.get("target").get(0));
    JsonNode value = field.row.value(field.name);
    String target = field.row.label(field.name).strip();
    long same = options.stream().filter(target::equals).count();
    if (same == 0 || value.isNumber()) {
      return Targets.letter(field.row, field.name, options.size());
    }
    if (same > 1 || target.matches("[A-Z]|[0-9]{1,2}")) {
      throw new UnreadableRecord(
          "%s is \"%s\", which may name an option by its letter, number or text; which one is meant?"
              .formatted(field.name, target));
    }
    return Question.optionLetter(options.indexOf(target));
  }

  private String one(Row row, String part) throws UnreadableRecord {
    if (!fields.containsKey(part)) {
      return "";
    }
    Field field = field(row, fields.get(part).get(0));
    return field.row.label(field.name);
  }

  private List<String> all(Row row, String part) throws UnreadableRecord {
    List<String> texts = new ArrayList<>();
    for (String name : fields.getOrDefault(part, List.of())) {
      Field field = field(row, name);
      JsonNode value = field.row.value(field.name);
      if (value != null && value.isNumber()) {
        texts.add(value.asText());
      } else {
        texts.addAll(field.row.texts(field.name));
      }
    }
    return texts;
  }

  /** One field, in the record or in an object in it. */
  private record Field(Row row, String name) {}

  private static Field field(Row row, String name) throws UnreadableRecord {
    Row holder = row;
    String rest = name;
    while (!holder.has(rest) && rest.contains(".")) {
      int dot = rest.indexOf('.');
      holder = holder.object(rest.substring(0, dot));
      rest = rest.substring(dot + 1);
    }
    return new Field(holder, rest);
  }
}
