package dev.craftstream.prompt;

import java.util.Map;

/** Fills placeholders in one pass, so that what is filled in is never searched again. */
final class Template {

  private Template() {}

  /**
   * {@code template} with each key of {@code values} replaced by its value.
   *
   * @param values by placeholder, such as {@code {question}}; all begin with a brace
   */
  static String fill(String template, Map<String, String> values) {
    StringBuilder filled = new StringBuilder(template.length() + 128);
    int at = 0;
    for (int brace = template.indexOf('{');
        brace >= 0;
        brace = template.indexOf('{', Math.max(at, brace + 1))) {
      String placeholder = placeholderAt(template, brace, values);
      if (!placeholder.isEmpty()) {
        filled.append(template, at, brace).append(values.get(placeholder));
        at = brace + placeholder.length();
      }
    }
    return filled.append(template, at, template.length()).toString();
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
