package dev.craftstream.knowledge;

import dev.craftstream.metrics.JobMetric;
import org.apache.flink.metrics.MetricGroup;

/** The metrics of every stage that asks model servers. */
public final class HealthMetrics {
  private HealthMetrics() {}

  /**
   * Registers two gauges a kind of failure.
   *
   * @param affectedModels how many models it affects now
   * @param failedAttempts how many attempts failed by it since the stage was opened
   */
  public static void expose(
      MetricGroup group, ServerHealth health, JobMetric affectedModels, JobMetric failedAttempts) {
    for (FailureKind kind : FailureKind.values()) {
      affectedModels.gauge(group, kind.camelCase(), () -> health.models(kind));
      failedAttempts.gauge(group, kind.camelCase(), () -> health.failures(kind));
    }
  }
}
