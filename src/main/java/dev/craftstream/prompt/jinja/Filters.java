package dev.craftstream.prompt.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/** What stands behind {@code |}. */
final class Filters {

  private Filters() {}

  static Object apply(String name, Object value, Given given, Budget budget) {
    return switch (name) {
      case "trim" -> Methods.call(Values.text(value), "strip", given, budget);
      case "upper" -> Values.text(value).toUpperCase(Locale.ROOT);
      case "lower" -> Values.text(value).toLowerCase(Locale.ROOT);
      case "title" -> Strings.title(Values.text(value));
      case "capitalize" -> Strings.capitalized(Values.text(value));
      case "string" -> Values.text(value);
      case "safe" -> value;
      case "replace" ->
          Methods.replaced(
              Values.text(value),
              given.text(0, "old"),
              given.text(1, "new"),
              given.whole(2, "count", -1),
              budget);
      case "indent" -> indented(Values.text(value), given, budget);
      case "tojson" -> json(value, given, budget);
      case "length", "count" -> Values.length(value);
      case "default", "d" ->
          value instanceof Undefined
                  || (Values.isTrue(given.get(1, "boolean", false)) && !Values.isTrue(value))
              ? given.get(0, "default_value", "")
              : value;
      case "first" -> Values.item(new ArrayList<>(Values.items(value)), 0L);
      case "last" -> Values.item(new ArrayList<>(Values.items(value)), -1L);
      case "list" -> new ArrayList<>(Values.items(value));
      case "reverse" ->
          value instanceof String text
              ? new StringBuilder(text).reverse().toString()
              : Values.reversed(Values.items(value));
      case "items" -> Values.entries(value);
      case "dictsort" -> sortedEntries(value);
      case "join" -> joined(value, given, budget);
      case "map" -> mapped(value, given, budget);
      case "select" -> selected(value, item -> holds(item, given));
      case "reject" -> selected(value, item -> !holds(item, given));
      case "selectattr" -> selected(value, item -> attributeHolds(item, given));
      case "rejectattr" -> selected(value, item -> !attributeHolds(item, given));
      case "sort" -> Values.items(value).stream().sorted(Values::compare).toList();
      case "unique" -> unique(value);
      case "int" -> whole(value, given.whole(0, "default", 0));
      case "abs" -> Values.isWhole(value) ? Math.abs(Values.whole(value)) : Math.abs(number(value));
      default -> throw new TemplateException("The filter " + name + " is not known.");
    };
  }

  private static double number(Object value) {
    if (!Values.isNumber(value)) {
      throw new TemplateException("A number is needed, but " + Values.name(value) + " is given.");
    }
    return Values.number(value);
  }

  private static long whole(Object value, long otherwise) {
    try {
      return Values.isNumber(value)
          ? (long) Values.number(value)
          : Long.parseLong(Values.text(value).strip());
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private static String indented(String text, Given given, Budget budget) {
    Object width = given.get(0, "width", 4L);
    String indent =
        width instanceof String s ? s : " ".repeat((int) Math.min(1000, Values.whole(width)));
    boolean first = Values.isTrue(given.get(1, "first", false));
    boolean blank = Values.isTrue(given.get(2, "blank", false));
    List<Object> lines = Strings.split(text, "\n", -1);
    for (int i = 0; i < lines.size(); i++) {
      String line = (String) lines.get(i);
      if (i == 0 ? first : blank || !line.isBlank()) {
        lines.set(i, indent + line);
      }
    }
    return Methods.join(lines, "\n", budget);
  }

  private static String json(Object value, Given given, Budget budget) {
    Object indent = given.get(1, "indent", null);
    // Hugging Face's filter takes ensure_ascii first, Jinja's own takes indent.
    if (!given.positional().isEmpty() || given.named().keySet().stream().anyMatch(Filters::isOdd)) {
      throw new TemplateException("tojson is known with ensure_ascii=false and indent alone.");
    }
    String json = Json.of(value, indent == null ? -1 : (int) Values.whole(indent));
    budget.make(json.length());
    return json;
  }

  private static boolean isOdd(String argument) {
    return !argument.equals("indent") && !argument.equals("ensure_ascii");
  }

  private static List<Object> sortedEntries(Object value) {
    List<Object> entries = new ArrayList<>(Values.entries(value));
    entries.sort(
        Comparator.comparing(
            entry -> Values.text(((List<?>) entry).get(0)).toLowerCase(Locale.ROOT)));
    return entries;
  }

  private static String joined(Object value, Given given, Budget budget) {
    Object attribute = given.get(1, "attribute", null);
    List<Object> items = Values.items(value);
    if (attribute != null) {
      items = items.stream().map(item -> path(item, Values.text(attribute))).toList();
    }
    return Methods.join(items, Values.text(given.get(0, "d", "")), budget);
  }

  private static List<Object> mapped(Object value, Given given, Budget budget) {
    List<Object> mapped = new ArrayList<>();
    Object attribute = given.named().get("attribute");
    for (Object item : Values.items(value)) {
      if (attribute != null) {
        Object found = path(item, Values.text(attribute));
        mapped.add(
            found instanceof Undefined ? given.named().getOrDefault("default", found) : found);
      } else {
        mapped.add(apply(given.text(0, "filter"), item, given.from(1), budget));
      }
    }
    return mapped;
  }

  /** An attribute, or one of an attribute's behind a point. */
  private static Object path(Object item, String path) {
    Object found = item;
    for (Object name : Strings.split(path, ".", -1)) {
      found = Values.item(found, name);
    }
    return found;
  }

  private static List<Object> selected(Object value, Predicate<Object> isTaken) {
    List<Object> selected = new ArrayList<>();
    // Jinja takes none, too, for a list without items.
    List<Object> items = Values.isTrue(value) ? Values.items(value) : List.of();
    items.stream().filter(isTaken).forEach(selected::add);
    return selected;
  }

  private static boolean holds(Object item, Given given) {
    return given.positional().isEmpty()
        ? Values.isTrue(item)
        : Tests.holds(test(given.text(0, "test")), item, given.from(1));
  }

  private static boolean attributeHolds(Object item, Given given) {
    return holds(path(item, given.text(0, "attribute")), given.from(1));
  }

  private static String test(String name) {
    return switch (name) {
      case "==" -> "eq";
      case "!=" -> "ne";
      case ">" -> "gt";
      case "<" -> "lt";
      case ">=" -> "ge";
      case "<=" -> "le";
      default -> name;
    };
  }

  private static List<Object> unique(Object value) {
    Map<Object, Object> unique = new LinkedHashMap<>();
    for (Object item : Values.items(value)) {
      unique.putIfAbsent(item instanceof String text ? text.toLowerCase(Locale.ROOT) : item, item);
    }
    return new ArrayList<>(unique.values());
  }
}
