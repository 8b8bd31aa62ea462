package dev.craftstream.client.importing.rows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Lists and objects as they stand in the cells of a CSV: as JSON, as Python prints them ({@code
 * ['a', "b's"]}), and as NumPy does ({@code ['a' 'b']}, {@code {'text': array(['a'],
 * dtype=object)}}), which is what tables of Hugging Face's datasets have when they are saved as
 * CSV.
 */
final class PrintedValue {
  private static final int DEPTH = 20;
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final String name;
  private final String text;
  private int at;

  private PrintedValue(String name, String text) {
    this.name = name;
    this.text = text;
  }

  /** Whether a cell looks as if it held one. */
  static boolean isOne(String cell) {
    String text = cell.strip();
    return text.startsWith("[") && text.endsWith("]") || text.startsWith("{") && text.endsWith("}");
  }

  /** Reads a list or an object. */
  static JsonNode read(String name, String cell) throws UnreadableRecord {
    PrintedValue value = new PrintedValue(name, cell.strip());
    if (!isOne(cell)) {
      throw value.mistake("a list such as [\"a\", \"b\"] is needed");
    }
    JsonNode node = value.value(0);
    value.skipBlanks();
    if (value.at < value.text.length()) {
      throw value.mistake("there is more behind its end");
    }
    return node;
  }

  private JsonNode value(int depth) throws UnreadableRecord {
    if (depth > DEPTH) {
      throw mistake("it is nested too deeply");
    }
    skipBlanks();
    char next = peek();
    if (next == '[') {
      return list(']', depth);
    } else if (next == '(') {
      return list(')', depth);
    } else if (next == '{') {
      return object(depth);
    } else if (next == '"' || next == '\'') {
      return NODES.textNode(string());
    } else if (text.startsWith("array(", at)) {
      return array(depth);
    }
    return word();
  }

  /** With commas between, or with blanks alone. */
  private ArrayNode list(char end, int depth) throws UnreadableRecord {
    ArrayNode list = NODES.arrayNode();
    at++;
    skipBlanks();
    while (peek() != end) {
      list.add(value(depth + 1));
      skipBlanks();
      if (peek() == ',') {
        at++;
        skipBlanks();
      }
    }
    at++;
    return list;
  }

  private ObjectNode object(int depth) throws UnreadableRecord {
    ObjectNode object = NODES.objectNode();
    at++;
    skipBlanks();
    while (peek() != '}') {
      String field = string();
      skipBlanks();
      if (peek() != ':') {
        throw mistake("a colon is needed behind " + field);
      }
      at++;
      if (object.has(field)) {
        throw mistake(field + " is given twice");
      }
      object.set(field, value(depth + 1));
      skipBlanks();
      if (peek() == ',') {
        at++;
        skipBlanks();
      }
    }
    at++;
    return object;
  }

  /** {@code array([...], dtype=object)}. */
  private JsonNode array(int depth) throws UnreadableRecord {
    at += "array(".length();
    JsonNode list = value(depth + 1);
    int end = text.indexOf(')', at);
    if (end < 0) {
      throw mistake("it is cut off");
    }
    at = end + 1;
    return list;
  }

  private JsonNode word() throws UnreadableRecord {
    int from = at;
    while (at < text.length()
        && ",:]})".indexOf(text.charAt(at)) < 0
        && !isBlank(text.charAt(at))) {
      at++;
    }
    String word = text.substring(from, at);
    if (word.startsWith("...")) {
      throw mistake("it was shortened when it was printed (...); its end is lost");
    }
    return switch (word) {
      case "None", "null", "nan", "NaN" -> NODES.nullNode();
      case "True", "true" -> NODES.booleanNode(true);
      case "False", "false" -> NODES.booleanNode(false);
      default -> number(word);
    };
  }

  private JsonNode number(String word) throws UnreadableRecord {
    try {
      return word.matches("-?[0-9]{1,18}")
          ? NODES.numberNode(Long.parseLong(word))
          : NODES.numberNode(Double.parseDouble(word));
    } catch (NumberFormatException e) {
      throw mistake("it is neither JSON nor what Python or NumPy print");
    }
  }

  private String string() throws UnreadableRecord {
    char quote = peek();
    if (quote != '"' && quote != '\'') {
      throw mistake("it is neither JSON nor what Python or NumPy print");
    }
    at++;
    StringBuilder string = new StringBuilder();
    while (peek() != quote) {
      char next = text.charAt(at++);
      if (next == '\\') {
        escape(string);
      } else {
        string.append(next);
      }
    }
    at++;
    return string.toString();
  }

  private void escape(StringBuilder string) throws UnreadableRecord {
    char escaped = peek();
    at++;
    switch (escaped) {
      case 'n' -> string.append('\n');
      case 't' -> string.append('\t');
      case 'r' -> string.append('\r');
      case 'b' -> string.append('\b');
      case 'f' -> string.append('\f');
      case 'x' -> string.appendCodePoint(hexadecimal(2));
      case 'u' -> string.append((char) hexadecimal(4));
      case 'U' -> string.appendCodePoint(hexadecimal(8));
      case '\\', '\'', '"', '/' -> string.append(escaped);
      // As Python does where an escape has no meaning.
      default -> string.append('\\').append(escaped);
    }
  }

  private int hexadecimal(int digits) throws UnreadableRecord {
    if (at + digits > text.length()) {
      throw mistake("it is cut off");
    }
    String code = text.substring(at, at + digits);
    at += digits;
    if (!code.matches("[0-9A-Fa-f]+") || Long.parseLong(code, 16) > Character.MAX_CODE_POINT) {
      throw mistake("\\" + code + " is no character");
    }
    return Integer.parseInt(code, 16);
  }

  private char peek() throws UnreadableRecord {
    if (at >= text.length()) {
      throw mistake("it is cut off");
    }
    return text.charAt(at);
  }

  private void skipBlanks() {
    while (at < text.length() && isBlank(text.charAt(at))) {
      at++;
    }
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
  }

  private UnreadableRecord mistake(String what) {
    String shown = text.length() > 80 ? text.substring(0, 80) + "…" : text;
    return new UnreadableRecord("%s cannot be read: %s; it is %s.".formatted(name, what, shown));
  }
}
