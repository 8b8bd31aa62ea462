package dev.craftstream.prompt.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/** An object whose attributes a template can set, also from within a loop. */
final class Namespace {
  private final Map<String, Object> attributes = new LinkedHashMap<>();

  Object get(String name) {
    return attributes.containsKey(name) ? attributes.get(name) : new Undefined(name);
  }

  void set(String name, Object value) {
    attributes.put(name, value);
  }
}
