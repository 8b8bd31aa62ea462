package dev.craftstream.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.groups.GenericMetricGroup;
import org.apache.flink.runtime.metrics.util.TestingMetricRegistry;
import org.junit.jupiter.api.Test;

class LabelledMetricsTest {
  private final Set<String> registered = new TreeSet<>();

  @Test
  void thereAreMetricsOfTheNamesThatThereAreNow_andOfNoOthers() {
    TestingMetricRegistry registry =
        TestingMetricRegistry.builder()
            .setRegisterConsumer((metric, name, group) -> registered.add(shown(name, group)))
            .setUnregisterConsumer((metric, name, group) -> registered.remove(shown(name, group)))
            .build();
    MetricGroup operator = new GenericMetricGroup(registry, null, "operator");
    LabelledMetrics metrics =
        new LabelledMetrics(
            name -> operator.addGroup("checkpoint", name),
            (group, name) -> group.gauge("requests", (Gauge<String>) () -> name));

    metrics.retain(Set.of("a", "b"));
    assertThat(registered).containsExactly("a requests", "b requests");
    metrics.retain(Set.of("b", "c"));
    assertThat(registered).containsExactly("b requests", "c requests");
    metrics.retain(Set.of("a"));
    assertThat(registered).containsExactly("a requests");
    metrics.retain(Set.of());
    assertThat(registered).isEmpty();
  }

  private static String shown(String name, MetricGroup group) {
    return group.getAllVariables().get("<checkpoint>") + " " + name;
  }
}
