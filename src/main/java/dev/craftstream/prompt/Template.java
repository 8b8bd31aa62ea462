package dev.craftstream.prompt;

import java.util.Map;

/** Fills placeholders in one pass, so that what is filled in is never searched again. */
final class Template {

  private Template() {}

  /** {@code template} with each key of {@code values} replaced by its value. */
  static String fill(String template, Map<String, String> values) {
    StringBuilder filled = new StringBuilder();
    int at = 0;
    while (at < template.length()) {
      String placeholder = placeholderAt(template, at, values);
      if (placeholder.isEmpty()) {
        filled.append(template.charAt(at));
        at++;
      } else {
        filled.append(values.get(placeholder));
        at += placeholder.length();
      }
    }
    return filled.toString();
  }

  /** How often {@code placeholder} stands in {@code template}. */
  static int count(String template, String placeholder) {
    int count = 0;
    for (int at = template.indexOf(placeholder);
        at >= 0;
        at = template.indexOf(placeholder, at + placeholder.length())) {
      count++;
    }
    return count;
  }

  private static String placeholderAt(String template, int at, Map<String, String> values) {
    for (String placeholder : values.keySet()) {
      if (template.startsWith(placeholder, at)) {
        return placeholder;
      }
    }
    return "";
  }
}
