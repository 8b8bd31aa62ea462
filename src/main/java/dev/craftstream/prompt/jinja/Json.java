package dev.craftstream.prompt.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** JSON as Python's {@code json.dumps(value, ensure_ascii=False)} writes it. */
final class Json {
  private static final int DEEPEST = 100;

  private final StringBuilder text = new StringBuilder();
  private final int indent;
  private final String comma;

  private Json(int indent) {
    this.indent = indent;
    this.comma = indent < 0 ? ", " : ",";
  }

  /**
   * @param indent blanks a level; negative: all on one line
   */
  static String of(Object value, int indent) {
    Json json = new Json(indent);
    json.write(value, 0);
    return json.text.toString();
  }

  private void write(Object value, int level) {
    if (level > DEEPEST) {
      throw new TemplateException("A value is nested more than " + DEEPEST + " levels.");
    }
    if (value == null) {
      text.append("null");
    } else if (value instanceof Boolean || value instanceof Number) {
      text.append(value);
    } else if (value instanceof String string) {
      quote(string);
    } else if (value instanceof List<?> list) {
      List<Runnable> items = new ArrayList<>();
      list.forEach(item -> items.add(() -> write(item, level + 1)));
      enclose('[', items, ']', level);
    } else if (value instanceof Map<?, ?> map) {
      List<Runnable> entries = new ArrayList<>();
      map.forEach(
          (key, item) ->
              entries.add(
                  () -> {
                    quote(Values.text(key));
                    text.append(": ");
                    write(item, level + 1);
                  }));
      enclose('{', entries, '}', level);
    } else {
      throw new TemplateException(
          Strings.capitalized(Values.name(value)) + " can't be written as JSON.");
    }
  }

  private void enclose(char open, List<Runnable> items, char close, int level) {
    text.append(open);
    for (int i = 0; i < items.size(); i++) {
      text.append(i > 0 ? comma : "");
      line(level + 1);
      items.get(i).run();
    }
    if (!items.isEmpty()) {
      line(level);
    }
    text.append(close);
  }

  private void line(int level) {
    if (indent >= 0) {
      text.append('\n').append(" ".repeat(indent * level));
    }
  }

  private void quote(String string) {
    text.append('"');
    for (char c : string.toCharArray()) {
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        case '\b' -> text.append("\\b");
        case '\f' -> text.append("\\f");
        default -> text.append(c < ' ' ? "\\u%04x".formatted((int) c) : Character.toString(c));
      }
    }
    text.append('"');
  }
}
