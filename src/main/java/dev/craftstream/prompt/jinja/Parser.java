package dev.craftstream.prompt.jinja;

import dev.craftstream.prompt.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads a template. */
final class Parser extends ExpressionParser {

  private Parser(List<Token> tokens) {
    super(tokens);
  }

  /**
   * The template's nodes.
   *
   * @throws TemplateException where it is not written as it has to be
   */
  static List<Node> parse(String template) {
    Parser parser = new Parser(Lexer.tokens(template));
    List<Node> nodes = parser.nodes();
    if (parser.token().kind() != Kind.END) {
      throw parser.unexpected("another tag");
    }
    return nodes;
  }

  /**
   * Up to one of the tags that are named, of which the name is next then, or up to the end where
   * none is.
   */
  private List<Node> nodes(String... ends) {
    descend();
    List<Node> nodes = new ArrayList<>();
    while (true) {
      Token token = token();
      switch (token.kind()) {
        case DATA -> nodes.add(new Node.Text(next().text()));
        case OUTPUT_BEGIN -> {
          next();
          nodes.add(new Node.Output(expressionOrTuple(), token.line()));
          end(Kind.OUTPUT_END);
        }
        case BLOCK_BEGIN -> {
          next();
          if (Arrays.asList(ends).contains(token().text())) {
            ascend();
            return nodes;
          }
          nodes.add(block());
        }
        default -> {
          if (ends.length > 0) {
            throw unexpected("the tag " + String.join(" or ", ends));
          }
          ascend();
          return nodes;
        }
      }
    }
  }

  private void end(Kind kind) {
    if (token().kind() != kind) {
      throw unexpected("the tag's end");
    }
    next();
  }

  private List<Node> body(String end) {
    end(Kind.BLOCK_END);
    List<Node> body = nodes(end);
    next();
    end(Kind.BLOCK_END);
    return body;
  }

  private Node block() {
    int line = token().line();
    String name = expectName();
    return switch (name) {
      case "if" -> condition();
      case "for" -> loop(line);
      case "set" -> assignment(line);
      case "macro" -> macro();
      case "filter" -> filtered(line);
      case "generation" -> new Node.Generation(body("endgeneration"));
      case "break" -> single(new Node.Break());
      case "continue" -> single(new Node.Continue());
      default ->
          throw new TemplateException("Line " + line + ": the tag " + name + " is not known.");
    };
  }

  private Node single(Node node) {
    end(Kind.BLOCK_END);
    return node;
  }

  private Node condition() {
    List<Node.If.Branch> branches = new ArrayList<>();
    List<Node> otherwise = List.of();
    String tag = "elif";
    while (tag.equals("elif")) {
      int line = token().line();
      Expression condition = expressionOrTuple();
      end(Kind.BLOCK_END);
      branches.add(new Node.If.Branch(condition, nodes("elif", "else", "endif"), line));
      tag = next().text();
    }
    if (tag.equals("else")) {
      otherwise = body("endif");
    } else {
      end(Kind.BLOCK_END);
    }
    return new Node.If(branches, otherwise);
  }

  private Node loop(int line) {
    List<String> targets = targets();
    if (!takesName("in")) {
      throw unexpected("\"in\"");
    }
    Expression items = or();
    if (token().isOperator(",")) {
      List<Expression> all = new ArrayList<>(List.of(items));
      while (takesOperator(",")) {
        all.add(or());
      }
      items = new Expression.ListOf(all);
    }
    Expression filter = takesName("if") ? expression() : null;
    end(Kind.BLOCK_END);
    List<Node> body = nodes("else", "endfor");
    List<Node> otherwise = List.of();
    if (next().text().equals("else")) {
      otherwise = body("endfor");
    } else {
      end(Kind.BLOCK_END);
    }
    return new Node.For(targets, items, filter, body, otherwise, line);
  }

  private List<String> targets() {
    boolean isBracketed = takesOperator("(");
    List<String> targets = new ArrayList<>(List.of(expectName()));
    while (takesOperator(",")) {
      targets.add(expectName());
    }
    if (isBracketed) {
      expectOperator(")");
    }
    return targets;
  }

  private Node assignment(int line) {
    List<String> targets = targets();
    String attribute = "";
    if (targets.size() == 1 && takesOperator(".")) {
      attribute = expectName();
    }
    if (takesOperator("=")) {
      Node assignment = new Node.Assignment(targets, attribute, expressionOrTuple(), line);
      end(Kind.BLOCK_END);
      return assignment;
    }
    if (targets.size() > 1 || !attribute.isEmpty()) {
      throw unexpected("\"=\"");
    }
    return new Node.Capture(targets.get(0), body("endset"));
  }

  private Node macro() {
    String name = expectName();
    List<String> parameters = new ArrayList<>();
    List<Expression> defaults = new ArrayList<>();
    expectOperator("(");
    while (!takesOperator(")")) {
      parameters.add(expectName());
      if (takesOperator("=")) {
        defaults.add(expression());
      } else if (!defaults.isEmpty()) {
        throw unexpected("a default");
      }
      if (!token().isOperator(")")) {
        expectOperator(",");
      }
    }
    return new Node.Macro(name, parameters, defaults, body("endmacro"));
  }

  private Node filtered(int line) {
    Expression filter =
        new Expression.Filter(
            new Expression.Name(Node.Filtered.RENDERED),
            expectName(),
            token().isOperator("(") ? arguments() : Expression.Arguments.NONE);
    return new Node.Filtered(filters(filter), body("endfilter"), line);
  }
}
