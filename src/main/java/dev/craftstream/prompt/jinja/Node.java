package dev.craftstream.prompt.jinja;

import java.util.List;

/** What is rendered. */
sealed interface Node {

  record Text(String text) implements Node {}

  record Output(Expression value, int line) implements Node {}

  /** The first branch whose condition holds; {@code otherwise} may be empty. */
  record If(List<Branch> branches, List<Node> otherwise) implements Node {
    record Branch(Expression condition, List<Node> body, int line) {}
  }

  /**
   * @param filter which of the items are taken; may be null
   * @param otherwise what is rendered where there are none
   */
  record For(
      List<String> targets,
      Expression items,
      Expression filter,
      List<Node> body,
      List<Node> otherwise,
      int line)
      implements Node {}

  /**
   * Gives names a value, or an attribute of a namespace where there is one.
   *
   * @param attribute of the only target; empty: none
   */
  record Assignment(List<String> targets, String attribute, Expression value, int line)
      implements Node {}

  /** Gives a name what is rendered. */
  record Capture(String target, List<Node> body) implements Node {}

  /** Defaults belong to the last of the parameters. */
  record Macro(String name, List<String> parameters, List<Expression> defaults, List<Node> body)
      implements Node {}

  /** What is rendered, filtered. The filter's input is {@link #RENDERED}. */
  record Filtered(Expression filter, List<Node> body, int line) implements Node {

    /** No name of a template is like this. */
    static final String RENDERED = " rendered";
  }

  /** What the assistant says, for trainers; rendered as it is. */
  record Generation(List<Node> body) implements Node {}

  record Break() implements Node {}

  record Continue() implements Node {}
}
