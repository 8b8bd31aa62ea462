package dev.craftstream.config;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;

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
          TrackerOptions.class,
          DatasetOptions.class,
          StartOptions.class);

  private CurationOptions() {}

  /** In the order of the groups, and in each group in the order of their declaration. */
  public static List<ConfigOption<?>> all() {
    List<ConfigOption<?>> options = new ArrayList<>();
    for (Class<?> group : GROUPS) {
      for (Field field : group.getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers()) && field.getType() == ConfigOption.class) {
          try {
            options.add((ConfigOption<?>) field.get(null));
          } catch (IllegalAccessException e) {
            throw new AssertionError("Options are public.", e);
          }
        }
      }
    }
    return options;
  }
}
