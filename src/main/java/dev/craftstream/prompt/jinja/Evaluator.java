package dev.craftstream.prompt.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the values of expressions. */
class Evaluator {
  final Budget budget = new Budget();

  final Object value(Expression expression, Scope scope) {
    budget.step();
    if (expression instanceof Expression.Literal literal) {
      return literal.value();
    } else if (expression instanceof Expression.Name name) {
      return scope.get(name.name());
    } else if (expression instanceof Expression.Attribute attribute) {
      return Values.attribute(value(attribute.of(), scope), attribute.name());
    } else if (expression instanceof Expression.Item item) {
      return Values.item(value(item.of(), scope), value(item.index(), scope));
    } else if (expression instanceof Expression.Slice slice) {
      return Values.slice(
          value(slice.of(), scope),
          bound(slice.from(), scope),
          bound(slice.to(), scope),
          bound(slice.step(), scope));
    } else if (expression instanceof Expression.Call call) {
      return called(call, scope);
    } else if (expression instanceof Expression.Filter filter) {
      return Filters.apply(
          filter.name(), value(filter.input(), scope), given(filter.arguments(), scope), budget);
    } else if (expression instanceof Expression.Test test) {
      return Tests.holds(test.name(), value(test.input(), scope), given(test.arguments(), scope));
    } else if (expression instanceof Expression.Not not) {
      return !Values.isTrue(value(not.operand(), scope));
    } else if (expression instanceof Expression.Sign sign) {
      return signed(sign, scope);
    } else if (expression instanceof Expression.Binary binary) {
      return Operators.apply(
          binary.operator(), value(binary.left(), scope), value(binary.right(), scope), budget);
    } else if (expression instanceof Expression.And and) {
      Object left = value(and.left(), scope);
      return Values.isTrue(left) ? value(and.right(), scope) : left;
    } else if (expression instanceof Expression.Or or) {
      Object left = value(or.left(), scope);
      return Values.isTrue(left) ? left : value(or.right(), scope);
    } else if (expression instanceof Expression.Comparison comparison) {
      return compared(comparison, scope);
    } else if (expression instanceof Expression.Conditional conditional) {
      if (Values.isTrue(value(conditional.condition(), scope))) {
        return value(conditional.then(), scope);
      }
      return conditional.otherwise() == null
          ? new Undefined("else")
          : value(conditional.otherwise(), scope);
    } else if (expression instanceof Expression.ListOf list) {
      return values(list.items(), scope);
    }
    Expression.MapOf map = (Expression.MapOf) expression;
    Map<Object, Object> values = new LinkedHashMap<>();
    for (int i = 0; i < map.keys().size(); i++) {
      values.put(value(map.keys().get(i), scope), value(map.values().get(i), scope));
    }
    return values;
  }

  private Object bound(Expression bound, Scope scope) {
    return bound == null ? null : value(bound, scope);
  }

  private List<Object> values(List<Expression> expressions, Scope scope) {
    List<Object> values = new ArrayList<>(expressions.size());
    expressions.forEach(expression -> values.add(value(expression, scope)));
    return values;
  }

  private Given given(Expression.Arguments arguments, Scope scope) {
    Map<String, Object> named = new LinkedHashMap<>();
    arguments.named().forEach((name, argument) -> named.put(name, value(argument, scope)));
    return new Given(values(arguments.positional(), scope), named);
  }

  private Object called(Expression.Call call, Scope scope) {
    Object callee;
    if (call.callee() instanceof Expression.Attribute method) {
      Object of = value(method.of(), scope);
      if (Methods.has(of, method.name())) {
        return Methods.call(of, method.name(), given(call.arguments(), scope), budget);
      }
      callee = Values.attribute(of, method.name());
    } else {
      callee = value(call.callee(), scope);
    }
    if (callee instanceof Callable callable) {
      Given given = given(call.arguments(), scope);
      return callable.call(given.positional(), given.named());
    }
    if (callee instanceof Undefined undefined) {
      throw new TemplateException("The function " + undefined.name() + " is not known.");
    }
    throw new TemplateException("There is nothing to call in " + Values.name(callee) + ".");
  }

  private Object signed(Expression.Sign sign, Scope scope) {
    Object operand = value(sign.operand(), scope);
    return sign.isMinus() ? Operators.apply("-", 0L, operand, budget) : operand;
  }

  private boolean compared(Expression.Comparison comparison, Scope scope) {
    Object left = value(comparison.first(), scope);
    for (Expression.Comparison.Compared next : comparison.rest()) {
      Object right = value(next.with(), scope);
      if (!Operators.compare(next.operator(), left, right)) {
        return false;
      }
      left = right;
    }
    return true;
  }
}
