package dev.craftstream.prompt.jinja;

import dev.craftstream.prompt.jinja.Expression.Arguments;
import dev.craftstream.prompt.jinja.Expression.Comparison.Compared;
import dev.craftstream.prompt.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads expressions, with Jinja's precedence. */
class ExpressionParser {
  private static final int DEEPEST = 200;
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  /** What can't be a test's argument without brackets. */
  private static final Set<String> AFTER_A_TEST =
      Set.of("else", "or", "and", "is", "if", "not", "in");

  private final List<Token> tokens;
  private int at;
  private int depth;

  ExpressionParser(List<Token> tokens) {
    this.tokens = tokens;
  }

  final Token token() {
    return tokens.get(at);
  }

  final Token next() {
    return tokens.get(at++);
  }

  final boolean takesOperator(String operator) {
    boolean isNext = token().isOperator(operator);
    at += isNext ? 1 : 0;
    return isNext;
  }

  final boolean takesName(String name) {
    boolean isNext = token().isName(name);
    at += isNext ? 1 : 0;
    return isNext;
  }

  final void expectOperator(String operator) {
    if (!takesOperator(operator)) {
      throw unexpected("\"" + operator + "\"");
    }
  }

  final String expectName() {
    if (token().kind() != Kind.NAME) {
      throw unexpected("a name");
    }
    return next().text();
  }

  final TemplateException unexpected(String expected) {
    Token found = token();
    String what =
        switch (found.kind()) {
          case BLOCK_END, OUTPUT_END -> "the tag's end";
          case END -> "the template's end";
          default -> "\"" + found.text() + "\"";
        };
    return new TemplateException(
        "Line " + found.line() + ": " + what + " stands where " + expected + " is expected.");
  }

  final void descend() {
    if (++depth > DEEPEST) {
      throw new TemplateException(
          "Line " + token().line() + ": more than " + DEEPEST + " levels are nested.");
    }
  }

  final void ascend() {
    depth--;
  }

  /** With commas it is a list. */
  final Expression expressionOrTuple() {
    Expression first = expression();
    if (!token().isOperator(",")) {
      return first;
    }
    List<Expression> items = new ArrayList<>(List.of(first));
    while (takesOperator(",")) {
      items.add(expression());
    }
    return new Expression.ListOf(items);
  }

  final Expression expression() {
    descend();
    Expression value = or();
    while (takesName("if")) {
      Expression condition = or();
      value = new Expression.Conditional(condition, value, takesName("else") ? expression() : null);
    }
    ascend();
    return value;
  }

