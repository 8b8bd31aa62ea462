package dev.craftstream.knowledge;

import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/** The metrics of every stage that asks model servers. */
public final class HealthMetrics {
  private HealthMetrics() {}

  /**
   * Registers how many streamed requests wait for their turn, and two gauges a kind of failure: how
   * many models it affects now, and how many attempts failed by it since the stage was opened.
   */
  public static void expose(MetricGroup group, ServerHealth health) {
    group.gauge("streamsWaiting", (Gauge<Integer>) health::streamsWaiting);
    for (FailureKind kind : FailureKind.values()) {
      group.gauge("trouble." + kind.camelCase(), (Gauge<Integer>) () -> health.models(kind));
      group.gauge("failedAttempts." + kind.camelCase(), (Gauge<Long>) () -> health.failures(kind));
    }
  }
}
