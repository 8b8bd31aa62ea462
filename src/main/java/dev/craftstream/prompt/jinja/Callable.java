package dev.craftstream.prompt.jinja;

import java.util.List;
import java.util.Map;

/** What a template can call. */
@FunctionalInterface
public interface Callable {

  /**
   * The result.
   *
   * @param arguments those without names
   * @param named the others
   * @throws TemplateException where they do not fit
   */
  Object call(List<Object> arguments, Map<String, Object> named);
}
