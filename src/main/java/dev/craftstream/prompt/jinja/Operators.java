package dev.craftstream.prompt.jinja;

import java.util.ArrayList;
import java.util.List;

/** What stands between two values. */
final class Operators {

  private Operators() {}

  static Object apply(String operator, Object left, Object right, Budget budget) {
    if (operator.equals("~")) {
      return concatenated(Values.text(left), Values.text(right), budget);
    }
    if (left instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (right instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (operator.equals("+") && left instanceof String a && right instanceof String b) {
      return concatenated(a, b, budget);
    }
    if (operator.equals("+") && left instanceof List<?> a && right instanceof List<?> b) {
      budget.make(a.size() + (long) b.size());
      List<Object> all = new ArrayList<>(a);
      all.addAll(b);
      return all;
    }
    if (operator.equals("*") && left instanceof String text && Values.isWhole(right)) {
      return repeated(text, Values.whole(right), budget);
    }
    if (!Values.isNumber(left) || !Values.isNumber(right)) {
      throw new TemplateException(
          "\"%s\" can't be used with %s and %s."
              .formatted(operator, Values.name(left), Values.name(right)));
    }
    boolean isZero = Values.number(right) == 0;
    if (isZero && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
      throw new TemplateException("A number is divided by 0.");
    }
    return Values.isWhole(left) && Values.isWhole(right)
        ? ofWhole(operator, Values.whole(left), Values.whole(right))
        : ofNumbers(operator, Values.number(left), Values.number(right));
  }

  private static String concatenated(String left, String right, Budget budget) {
    budget.make(left.length() + (long) right.length());
    return left + right;
  }

  private static String repeated(String text, long times, Budget budget) {
    long most = Math.max(0, Math.min(Integer.MAX_VALUE, times));
    budget.make(Math.multiplyExact(most, (long) text.length()));
    return text.repeat((int) most);
  }

  private static Object ofWhole(String operator, long a, long b) {
    try {
      return switch (operator) {
        case "+" -> Math.addExact(a, b);
        case "-" -> Math.subtractExact(a, b);
        case "*" -> Math.multiplyExact(a, b);
        case "//" -> Math.floorDiv(a, b);
        case "%" -> Math.floorMod(a, b);
        default -> {
          Object result = ofNumbers(operator, a, b);
          yield operator.equals("**") && b >= 0 ? (Object) ((Double) result).longValue() : result;
        }
      };
    } catch (ArithmeticException e) {
      throw new TemplateException("A number becomes too large.");
    }
  }

  private static Object ofNumbers(String operator, double a, double b) {
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / b;
      case "//" -> Math.floor(a / b);
      case "%" -> a - b * Math.floor(a / b);
      case "**" -> Math.pow(a, b);
      default -> throw new TemplateException("The operator " + operator + " is not known.");
    };
  }

  static boolean compare(String operator, Object left, Object right) {
    return switch (operator) {
      case "==" -> Values.areEqual(left, right);
      case "!=" -> !Values.areEqual(left, right);
      case "<" -> Values.compare(left, right) < 0;
      case "<=" -> Values.compare(left, right) <= 0;
      case ">" -> Values.compare(left, right) > 0;
      case ">=" -> Values.compare(left, right) >= 0;
      case "in" -> Values.contains(right, left);
      default -> !Values.contains(right, left);
    };
  }
}
