package dev.craftstream.prompt.jinja;

import java.util.List;
import java.util.Map;

/** The arguments of a filter, test or method, in order or by name. */
record Given(List<Object> positional, Map<String, Object> named) {

  boolean has(int position, String name) {
    return position < positional.size() || named.containsKey(name);
  }

  Object get(int position, String name, Object otherwise) {
    if (position < positional.size()) {
      return positional.get(position);
    }
    return named.getOrDefault(name, otherwise);
  }

  /** An argument that has to be there. */
  Object need(int position, String name) {
    if (!has(position, name)) {
      throw new TemplateException("The argument " + name + " is missing.");
    }
    return get(position, name, null);
  }

  String text(int position, String name) {
    return Values.string(need(position, name));
  }

  long whole(int position, String name, long otherwise) {
    return has(position, name) ? Values.whole(get(position, name, null)) : otherwise;
  }

  /** Without the first ones. */
  Given from(int position) {
    return new Given(
        positional.subList(Math.min(position, positional.size()), positional.size()), named);
  }
}
