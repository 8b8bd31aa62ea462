package dev.craftstream.cli.common;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Function;
import org.apache.flink.util.TimeUtils;
import picocli.CommandLine.Model.CommandSpec;

/** Points in time as options give them. */
public final class PointInTime {
  private PointInTime() {}

  /**
   * How long before {@code now}, such as {@code 2h}; or a date, with or without a time and an
   * offset. Without an offset it is local.
   *
   * @param text null where the option is not given
   * @return null where the option is not given
   */
  public static Instant of(CommandSpec spec, String option, String text, Instant now) {
    if (text == null) {
      return null;
    }
    ZoneId here = ZoneId.systemDefault();
    List<Function<String, Instant>> readings =
        List.of(
            time -> OffsetDateTime.parse(time).toInstant(),
            time -> LocalDateTime.parse(time).atZone(here).toInstant(),
            time -> LocalDate.parse(time).atStartOfDay(here).toInstant(),
            time -> now.minus(age(time)));
    String stripped = text.strip().replaceFirst("^(\\d{4}-\\d{2}-\\d{2}) ", "$1T");
    for (Function<String, Instant> reading : readings) {
      try {
        return reading.apply(stripped);
      } catch (DateTimeException | ArithmeticException otherwise) {
        // The next one.
      }
    }
    throw Commands.wrong(
        spec,
        "%s is %s; give how long ago, such as 2h, or a time, such as %s."
            .formatted(option, text, now.truncatedTo(ChronoUnit.SECONDS)));
  }

  /**
   * @throws DateTimeException where it is none
   */
  private static Duration age(String time) {
    try {
      if (Character.isLetter(time.charAt(time.length() - 1))) {
        return TimeUtils.parseDuration(time);
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new DateTimeException("It is no time.", e);
    }
    throw new DateTimeException("It is no time: its unit is missing.");
  }
}
