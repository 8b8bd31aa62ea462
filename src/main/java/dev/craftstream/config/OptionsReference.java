package dev.craftstream.config;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.description.HtmlFormatter;
import org.apache.flink.util.TimeUtils;

/** The reference page of {@link CurationOptions}, and the check that only these are set. */
public final class OptionsReference {
  /** Single-letter edits up to which another section is taken for a mistyped one. */
  private static final int MAX_DISTANCE = 2;

  /** Sections of Flink that are within that distance of one of the job's; a test finds them. */
  private static final Set<String> SIMILAR_FLINK_SECTIONS = Set.of("state", "traces");

  private OptionsReference() {}

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
    for (ConfigOption<?> option : CurationOptions.all()) {
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
        CurationOptions.all().stream()
            .map(ConfigOption::key)
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> sections =
        known.stream()
            .map(OptionsReference::section)
            .collect(Collectors.toCollection(TreeSet::new));
    for (String key : options.keySet()) {
      Optional<String> meant = meantSection(section(key), sections);
      if (meant.isPresent()
          && !known.contains(key)
          && !key.startsWith(KafkaOptions.KAFKA_PROPERTIES.key() + ".")
          && !key.startsWith(QueryOptions.CHAT_TEMPLATE_VALUES.key() + ".")) {
        String mended = meant.get() + key.substring(section(key).length());
        throw new IllegalArgumentException(
            "There is no option "
                + key
                + nearest(mended, known).map(k -> "; did you mean " + k + "?").orElse(".")
                + " `./craft options` lists them all.");
      }
    }
  }

  /** The section itself, or the job's section that it is at most two edits away from. */
  private static Optional<String> meantSection(String section, Set<String> sections) {
    if (sections.contains(section)) {
      return Optional.of(section);
    }
    if (SIMILAR_FLINK_SECTIONS.contains(section)) {
      return Optional.empty();
    }
    return sections.stream()
        .filter(own -> distance(section, own) <= MAX_DISTANCE)
        .min(Comparator.comparingInt(own -> distance(section, own)));
  }

  private static int distance(String a, String b) {
    return LevenshteinDistance.getDefaultInstance().apply(a, b);
  }

  private static Optional<String> nearest(String key, Collection<String> known) {
    String section = section(key) + ".";
    return known.stream()
        .filter(k -> k.startsWith(section))
        .min(Comparator.comparingInt(k -> distance(k, key)));
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
