package dev.craftstream.prompt.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Python's ways with values: null, {@link Undefined}, Boolean, Long, Double, String, List, Map,
 * {@link Namespace} and {@link Callable}.
 */
final class Values {

  private Values() {}

  static boolean isTrue(Object value) {
    if (value == null || value instanceof Undefined) {
      return false;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    if (value instanceof Number number) {
      return number.doubleValue() != 0;
    }
    if (value instanceof String text) {
      return !text.isEmpty();
    }
    if (value instanceof List<?> list) {
      return !list.isEmpty();
    }
    return !(value instanceof Map<?, ?> map) || !map.isEmpty();
  }

  /** As it is printed. */
  static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    return value instanceof Undefined ? "" : shown(value);
  }

  /** As it is written in code. */
  private static String shown(Object value) {
    if (value == null || value instanceof Undefined) {
      return "None";
    }
    if (value instanceof Boolean flag) {
      return flag ? "True" : "False";
    }
    if (value instanceof Number) {
      return value.toString();
    }
    if (value instanceof String text) {
      return quoted(text);
    }
    if (value instanceof List<?> list) {
      return list.stream().map(Values::shown).toList().toString();
    }
    if (value instanceof Map<?, ?> map) {
      List<String> entries = new ArrayList<>();
      map.forEach((key, item) -> entries.add(shown(key) + ": " + shown(item)));
      return "{" + String.join(", ", entries) + "}";
    }
    throw new TemplateException("A function or namespace can't be printed.");
  }

  private static String quoted(String text) {
    char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
    StringBuilder quoted = new StringBuilder().append(quote);
    for (char c : text.toCharArray()) {
      switch (c) {
        case '\n' -> quoted.append("\\n");
        case '\t' -> quoted.append("\\t");
        case '\r' -> quoted.append("\\r");
        case '\\' -> quoted.append("\\\\");
        default -> quoted.append(c == quote ? "\\" : "").append(c);
      }
    }
    return quoted.append(quote).toString();
  }

  static String name(Object value) {
    if (value instanceof Undefined) {
      return "what is not defined";
    }
    if (value instanceof String) {
      return "a text";
    }
    if (value instanceof Number || value instanceof Boolean) {
      return "a number";
    }
    if (value instanceof List<?>) {
      return "a list";
    }
    if (value instanceof Map<?, ?>) {
      return "a mapping";
    }
    return value == null ? "none" : "a function or namespace";
  }

  /** A truth value counts as 0 or 1. */
  static boolean isNumber(Object value) {
    return value instanceof Number || value instanceof Boolean;
  }

  static double number(Object value) {
    return value instanceof Boolean flag ? (flag ? 1 : 0) : ((Number) value).doubleValue();
  }

  static boolean isWhole(Object value) {
    return value instanceof Long || value instanceof Boolean;
  }

  static long whole(Object value) {
    if (value instanceof Boolean flag) {
      return flag ? 1 : 0;
    }
    if (value instanceof Long number) {
      return number;
    }
    throw new TemplateException("A whole number is needed, but " + name(value) + " is given.");
  }

  static String string(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new TemplateException("A text is needed, but " + name(value) + " is given.");
  }

  static boolean areEqual(Object a, Object b) {
    if (isNumber(a) && isNumber(b)) {
      return isWhole(a) && isWhole(b) ? whole(a) == whole(b) : number(a) == number(b);
    }
    if (a instanceof Undefined || b instanceof Undefined) {
      return a instanceof Undefined && b instanceof Undefined;
    }
    if (a instanceof List<?> left && b instanceof List<?> right) {
      if (left.size() != right.size()) {
        return false;
      }
      for (int i = 0; i < left.size(); i++) {
        if (!areEqual(left.get(i), right.get(i))) {
          return false;
        }
      }
      return true;
    }
    return Objects.equals(a, b);
  }

  static int compare(Object a, Object b) {
    if (isNumber(a) && isNumber(b)) {
      return isWhole(a) && isWhole(b)
          ? Long.compare(whole(a), whole(b))
          : Double.compare(number(a), number(b));
    }
    if (a instanceof String left && b instanceof String right) {
      return left.compareTo(right);
    }
    throw new TemplateException(
        "%s and %s can't be compared.".formatted(capital(name(a)), name(b)));
  }

