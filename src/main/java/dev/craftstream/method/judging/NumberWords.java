package dev.craftstream.method.judging;

import java.io.Reader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * English numbers in digits: "ten" is 10, "twenty one" 21, "three hundred and five" 305, "2.5
 * million" 2500000, "nineteen eighty four" 1984, "first" 1st, "twenty first" 21st.
 *
 * <p>"One" is left as it is where it is no number: "no one", "the one", "one of".
 */
final class NumberWords {
  private static final List<String> UNITS =
      List.of(
          "zero",
          "one",
          "two",
          "three",
          "four",
          "five",
          "six",
          "seven",
          "eight",
          "nine",
          "ten",
          "eleven",
          "twelve",
          "thirteen",
          "fourteen",
          "fifteen",
          "sixteen",
          "seventeen",
          "eighteen",
          "nineteen");

  private static final List<String> TENS =
      List.of("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety");

  private static final List<String> ORDINALS =
      List.of(
          "zeroth",
          "first",
          "second",
          "third",
          "fourth",
          "fifth",
          "sixth",
          "seventh",
          "eighth",
          "ninth",
          "tenth",
          "eleventh",
          "twelfth",
          "thirteenth",
          "fourteenth",
          "fifteenth",
          "sixteenth",
          "seventeenth",
          "eighteenth",
          "nineteenth");

  private static final List<String> TENTHS =
      List.of(
          "twentieth",
          "thirtieth",
          "fortieth",
          "fiftieth",
          "sixtieth",
          "seventieth",
          "eightieth",
          "ninetieth");

  private static final Map<String, Long> SCALES =
      Map.of(
          "thousand", 1_000L,
          "million", 1_000_000L,
          "billion", 1_000_000_000L,
          "trillion", 1_000_000_000_000L);

  private static final Map<String, Integer> CARDINALS = numbers(UNITS, TENS);
  private static final Map<String, Integer> RANKS = numbers(ORDINALS, TENTHS);

  private static final Set<String> BEFORE_NO_NUMBER =
      Set.of("no", "any", "some", "every", "each", "which", "this", "that", "the", "another");

  private static final Set<String> BEHIND_NO_NUMBER = Set.of("of", "another", "who", "that");
  private static final int HUNDRED = 100;

  private NumberWords() {}

  private static Map<String, Integer> numbers(List<String> units, List<String> tens) {
    Map<String, Integer> numbers = new HashMap<>();
    for (int i = 0; i < units.size(); i++) {
      numbers.put(units.get(i), i);
    }
    for (int i = 0; i < tens.size(); i++) {
      numbers.put(tens.get(i), (i + 2) * 10);
    }
    return Map.copyOf(numbers);
  }

  /** The words, each number among them one word of digits. */
  static List<String> inDigits(List<String> words) {
    if (words.stream().noneMatch(NumberWords::belongsToNumber)) {
      return words;
    }
    List<String> rest = new ArrayList<>(words.size());
    int at = 0;
    while (at < words.size()) {
      Reader reader = new Reader(words, at);
      String number = reader.number();
      rest.add(number == null ? words.get(at) : number);
      at = number == null ? at + 1 : reader.at;
    }
    return rest;
  }

  private static boolean belongsToNumber(String word) {
    return CARDINALS.containsKey(word)
        || RANKS.containsKey(word)
        || SCALES.containsKey(word)
        || word.equals("hundred");
  }

  /** Reads one number. */
  private static final class Reader {
    private final List<String> words;
    private int at;

    Reader(List<String> words, int at) {
      this.words = words;
      this.at = at;
    }

