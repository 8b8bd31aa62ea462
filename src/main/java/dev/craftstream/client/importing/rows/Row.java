package dev.craftstream.client.importing.rows;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.flink.api.connector.source.Source;

/**
 * One record: names and their values. Names count without letter case, and with a blank, a colon or
 * a hyphen as good as an underscore, for the same sets have {@code Best Answer} in one file and
 * {@code best_answer} in the next. What is not as asked for is said with what is there instead.
 */
public final class Row {
  private static final Pattern SEPARATORS = Pattern.compile("[\\s:\\-]+");

  private final Source source;
  private final Map<String, JsonNode> values = new LinkedHashMap<>();
  private final Map<String, String> names = new LinkedHashMap<>();
  private final JsonNode object;
  private final Set<String> remarks;

  /**
   * Where records come from.
   *
   * @param cells whether values are a table's cells, that is texts, whatever they were before
   * @param number of the record in its file, from 0
   */
  public record Source(Path file, boolean cells, long number) {}

  /**
   * Takes an object apart.
   *
   * @throws UnreadableRecord where two of its names are the same but for their dress
   */
  Row(Source source, JsonNode object) throws UnreadableRecord {
    this(source, object, new LinkedHashSet<>());
  }

  private Row(Source source, JsonNode object, Set<String> remarks) throws UnreadableRecord {
    this.source = source;
    this.object = object;
    this.remarks = remarks;
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      String key = key(entry.getKey());
      String other = names.putIfAbsent(key, entry.getKey());
      if (other != null) {
        throw new UnreadableRecord(
            "%s and %s are both given; which one is meant?".formatted(other, entry.getKey()));
      }
      values.put(key, entry.getValue());
    }
  }

  /**
   * Reads one JSON object.
   *
   * @param number of the record in its file, from 0
   * @throws UnreadableRecord where it is none
   */
  public static Row ofJson(Path file, long number, byte[] json) throws UnreadableRecord {
    return new Row(new Source(file, false, number), JsonTree.whole(json));
  }

  /** A name without its dress. */
  static String key(String name) {
    return SEPARATORS.matcher(name.strip()).replaceAll("_").toLowerCase(Locale.ROOT);
  }

  public Source source() {
    return source;
  }

  /** The whole of it. */
  public JsonNode object() {
    return object;
  }

  /**
   * Notes something that whoever reads the file should know; {@code what} goes on "Records ...".
   */
  public void remark(String what) {
    remarks.add(what);
  }

  public Set<String> remarks() {
    return remarks;
  }

  /** As they stand in the file. */
  public List<String> names() {
    return List.copyOf(names.values());
  }

  /** Whether the names are all there, with a value or without. */
  public boolean has(String... all) {
    for (String name : all) {
      if (!values.containsKey(key(name))) {
        return false;
      }
    }
    return true;
  }

  /** The value; null where there is none. A cell that holds a printed list or object is one. */
  public JsonNode value(String name) throws UnreadableRecord {
    JsonNode value = values.get(key(name));
    if (value == null || value.isNull()) {
      return null;
    }
    return source.cells() && value.isTextual() && PrintedValue.isOne(value.textValue())
        ? PrintedValue.read(name, value.textValue())
        : value;
  }

  /** A text that has to be there. */
  public String text(String name) throws UnreadableRecord {
    JsonNode value = values.get(key(name));
    if (value == null || value.isNull()) {
      throw new UnreadableRecord(name + " is missing; a string is needed.");
    }
    if (!value.isTextual()) {
      throw new UnreadableRecord("%s is %s; a string is needed.".formatted(name, kind(value)));
    }
    return value.textValue();
  }

  /** A text, or a number as such; empty where there is none. */
  public String label(String name) throws UnreadableRecord {
    JsonNode value = values.get(key(name));
    if (value == null || value.isNull()) {
      return "";
    }
    if (!value.isTextual() && !value.isNumber()) {
      throw new UnreadableRecord(
          "%s is %s; a string or a number is needed.".formatted(name, kind(value)));
    }
    return value.asText();
  }

  /** An object that has to be there, with names and values of its own. */
  public Row object(String name) throws UnreadableRecord {
    JsonNode value = value(name);
    if (value == null || !value.isObject()) {
      throw new UnreadableRecord(
          "%s is %s; an object is needed."
              .formatted(name, value == null ? "missing" : kind(value)));
    }
    return nested(value);
  }

  /** The objects of a list that has to be there. */
  public List<Row> objects(String name) throws UnreadableRecord {
    JsonNode value = value(name);
    if (value == null || !value.isArray()) {
      throw new UnreadableRecord(
          "%s is %s; a list is needed.".formatted(name, value == null ? "missing" : kind(value)));
    }
    List<Row> objects = new ArrayList<>();
    for (JsonNode item : value) {
      if (!item.isObject()) {
        throw new UnreadableRecord(
            "%s[%d] is %s; an object is needed.".formatted(name, objects.size(), kind(item)));
      }
      objects.add(nested(item));
    }
    return objects;
  }

  private Row nested(JsonNode value) throws UnreadableRecord {
    return new Row(new Source(source.file(), false, source.number()), value, remarks);
  }

  /** The texts of a list, or the one text that stands there; none where there is nothing. */
  public List<String> texts(String name) throws UnreadableRecord {
    JsonNode value = value(name);
    if (value == null) {
      return List.of();
    }
    if (value.isTextual()) {
      return List.of(value.textValue());
    }
    if (!value.isArray()) {
      throw new UnreadableRecord(
          "%s is %s; a list of strings is needed.".formatted(name, kind(value)));
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode item : value) {
      if (!item.isTextual()) {
        throw new UnreadableRecord(
            "An entry of %s is %s; strings are needed.".formatted(name, kind(item)));
      }
      texts.add(item.textValue());
    }
    return texts;
  }

  /** Texts that were written as a JSON list into one text, which is what some sets do. */
  public List<String> writtenTexts(String name) throws UnreadableRecord {
    JsonNode value = values.get(key(name));
    if (value == null || value.isNull() || !value.isTextual()) {
      return texts(name);
    }
    if (value.textValue().isBlank()) {
      return List.of();
    }
    JsonNode list = PrintedValue.read(name, value.textValue());
    List<String> texts = new ArrayList<>();
    for (JsonNode item : list) {
      texts.add(item.asText());
    }
    return texts;
  }

  /** What a value is, in words. */
  public static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      case STRING -> "a string";
      case NUMBER -> "the number " + value.asText();
      case BOOLEAN, NULL -> value.asText();
      default -> "nothing";
    };
  }
}
