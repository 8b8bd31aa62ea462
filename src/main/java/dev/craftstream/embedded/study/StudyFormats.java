package dev.craftstream.embedded.study;

import dev.craftstream.method.statistics.QuestionBootstrap.Interval;
import java.util.Locale;

/** How the page of a study writes figures. */
final class StudyFormats {
  private StudyFormats() {}

  static String hundredfold(Interval interval) {
    return "%s [%s, %s]"
        .formatted(
            number(100 * interval.value()),
            number(100 * interval.low()),
            number(100 * interval.high()));
  }

  static String shares(Interval interval) {
    return Double.isNaN(interval.value())
        ? "undefined"
        : "%s [%s, %s]"
            .formatted(share(interval.value()), share(interval.low()), share(interval.high()));
  }

  static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value + 0.0);
  }

  static String signed(double value) {
    return String.format(Locale.ROOT, "%+.3f", value);
  }

  static String share(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