  /** Without a condition behind it, which in a loop is the loop's. */
  final Expression or() {
    Expression left = and();
    while (takesName("or")) {
      left = new Expression.Or(left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (takesName("and")) {
      left = new Expression.And(left, not());
    }
    return left;
  }

  private Expression not() {
    if (!takesName("not")) {
      return comparison();
    }
    descend();
    Expression negated = new Expression.Not(not());
    ascend();
    return negated;
  }

  private Expression comparison() {
    Expression first = sum();
    List<Compared> rest = new ArrayList<>();
    while (true) {
      if (token().kind() == Kind.OPERATOR && COMPARISONS.contains(token().text())) {
        String operator = next().text();
        rest.add(new Compared(operator, sum()));
      } else if (takesName("in")) {
        rest.add(new Compared("in", sum()));
      } else if (token().isName("not") && tokens.get(at + 1).isName("in")) {
        at += 2;
        rest.add(new Compared("not in", sum()));
      } else {
        return rest.isEmpty() ? first : new Expression.Comparison(first, rest);
      }
    }
  }

  private Expression sum() {
    Expression left = concatenation();
    while (token().isOperator("+") || token().isOperator("-")) {
      String operator = next().text();
      left = new Expression.Binary(operator, left, concatenation());
    }
    return left;
  }

  private Expression concatenation() {
    Expression left = product();
    while (takesOperator("~")) {
      left = new Expression.Binary("~", left, product());
    }
    return left;
  }

  private Expression product() {
    Expression left = power();
    while (token().kind() == Kind.OPERATOR
        && List.of("*", "/", "//", "%").contains(token().text())) {
      String operator = next().text();
      left = new Expression.Binary(operator, left, power());
    }
    return left;
  }

  private Expression power() {
    Expression left = unary(true);
    while (takesOperator("**")) {
      left = new Expression.Binary("**", left, unary(true));
    }
    return left;
  }

  private Expression unary(boolean filtered) {
    descend();
    Expression value;
    if (token().isOperator("-") || token().isOperator("+")) {
      value = new Expression.Sign(next().text().equals("-"), unary(false));
    } else {
      value = primary();
    }
    value = postfix(value);
    if (filtered) {
      value = filters(value);
    }
    ascend();
    return value;
  }

  private Expression primary() {
    Token token = next();
    switch (token.kind()) {
      case NAME -> {
        return switch (token.text()) {
          case "true", "True" -> new Expression.Literal(true);
          case "false", "False" -> new Expression.Literal(false);
          case "none", "None" -> new Expression.Literal(null);
          default -> new Expression.Name(token.text());
        };
      }
      case STRING -> {
        StringBuilder text = new StringBuilder(token.text());
        while (token().kind() == Kind.STRING) {
          text.append(next().text());
        }
        return new Expression.Literal(text.toString());
      }
      case NUMBER -> {
        return number(token);
      }
      case OPERATOR -> {
        switch (token.text()) {
          case "(" -> {
            return bracketed();
          }
          case "[" -> {
            return new Expression.ListOf(items("]"));
          }
          case "{" -> {
            return map();
          }
          default -> {}
        }
      }
      default -> {}
    }
    at--;
    throw unexpected("a value");
  }

  private static Expression number(Token token) {
    try {
      return new Expression.Literal(
          token.text().contains(".")
              ? (Object) Double.valueOf(token.text())
              : (Object) Long.valueOf(token.text()));
    } catch (NumberFormatException e) {
      throw new TemplateException(
          "Line " + token.line() + ": the number " + token.text() + " is too large.");
    }
  }

  private Expression bracketed() {
    if (takesOperator(")")) {
      return new Expression.ListOf(List.of());
    }
    Expression first = expression();
    if (takesOperator(")")) {
      return first;
    }
    List<Expression> items = new ArrayList<>(List.of(first));
    expectOperator(",");
    items.addAll(items(")"));
    return new Expression.ListOf(items);
  }

  private List<Expression> items(String close) {
    List<Expression> items = new ArrayList<>();
    while (!takesOperator(close)) {
      items.add(expression());
      if (!token().isOperator(close)) {
        expectOperator(",");
      }
    }
    return items;
  }

  private Expression map() {
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!takesOperator("}")) {
      keys.add(expression());
      expectOperator(":");
      values.add(expression());
      if (!token().isOperator("}")) {
        expectOperator(",");
      }
    }
    return new Expression.MapOf(keys, values);
  }

  private Expression postfix(Expression value) {
    Expression result = value;
    while (true) {
      if (takesOperator(".")) {
        result =
            token().kind() == Kind.NUMBER
                ? new Expression.Item(result, number(next()))
                : new Expression.Attribute(result, expectName());
      } else if (takesOperator("[")) {
        result = subscript(result);
      } else if (token().isOperator("(")) {
        result = new Expression.Call(result, arguments());
      } else {
        return result;
      }
    }
  }

  private Expression subscript(Expression of) {
    Expression from = token().isOperator(":") ? null : expression();
    if (takesOperator("]")) {
      return new Expression.Item(of, from);
    }
    expectOperator(":");
    Expression to = isBound() ? expression() : null;
    Expression step = takesOperator(":") && isBound() ? expression() : null;
    expectOperator("]");
    return new Expression.Slice(of, from, to, step);
  }

  private boolean isBound() {
    return !token().isOperator(":") && !token().isOperator("]");
  }

  final Arguments arguments() {
    expectOperator("(");
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    while (!takesOperator(")")) {
      if (token().kind() == Kind.NAME && tokens.get(at + 1).isOperator("=")) {
        String name = next().text();
        at++;
        named.put(name, expression());
      } else {
        positional.add(expression());
      }
      if (!token().isOperator(")")) {
        expectOperator(",");
      }
    }
    return new Arguments(positional, named);
  }

  /** The filters and tests behind a value. */
  final Expression filters(Expression value) {
    Expression result = value;
    while (true) {
      if (takesOperator("|")) {
        String name = expectName();
        result =
            new Expression.Filter(
                result, name, token().isOperator("(") ? arguments() : Arguments.NONE);
      } else if (takesName("is")) {
        boolean negated = takesName("not");
        Expression test = test(result);
        result = negated ? new Expression.Not(test) : test;
      } else if (token().isOperator("(")) {
        result = new Expression.Call(result, arguments());
      } else {
        return result;
      }
    }
  }

  private Expression test(Expression value) {
    String name = expectName();
    Token token = token();
    if (token.isOperator("(")) {
      return new Expression.Test(value, name, arguments());
    }
    boolean hasArgument =
        token.kind() == Kind.STRING
            || token.kind() == Kind.NUMBER
            || token.isOperator("[")
            || token.isOperator("{")
            || (token.kind() == Kind.NAME && !AFTER_A_TEST.contains(token.text()));
    if (!hasArgument) {
      return new Expression.Test(value, name, Arguments.NONE);
    }
    return new Expression.Test(value, name, new Arguments(List.of(postfix(primary())), Map.of()));
  }
}
