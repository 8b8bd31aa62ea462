package dev.craftstream.flink;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.groups.AbstractMetricGroup;

/**
 * Metrics that exist once for each of several names, which come and go: each has the name as the
 * value of one label, so that there are never more series than names. Flink's public interfaces
 * register metrics for as long as the task lives.
 */
public final class LabelledMetrics {
  private final Function<String, MetricGroup> labelled;
  private final BiConsumer<MetricGroup, String> registration;
  private final Map<String, MetricGroup> groups = new HashMap<>();

  /**
   * @param labelled the group whose label has the name
   * @param registration registers the metrics of a name in its group
   */
  public LabelledMetrics(
      Function<String, MetricGroup> labelled, BiConsumer<MetricGroup, String> registration) {
    this.labelled = labelled;
    this.registration = registration;
  }

  /** Has the metrics of these names, and no others. */
  public void retain(Set<String> names) {
    groups
        .entrySet()
        .removeIf(
            entry -> {
              boolean isOver = !names.contains(entry.getKey());
              if (isOver && entry.getValue() instanceof AbstractMetricGroup<?> group) {
                group.close();
              }
              return isOver;
            });
    for (String name : names) {
      if (!groups.containsKey(name)) {
        MetricGroup group = labelled.apply(name);
        groups.put(name, group);
        registration.accept(group, name);
      }
    }
  }
}
