package dev.craftstream.prompt.jinja;

import java.util.List;
import java.util.Map;

/** What stands behind {@code is}. */
final class Tests {

  private Tests() {}

  static boolean holds(String name, Object value, Given given) {
    return switch (name) {
      case "defined" -> !(value instanceof Undefined);
      case "undefined" -> value instanceof Undefined;
      case "none" -> value == null;
      case "string" -> value instanceof String;
      case "mapping" -> value instanceof Map<?, ?>;
      case "sequence", "iterable" ->
          value instanceof String
              || value instanceof List<?>
              || value instanceof Map<?, ?>
              || value instanceof Undefined;
      case "number" -> Values.isNumber(value);
      case "integer" -> value instanceof Long;
      case "float" -> value instanceof Double;
      case "boolean" -> value instanceof Boolean;
      case "true" -> Boolean.TRUE.equals(value);
      case "false" -> Boolean.FALSE.equals(value);
      case "callable" -> value instanceof Callable;
      case "equalto", "eq" -> Values.areEqual(value, given.need(0, "other"));
      case "ne" -> !Values.areEqual(value, given.need(0, "other"));
      case "gt", "greaterthan" -> Values.compare(value, given.need(0, "other")) > 0;
      case "ge" -> Values.compare(value, given.need(0, "other")) >= 0;
      case "lt", "lessthan" -> Values.compare(value, given.need(0, "other")) < 0;
      case "le" -> Values.compare(value, given.need(0, "other")) <= 0;
      case "in" -> Values.contains(given.need(0, "seq"), value);
      case "odd" -> Math.floorMod(Values.whole(value), 2L) == 1;
      case "even" -> Math.floorMod(Values.whole(value), 2L) == 0;
      case "divisibleby" -> Values.whole(value) % given.whole(0, "num", 1) == 0;
      default -> throw new TemplateException("The test " + name + " is not known.");
    };
  }
}
