package dev.craftstream.client.ui;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How the page puts times: those of its clock's zone, and today without the date. */
final class Times {
  private static final DateTimeFormatter SECOND =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ENGLISH);
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("HH:mm", Locale.ENGLISH);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMM uuuu", Locale.ENGLISH);
  private static final DateTimeFormatter SHORT_DAY =
      DateTimeFormatter.ofPattern("d MMM", Locale.ENGLISH);

  private final Clock clock;

  Times(Clock clock) {
    this.clock = clock;
  }

  long now() {
    return clock.millis();
  }

  Clock clock() {
    return clock;
  }

  /** Date, unless it is today, and time to the second. */
  String second(long millis) {
    var at = Instant.ofEpochMilli(millis).atZone(clock.getZone());
    return (isToday(at.toLocalDate()) ? "" : DAY.format(at) + ", ") + SECOND.format(at);
  }

  /** The time to the minute today, else the day. */
  String minute(long millis) {
    var at = Instant.ofEpochMilli(millis).atZone(clock.getZone());
    return isToday(at.toLocalDate()) ? MINUTE.format(at) : SHORT_DAY.format(at);
  }

  private boolean isToday(LocalDate day) {
    return day.equals(LocalDate.now(clock));
  }

  /** Roughly, for what is foretold or long ago: {@code 40 s}, {@code 12 min}, {@code 3 h 5 min}. */
  static String roughly(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 100) {
      return seconds + " s";
    }
    long minutes = (seconds + 30) / 60;
    if (minutes < 100) {
      return minutes + " min";
    }
    long hours = minutes / 60;
    return hours < 48 ? hours + " h " + minutes % 60 + " min" : hours / 24 + " days";
  }
}
