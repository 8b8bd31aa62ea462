package dev.craftstream.prompt.jinja;

import java.util.HashMap;
import java.util.Map;

/** Names with their values, and beyond them those of the scope around. */
final class Scope {
  private final Scope around;
  private final Map<String, Object> values = new HashMap<>();

  private Scope(Scope around) {
    this.around = around;
  }

  static Scope of(Map<String, Object> values) {
    Scope scope = new Scope(null);
    scope.values.putAll(values);
    return scope;
  }

  Scope inner() {
    return new Scope(this);
  }

  void set(String name, Object value) {
    values.put(name, value);
  }

  Object get(String name) {
    for (Scope scope = this; scope != null; scope = scope.around) {
      if (scope.values.containsKey(name)) {
        return scope.values.get(name);
      }
    }
    return new Undefined(name);
  }
}
