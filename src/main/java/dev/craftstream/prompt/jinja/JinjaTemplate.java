package dev.craftstream.prompt.jinja;

import java.util.List;
import java.util.Map;

/**
 * A template that can be rendered.
 *
 * <p>Known are the tags {@code if}, {@code for} (with a condition and {@code else}), {@code set}
 * (also of a namespace's attribute and as a block), {@code macro}, {@code filter}, {@code
 * generation}, {@code break} and {@code continue}; the functions {@code range}, {@code namespace}
 * and {@code dict} beside those that are given; and the filters, tests and methods that the chat
 * templates of published models use. Anything else fails where it is met, never quietly.
 *
 * <p>It ends: a template may take so many steps, make so much text and nest so deeply.
 */
public final class JinjaTemplate {
  private static final int LONGEST = 1 << 20;

  private final List<Node> nodes;

  private JinjaTemplate(List<Node> nodes) {
    this.nodes = nodes;
  }

  /**
   * Reads a template.
   *
   * @throws TemplateException where it is not written in what is known here, with the line
   */
  public static JinjaTemplate of(String source) {
    if (source.length() > LONGEST) {
      throw new TemplateException("It is longer than " + LONGEST + " characters.");
    }
    return new JinjaTemplate(Parser.parse(source));
  }

  /**
   * The text that it makes of these values.
   *
   * @param values by name: null, Boolean, Long, Double, String, List, Map and {@link Callable}
   * @throws TemplateException where it can't be rendered, with the line
   */
  public String render(Map<String, Object> values) {
    Renderer renderer = new Renderer();
    try {
      return renderer.render(nodes, values);
    } catch (TemplateException e) {
      throw new TemplateException("Line " + renderer.line() + ": " + e.getMessage());
    } catch (ArithmeticException | ClassCastException | IndexOutOfBoundsException e) {
      throw new TemplateException(
          "Line " + renderer.line() + ": a value does not fit (" + e.getMessage() + ").");
    }
  }
}
