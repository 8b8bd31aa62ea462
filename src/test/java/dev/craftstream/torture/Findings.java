package dev.craftstream.torture;

import dev.craftstream.torture.Findings.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What is wrong, by kind, with a few examples of each. */
final class Findings {
  private static final int EXAMPLES = 5;

  /** Each has to be 0. */
  enum Kind {
    LOST("lost"),
    DUPLICATE("duplicate"),
    STALE("stale"),
    CONFLICTING("conflicting"),
    ASKED_THOUGH_COMMITTED("asked again though committed"),
    ASKED_THOUGH_RETIRED("asked though retired"),
    ASKED_WITHOUT_CAUSE("asked again without a cause"),
    ASKED_TOO_OFTEN("asked too often"),
    TOO_MANY_IN_FLIGHT("too many in flight"),
    COSTS_MORE_THAN_SEEN("costs more than the server saw"),
    COST_UNKNOWN("cost unknown"),
    NOT_RECOVERED("not recovered from"),
    NOT_STRUCK("faults left out"),
    UNBOUNDED("unbounded");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  private final Map<Kind, List<String>> examples = new EnumMap<>(Kind.class);
  private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);

  void add(Kind kind, String example, Object... arguments) {
    counts.merge(kind, 1, Integer::sum);
    List<String> shown = examples.computeIfAbsent(kind, k -> new ArrayList<>());
    if (shown.size() < EXAMPLES) {
      shown.add(example.formatted(arguments));
    }
  }

  int count(Kind kind) {
    return counts.getOrDefault(kind, 0);
  }

  /** A line for each example, and how many more there are; empty where nothing is wrong. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    examples.forEach(
        (kind, shown) -> {
          shown.forEach(example -> lines.add(kind.words() + ": " + example));
          int more = count(kind) - shown.size();
          if (more > 0) {
            lines.add(kind.words() + ": and " + more + " more");
          }
        });
    return lines;
  }
}
