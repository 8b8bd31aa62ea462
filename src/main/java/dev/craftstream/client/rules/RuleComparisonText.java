package dev.craftstream.client.rules;

import static java.util.stream.Collectors.joining;

import dev.craftstream.client.rules.RuleComparison.Example;
import dev.craftstream.method.statistics.Agreement;
import dev.craftstream.model.knowledge.Verdict;
import dev.craftstream.model.label.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** A {@link RuleComparison} for the terminal. */
public final class RuleComparisonText {
  private static final int TEXT_CHARACTERS = 100;

  private final RuleComparison comparison;
  private final List<String> lines = new ArrayList<>();

  private RuleComparisonText(RuleComparison comparison) {
    this.comparison = comparison;
  }

  /** Its lines, without line ends. */
  public static List<String> lines(RuleComparison comparison) {
    RuleComparisonText text = new RuleComparisonText(comparison);
    text.addVerdicts();
    text.addLabels();
    text.addExamples();
    return text.lines;
  }

  private void addVerdicts() {
    Agreement<Verdict> verdicts = comparison.verdicts();
    say(
        "%s and %s: the same verdict on %s of %,d samples, kappa %s",
        comparison.rule(),
        comparison.otherRule(),
        percent(verdicts.share()),
        verdicts.total(),
        decimals(verdicts.kappa()));
    say("  %-24s     %s", "", comparison.otherRule());
    say(
        "  %-24s %s",
        comparison.rule(),
        Stream.of(Verdict.values()).map(v -> "%12s".formatted(v)).collect(joining()));
    for (Verdict one : Verdict.values()) {
      say(
          "  %-24s %s",
          one,
          Stream.of(Verdict.values())
              .map(other -> String.format(Locale.ROOT, "%,12d", verdicts.count(one, other)))
              .collect(joining()));
    }
  }

  private void addLabels() {
    Agreement<Label> labels = comparison.labels();
    if (comparison.unjudged() > 0) {
      say(
          "  Left out: %,d measurements that the judge model did not judge.",
          comparison.unjudged());
    }
    say(
        "  By correctness alone, %,d of %,d measurements get another label.",
        labels.total() - labels.agreed(), labels.total());
    for (Label one : Label.values()) {
      for (Label other : Label.values()) {
        if (one != other && labels.count(one, other) > 0) {
          say("    %s becomes %s: %,d", one, other, labels.count(one, other));
        }
      }
    }
  }

  private void addExamples() {
    for (Verdict one : Verdict.values()) {
      for (Verdict other : Verdict.values()) {
        List<Example> some =
            comparison.examples().stream()
                .filter(e -> e.verdict() == one && e.otherVerdict() == other)
                .toList();
        if (!some.isEmpty()) {
          say(
              "  %s by %s, %s by %s, such as",
              one, comparison.rule(), other, comparison.otherRule());
          some.forEach(this::addExample);
        }
      }
    }
  }

  private void addExample(Example example) {
    say(
        "    %s by %s, %,d %s",
        example.questionId(),
        example.checkpointId(),
        example.samples(),
        example.samples() == 1 ? "sample" : "samples");
    say("      question  %s", shortened(example.question()));
    say(
        "      gold      %s",
        shortened(
            Stream.concat(Stream.of(example.gold()), example.aliases().stream())
                .collect(joining(" | "))));
    say("      answer    %s", shortened(example.answer()));
  }

  private void say(String line, Object... arguments) {
    lines.add(String.format(Locale.ROOT, line, arguments).stripTrailing());
  }

  private static String percent(OptionalDouble share) {
    return share.isPresent()
        ? String.format(Locale.ROOT, "%.1f %%", 100 * share.getAsDouble())
        : "none";
  }

  private static String decimals(OptionalDouble value) {
    return value.isPresent()
        ? String.format(Locale.ROOT, "%.3f", value.getAsDouble())
        : "undefined";
  }

  /** On one line, and not long. Control characters would reach the terminal. */
  private static String shortened(String text) {
    String line = text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
    return line.codePointCount(0, line.length()) <= TEXT_CHARACTERS
        ? line
        : line.substring(0, line.offsetByCodePoints(0, TEXT_CHARACTERS - 1)).strip() + "…";
  }
}
