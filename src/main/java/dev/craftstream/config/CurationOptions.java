package dev.craftstream.config;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;

/**
 * All of the job's options, by group. {@link CurationSettings} reads and checks them; {@link
 * OptionsReference} makes the reference page of them.
 */
public final class CurationOptions {
  private static final List<Class<?>> GROUPS =
      List.of(
          KafkaOptions.class,
          TritonOptions.class,
          QueryOptions.class,
          JudgeOptions.class,
          TrackerOptions.class,
          SampleOptions.class,
          DatasetOptions.class,
          StartOptions.class);

  private CurationOptions() {}

  /** In the order of the groups, and in each group in the order of their declaration. */
  public static List<ConfigOption<?>> all() {
    return GROUPS.stream().flatMap(group -> of(group).stream()).toList();
  }

  private static List<ConfigOption<?>> of(Class<?> group) {
    List<ConfigOption<?>> options = new ArrayList<>();
    for (Field field : group.getDeclaredFields()) {
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

  /**
   * What holds for each option, whether it is given or its default, as text. Equal values are equal
   * texts, such as of {@code 60 s} and {@code 1 min}. What is given under other keys is taken over
   * as it is. Those of {@link StartOptions} are left out: they mean one start.
   *
   * @param given has to be {@link CurationSettings#of readable}
   * @return by key; an option that is not given and has no default is left out
   */
  public static Map<String, String> inEffect(Configuration given) {
    Configuration known = new Configuration();
    Map<String, String> others = new TreeMap<>(given.toMap());
    for (ConfigOption<?> option : all()) {
      others.remove(option.key());
    }
    for (Class<?> group : GROUPS) {
      if (group != StartOptions.class) {
        of(group).forEach(option -> copy(given, option, known));
      }
    }
    others.putAll(known.toMap());
    return others;
  }

  private static <T> void copy(Configuration given, ConfigOption<T> option, Configuration to) {
    T value = given.get(option);
    if (value instanceof Map<?, ?> entries) {
      entries.forEach((key, entry) -> to.setString(option.key() + "." + key, entry.toString()));
    } else if (value != null) {
      to.set(option, value);
    }
  }
}
