package dev.craftstream.model;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A record's place in Kafka.
 *
 * @param topic its topic
 * @param partition its partition, from 0
 * @param offset its offset, from 0
 */
public record Origin(String topic, int partition, long offset) {
  private static final Pattern NAME = Pattern.compile("(.+)-(\\d{1,9})-(\\d{1,18})");

  /** On one line, such as {@code questions-3-4711}. */
  public String name() {
    return topic + "-" + partition + "-" + offset;
  }

  /** The place of that {@link #name}; nothing where it is none. */
  public static Optional<Origin> named(String name) {
    Matcher parts = NAME.matcher(name);
    return parts.matches()
        ? Optional.of(
            new Origin(
                parts.group(1), Integer.parseInt(parts.group(2)), Long.parseLong(parts.group(3))))
        : Optional.empty();
  }
}
