package dev.craftstream.config;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.description.HtmlFormatter;
import org.apache.flink.util.TimeUtils;

/** The reference page of {@link CurationOptions}, and the check that only these are set. */
public final class OptionsReference {
  private static final int MOST_SLIPS = 2;

  /** Sections of Flink's that are as like one of the job's as a mistyped one; a test finds them. */
  private static final Set<String> FLINKS_ALIKE = Set.of("traces");

  private OptionsReference() {}

  /** All options, in the order in which {@link CurationOptions} declares them. */
  public static List<ConfigOption<?>> all() {
    List<ConfigOption<?>> options = new ArrayList<>();
    for (Field field : CurationOptions.class.getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers()) && field.getType() == ConfigOption.class) {
        try {
          options.add((ConfigOption<?>) field.get(null));
        } catch (IllegalAccessException e) {
          throw new AssertionError("Options are public.", e);
        }
      }
    }
    return options;
  }

  /** The page, as Markdown. */
  public static String markdown() {
    StringBuilder page =
        new StringBuilder(
            """
            # Options of the job

            Made by `./craft options` from `CurationOptions`; a test keeps it so. Set them in the file given
            with `--config`, or as `-Dkey=value`, which wins.
            """);
    String section = "";
    for (ConfigOption<?> option : all()) {
      String its = section(option.key());
      if (!its.equals(section)) {
        section = its;
        page.append("\n## ")
            .append(section)
            .append("\n\n| option | default | what it does |\n")
            .append("|---|---|---|\n");
      }
      page.append("| `")
          .append(option.key())
          .append("` | ")
          .append(defaultValue(option))
          .append(" | ")
          .append(cell(new HtmlFormatter().format(option.description())))
          .append(" |\n");
    }
    return page.toString();
  }

  /**
   * Finds mistyped keys. Others are Flink's, and whatever is not sure to be a mistake is left to
   * it.
   *
   * @throws IllegalArgumentException where a key of one of the job's sections, or of one that can
   *     only be meant for one of these, is no option
   */
  static void rejectUnknown(Configuration options) {
    Set<String> known =
        all().stream().map(ConfigOption::key).collect(Collectors.toCollection(TreeSet::new));
    Set<String> sections =
        known.stream()
            .map(OptionsReference::section)
            .collect(Collectors.toCollection(TreeSet::new));
    for (String key : options.keySet()) {
      Optional<String> meant = meantSection(section(key), sections);
      if (meant.isPresent()
          && !known.contains(key)
          && !key.startsWith(CurationOptions.KAFKA_PROPERTIES.key() + ".")) {
        String mended = meant.get() + key.substring(section(key).length());
        throw new IllegalArgumentException(
            "There is no option "
                + key
                + nearest(mended, known).map(k -> "; did you mean " + k + "?").orElse(".")
                + " `./craft options` lists them all.");
      }
    }
  }

  /** The section itself, or the one of the job's that it is a slip or two away from. */
  private static Optional<String> meantSection(String section, Set<String> sections) {
    if (sections.contains(section)) {
      return Optional.of(section);
    }
    if (FLINKS_ALIKE.contains(section)) {
      return Optional.empty();
    }
    return sections.stream()
        .filter(own -> slips(section, own) <= MOST_SLIPS)
        .min(Comparator.comparingInt(own -> slips(section, own)));
  }

  /** Letters to insert, leave out or replace to make one of the other. */
  private static int slips(String a, String b) {
    int[] row = IntStream.rangeClosed(0, b.length()).toArray();
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }

  private static Optional<String> nearest(String key, Collection<String> known) {
    String section = section(key) + ".";
    return known.stream()
        .filter(k -> k.startsWith(section))
        .max((a, b) -> Integer.compare(likeness(a, key), likeness(b, key)));
  }

  /** Letters that the two begin with alike, and end with alike. */
  private static int likeness(String a, String b) {
    int shorter = Math.min(a.length(), b.length());
    int head = 0;
    while (head < shorter && a.charAt(head) == b.charAt(head)) {
      head++;
    }
    int tail = 0;
    while (tail < shorter - head
        && a.charAt(a.length() - 1 - tail) == b.charAt(b.length() - 1 - tail)) {
      tail++;
    }
    return head + tail;
  }

  private static String section(String key) {
    int dot = key.indexOf('.');
    return dot < 0 ? "" : key.substring(0, dot);
  }

  private static String defaultValue(ConfigOption<?> option) {
    if (!option.hasDefaultValue()) {
      return "required";
    }
    Object value = option.defaultValue();
    if (value instanceof Duration duration) {
      value = TimeUtils.formatWithHighestUnit(duration);
    } else if (value instanceof Collection<?> list) {
      value = list.stream().map(Object::toString).collect(Collectors.joining(";"));
    } else if (value instanceof Map<?, ?>) {
      value = "";
    } else if (value instanceof Enum<?> constant) {
      value = constant.toString();
    }
    String text = value.toString();
    return text.isEmpty() ? "none" : "`" + cell(text) + "`";
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("\n", " ");
  }
}