  private static String capital(String text) {
    return Strings.capitalized(text);
  }

  static boolean contains(Object container, Object item) {
    if (container instanceof String text) {
      return text.contains(string(item));
    }
    if (container instanceof Map<?, ?> map) {
      return map.containsKey(item);
    }
    return items(container).stream().anyMatch(other -> areEqual(other, item));
  }

  static long length(Object value) {
    if (value instanceof String text) {
      return text.codePointCount(0, text.length());
    }
    if (value instanceof Map<?, ?> map) {
      return map.size();
    }
    if (value instanceof List<?> || value instanceof Undefined) {
      return items(value).size();
    }
    throw new TemplateException(capital(name(value)) + " has no length.");
  }

  /** What a loop goes over; of what is not defined nothing. */
  @SuppressWarnings("unchecked")
  static List<Object> items(Object value) {
    if (value instanceof List<?> list) {
      return (List<Object>) list;
    }
    if (value instanceof Map<?, ?> map) {
      return new ArrayList<>(map.keySet());
    }
    if (value instanceof String text) {
      return Strings.characters(text);
    }
    if (value instanceof Undefined) {
      return List.of();
    }
    throw new TemplateException("There is nothing to go over in " + name(value) + ".");
  }

  /** {@code value.name}, but for the methods that Python's own types have. */
  static Object attribute(Object value, String name) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (value instanceof Namespace namespace) {
      return namespace.get(name);
    }
    return value instanceof Map<?, ?> map && map.containsKey(name)
        ? map.get(name)
        : new Undefined(name);
  }

  /** {@code value[index]}. */
  static Object item(Object value, Object index) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (value instanceof Map<?, ?> map && map.containsKey(index)) {
      return map.get(index);
    }
    if (value instanceof Namespace namespace && index instanceof String name) {
      return namespace.get(name);
    }
    if (isWhole(index) && (value instanceof List<?> || value instanceof String)) {
      List<Object> items = items(value);
      long at = whole(index) < 0 ? items.size() + whole(index) : whole(index);
      if (at >= 0 && at < items.size()) {
        return items.get((int) at);
      }
    }
    return new Undefined(text(index));
  }

  /** {@code value[from:to:step]}; bounds that are null are the ends. */
  static Object slice(Object value, Object from, Object to, Object step) {
    if (!(value instanceof String) && !(value instanceof List<?>)) {
      throw new TemplateException("A part can't be taken of " + name(value) + ".");
    }
    List<Object> items = items(value);
    long by = step == null ? 1 : whole(step);
    if (by == 0) {
      throw new TemplateException("The step of a slice is 0.");
    }
    int size = items.size();
    long start = bound(from, by > 0 ? 0 : size - 1, size, by);
    long end = to == null && by < 0 ? -1 : bound(to, size, size, by);
    List<Object> part = new ArrayList<>();
    for (long i = start; by > 0 ? i < end : i > end; i += by) {
      part.add(items.get((int) i));
    }
    return value instanceof String ? joined(part) : part;
  }

  private static long bound(Object bound, long otherwise, int size, long by) {
    if (bound == null) {
      return otherwise;
    }
    long at = whole(bound) < 0 ? size + whole(bound) : whole(bound);
    return by > 0 ? Math.max(0, Math.min(size, at)) : Math.max(-1, Math.min(size - 1, at));
  }

  static String joined(List<Object> parts) {
    StringBuilder text = new StringBuilder();
    parts.forEach(part -> text.append(text(part)));
    return text.toString();
  }

  static List<Object> reversed(List<Object> items) {
    List<Object> reversed = new ArrayList<>(items);
    Collections.reverse(reversed);
    return reversed;
  }

  /** A list of two for each entry. */
  static List<Object> entries(Object value) {
    if (value instanceof Undefined) {
      return List.of();
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw new TemplateException("There are no entries in " + name(value) + ".");
    }
    List<Object> entries = new ArrayList<>();
    map.forEach((key, item) -> entries.add(pair(key, item)));
    return entries;
  }

  private static List<Object> pair(Object key, Object value) {
    List<Object> pair = new ArrayList<>();
    pair.add(key);
    pair.add(value);
    return pair;
  }
}
