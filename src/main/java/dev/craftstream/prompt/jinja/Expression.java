package dev.craftstream.prompt.jinja;

import java.util.List;
import java.util.Map;

/** What has a value. */
sealed interface Expression {

  record Literal(Object value) implements Expression {}

  record Name(String name) implements Expression {}

  record Attribute(Expression of, String name) implements Expression {}

  record Item(Expression of, Expression index) implements Expression {}

  /** Each bound may be null. */
  record Slice(Expression of, Expression from, Expression to, Expression step)
      implements Expression {}

  record Arguments(List<Expression> positional, Map<String, Expression> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());
  }

  record Call(Expression callee, Arguments arguments) implements Expression {}

  record Filter(Expression input, String name, Arguments arguments) implements Expression {}

  record Test(Expression input, String name, Arguments arguments) implements Expression {}

  record Not(Expression operand) implements Expression {}

  record Sign(boolean isMinus, Expression operand) implements Expression {}

  record Binary(String operator, Expression left, Expression right) implements Expression {}

  record And(Expression left, Expression right) implements Expression {}

  record Or(Expression left, Expression right) implements Expression {}

  /** {@code first op second op third}, each operator with what stands right of it. */
  record Comparison(Expression first, List<Compared> rest) implements Expression {
    record Compared(String operator, Expression with) {}
  }

  /** {@code otherwise} may be null. */
  record Conditional(Expression condition, Expression then, Expression otherwise)
      implements Expression {}

  record ListOf(List<Expression> items) implements Expression {}

  record MapOf(List<Expression> keys, List<Expression> values) implements Expression {}
}
