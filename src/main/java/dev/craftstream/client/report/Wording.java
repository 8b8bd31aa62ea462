package dev.craftstream.client.report;

import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.label.DropReason;
import java.time.Duration;
import java.util.Locale;

/** How the reports put things. */
public final class Wording {
  private Wording() {}

  public static String of(Task task) {
    return switch (task) {
      case OPEN_ENDED -> "open-ended";
      case MULTIPLE_CHOICE -> "multiple-choice";
    };
  }

  static String of(CertaintyKind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** The task as the beginning of a line. */
  public static String title(Task task) {
    String words = of(task);
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }

  /** With a real minus sign. */
  public static String minus(String figure) {
    return figure.replace('-', '−');
  }

  public static String of(DropReason reason) {
    return switch (reason) {
      case UNDECIDED_CORRECTNESS -> "half known";
      case KNOWLEDGE_FLOW -> "about to be learnt";
      case EVALUATED -> "as in the evaluation";
      case DUPLICATE -> "as another question";
    };
  }

  /** What a person calls it: its strategy, or that it is a rehearsal set, and its task. */
  static String name(ChosenDataset dataset) {
    return (dataset.isRehearsalSet() ? "rehearsal set" : dataset.strategy())
        + ", "
        + of(dataset.task());
  }

  /** A share's interval in percent. */
  public static String interval(EvaluatedCheckpoint.Estimate share) {
    return String.format(Locale.ROOT, "%.0f to %.0f %%", 100 * share.low(), 100 * share.high());
  }

  /** A truthful helpfulness score as the paper has it: times 100, with one decimal. */
  static String score(EvaluatedCheckpoint.Estimate score) {
    return String.format(Locale.ROOT, "%.1f", Math.round(1000 * score.value()) / 10.0);
  }

  /** A score's interval, times 100. */
  static String scoreInterval(EvaluatedCheckpoint.Estimate score) {
    return "%d to %d".formatted(Math.round(100 * score.low()), Math.round(100 * score.high()));
  }

  /** With commas between the thousands. */
  public static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Two decimals; a dash for what is no number. */
  public static String figure(double value) {
    return Double.isNaN(value) ? "–" : number(value);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value + 0.0).replace("-0.00", "0.00");
  }

  /** Two decimals and a sign. */
  public static String signed(double value) {
    String text = figure(value);
    return text.startsWith("-") || text.equals("0.00") ? text : "+" + text;
  }

  public static String percent(double share) {
    return Double.isNaN(share) ? "unknown" : String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  /** Seconds below two minutes, else minutes and seconds. */
  public static String of(Duration duration) {
    double seconds = duration.toMillis() / 1000.0;
    return seconds < 120
        ? String.format(Locale.ROOT, "%.1f s", seconds)
        : String.format(
            Locale.ROOT, "%d min %02d s", duration.toMinutes(), duration.toSecondsPart());
  }

  /** {@code text} on one line, of at most {@code length} characters. */
  public static String shortened(String text, int length) {
    String line = text.replaceAll("\\s+", " ").strip();
    return line.codePointCount(0, line.length()) <= length
        ? line
        : line.substring(0, line.offsetByCodePoints(0, length - 1)).strip() + "…";
  }
}
