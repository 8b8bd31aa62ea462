package dev.craftstream.prompt.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The methods of Python's texts, mappings and lists that change nothing. */
final class Methods {
  private static final Set<String> OF_MAPPINGS = Set.of("get", "items", "keys", "values");
  private static final Pattern FIELD = Pattern.compile("\\{\\{|}}|\\{(\\w*)}");

  private Methods() {}

  /** Whether a call of {@code name} is one of the value's methods, not of what lies in it. */
  static boolean has(Object value, String name) {
    return value instanceof String
        || value instanceof List<?>
        || (value instanceof Map<?, ?> && OF_MAPPINGS.contains(name));
  }

  static Object call(Object value, String name, Given given, Budget budget) {
    if (value instanceof String text) {
      return ofText(text, name, given, budget);
    }
    if (value instanceof Map<?, ?> map) {
      return switch (name) {
        case "get" -> {
          Object key = given.need(0, "key");
          yield map.containsKey(key) ? map.get(key) : given.get(1, "default", null);
        }
        case "keys" -> new ArrayList<>(map.keySet());
        case "values" -> new ArrayList<>(map.values());
        default -> Values.entries(map);
      };
    }
    List<Object> items = Values.items(value);
    return switch (name) {
      case "index" -> {
        for (int i = 0; i < items.size(); i++) {
          if (Values.areEqual(items.get(i), given.need(0, "value"))) {
            yield (long) i;
          }
        }
        throw new TemplateException("An item that is looked for is not in the list.");
      }
      case "count" ->
          items.stream().filter(item -> Values.areEqual(item, given.need(0, "value"))).count();
      default -> throw unknown("list", name);
    };
  }

  private static TemplateException unknown(String of, String name) {
    return new TemplateException("The method " + name + " of a " + of + " is not known.");
  }

  private static Object ofText(String text, String name, Given given, Budget budget) {
    return switch (name) {
      case "strip" -> Strings.left(Strings.right(text, stripped(given)), stripped(given));
      case "lstrip" -> Strings.left(text, stripped(given));
      case "rstrip" -> Strings.right(text, stripped(given));
      case "startswith" -> any(text, given, String::startsWith);
      case "endswith" -> any(text, given, String::endsWith);
      case "split" -> split(text, given);
      case "rsplit" ->
          given.get(0, "sep", null) == null
              ? Strings.words(text)
              : Strings.splitFromRight(
                  text, separator(given.text(0, "sep")), given.whole(1, "maxsplit", -1));
      case "splitlines" -> new ArrayList<Object>(text.lines().toList());
      case "upper" -> text.toUpperCase(Locale.ROOT);
      case "lower" -> text.toLowerCase(Locale.ROOT);
      case "title" -> Strings.title(text);
      case "capitalize" -> Strings.capitalized(text);
      case "replace" ->
          replaced(
              text,
              given.text(0, "old"),
              given.text(1, "new"),
              given.whole(2, "count", -1),
              budget);
      case "join" -> join(Values.items(given.need(0, "iterable")), text, budget);
      case "find" -> (long) text.indexOf(given.text(0, "sub"));
      case "count" -> (long) Strings.split(text, separator(given.text(0, "sub")), -1).size() - 1;
      case "isdigit" -> !text.isEmpty() && text.codePoints().allMatch(Character::isDigit);
      case "removeprefix" ->
          text.startsWith(given.text(0, "prefix"))
              ? text.substring(given.text(0, "prefix").length())
              : text;
      case "removesuffix" ->
          text.endsWith(given.text(0, "suffix"))
              ? text.substring(0, text.length() - given.text(0, "suffix").length())
              : text;
      case "format" -> format(text, given, budget);
      default -> throw unknown("text", name);
    };
  }

  private static IntPredicate stripped(Given given) {
    Object characters = given.get(0, "chars", null);
    return characters == null ? Strings::isSpace : c -> Values.string(characters).indexOf(c) >= 0;
  }

  private static boolean any(String text, Given given, BiFunction<String, String, Boolean> test) {
    Object wanted = given.need(0, "text");
    List<Object> all = wanted instanceof List<?> ? Values.items(wanted) : List.of(wanted);
    return all.stream().anyMatch(one -> test.apply(text, Values.string(one)));
  }

  private static Object split(String text, Given given) {
    long most = given.whole(1, "maxsplit", -1);
    if (given.get(0, "sep", null) != null) {
      return Strings.split(text, separator(given.text(0, "sep")), most);
    }
    if (most >= 0) {
      throw new TemplateException("split has a most, but nothing to split at.");
    }
    return Strings.words(text);
  }

  private static String separator(String separator) {
    if (separator.isEmpty()) {
      throw new TemplateException("A text is split at an empty one.");
    }
    return separator;
  }

  static String replaced(String text, String old, String by, long most, Budget budget) {
    if (old.isEmpty()) {
      throw new TemplateException("An empty text is to be replaced.");
    }
    return join(Strings.split(text, old, most), by, budget);
  }

  static String join(List<Object> items, String separator, Budget budget) {
    StringBuilder joined = new StringBuilder();
    for (int i = 0; i < items.size(); i++) {
      joined.append(i > 0 ? separator : "").append(Values.text(items.get(i)));
    }
    budget.make(joined.length());
    return joined.toString();
  }

  private static String format(String text, Given given, Budget budget) {
    Matcher field = FIELD.matcher(text);
    StringBuilder formatted = new StringBuilder();
    int next = 0;
    int done = 0;
    while (field.find()) {
      formatted.append(text, done, field.start());
      done = field.end();
      String name = field.group(1);
      if (name == null) {
        formatted.append(field.group().charAt(0));
      } else {
        boolean isPosition = name.isEmpty() || name.chars().allMatch(Character::isDigit);
        int position =
            !isPosition ? Integer.MAX_VALUE : name.isEmpty() ? next++ : Integer.parseInt(name);
        formatted.append(Values.text(given.need(position, name)));
      }
    }
    budget.make(text.length() + (long) formatted.length());
    return formatted.append(text, done, text.length()).toString();
  }
}