    /** In digits; null where none begins here. */
    String number() {
      if (isNoNumber()) {
        return null;
      }
      BigDecimal sum = BigDecimal.ZERO;
      boolean found = false;
      String rank = null;
      while (rank == null) {
        int from = at;
        skipAnd(found);
        BigDecimal part = part();
        boolean alone = part == null;
        Long scale = at < words.size() ? SCALES.get(words.get(at)) : null;
        rank = alone || scale == null ? rank(alone ? 0 : part.longValue()) : null;
        if (rank != null) {
          return sum.signum() == 0 ? rank : ordinal(sum.longValue() + numberOf(rank));
        }
        if (alone && (scale == null || found)) {
          at = from;
          break;
        }
        found = true;
        BigDecimal value = alone ? BigDecimal.ONE : part;
        if (scale == null) {
          sum = sum.add(value);
          break;
        }
        sum = sum.add(value.multiply(BigDecimal.valueOf(scale)));
        at++;
      }
      return found ? sum.stripTrailingZeros().toPlainString() : null;
    }

    private boolean isNoNumber() {
      boolean one = words.get(at).equals("one");
      boolean before = at > 0 && BEFORE_NO_NUMBER.contains(words.get(at - 1));
      boolean behind = at + 1 < words.size() && BEHIND_NO_NUMBER.contains(words.get(at + 1));
      return one && (before || behind);
    }

    private void skipAnd(boolean inside) {
      boolean and = inside && at + 1 < words.size() && words.get(at).equals("and");
      if (and && CARDINALS.containsKey(words.get(at + 1))) {
        at++;
      }
    }

    /** Below a thousand, a year in two parts, or digits before a scale. */
    private BigDecimal part() {
      if (at >= words.size()) {
        return null;
      }
      if (isDigits(words.get(at))) {
        boolean scaled =
            at + 1 < words.size()
                && (SCALES.containsKey(words.get(at + 1)) || words.get(at + 1).equals("hundred"));
        if (!scaled) {
          return null;
        }
        BigDecimal digits = new BigDecimal(words.get(at++));
        return words.get(at).equals("hundred") ? hundreds(digits) : digits;
      }
      Integer small = belowHundred();
      if (small == null) {
        return words.get(at).equals("hundred") ? hundreds(BigDecimal.ONE) : null;
      }
      if (at < words.size() && words.get(at).equals("hundred")) {
        return hundreds(BigDecimal.valueOf(small));
      }
      int before = at;
      Integer second = small >= 10 ? belowHundred() : null;
      if (second != null && second >= 10) {
        return BigDecimal.valueOf(small * HUNDRED + second);
      }
      at = before;
      return BigDecimal.valueOf(small);
    }

    private BigDecimal hundreds(BigDecimal count) {
      at++;
      int before = at;
      skipAnd(true);
      Integer rest = belowHundred();
      if (rest == null) {
        at = before;
      }
      return count
          .multiply(BigDecimal.valueOf(HUNDRED))
          .add(BigDecimal.valueOf(rest == null ? 0 : rest));
    }

    private Integer belowHundred() {
      Integer first = at < words.size() ? CARDINALS.get(words.get(at)) : null;
      if (first == null) {
        return null;
      }
      at++;
      Integer unit = at < words.size() && first >= 20 ? CARDINALS.get(words.get(at)) : null;
      if (unit == null || unit == 0 || unit >= 10) {
        return first;
      }
      at++;
      return first + unit;
    }

    /** Where an ordinal ends the number; null where none does. */
    private String rank(long before) {
      Integer rank = at < words.size() ? RANKS.get(words.get(at)) : null;
      boolean fits = rank != null && (before == 0 || before % 10 == 0 && rank < 10);
      if (!fits) {
        return null;
      }
      at++;
      return ordinal(before + rank);
    }

    private static long numberOf(String ordinal) {
      return Long.parseLong(ordinal.substring(0, ordinal.length() - 2));
    }

    private static boolean isDigits(String word) {
      return word.matches("\\d{1,15}(?:\\.\\d{1,9})?");
    }

    private static String ordinal(long number) {
      boolean teen = number / 10 % 10 == 1;
      String end =
          switch ((int) (number % 10)) {
            case 1 -> teen ? "th" : "st";
            case 2 -> teen ? "th" : "nd";
            case 3 -> teen ? "th" : "rd";
            default -> "th";
          };
      return number + end;
    }
  }
}
