package dev.craftstream.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.metrics.JobMetric;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.flink.api.common.JobID;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.prometheus.PrometheusReporterFactory;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionGraphTestUtils;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;
import org.apache.flink.runtime.metrics.MetricRegistryImpl;
import org.apache.flink.runtime.metrics.MetricRegistryTestUtils;
import org.apache.flink.runtime.metrics.ReporterSetupBuilder;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.groups.TaskMetricGroup;
import org.junit.jupiter.api.Test;

class MetricsReferenceTest {
  private static final Path REFERENCE = Path.of("docs/reference/metrics.md");

  @Test
  void theReferencePageIsMadeOfTheMetrics() throws Exception {
    assertThat(Files.readString(REFERENCE))
        .as("write it anew with: ./craft metrics > " + REFERENCE)
        .isEqualTo(MetricsReference.markdown());
  }

  @Test
  void namesAndLabelsAreThoseOfFlinksPrometheusReporter() throws Exception {
    int port = freePort();
    MetricConfig config = new MetricConfig();
    config.setProperty("port", String.valueOf(port));
    MetricRegistryImpl registry =
        new MetricRegistryImpl(
            MetricRegistryTestUtils.defaultMetricRegistryConfiguration(),
            List.of(
                ReporterSetupBuilder.METRIC_SETUP_BUILDER.forReporter(
                    "prom", config, new PrometheusReporterFactory().createMetricReporter(config))));
    try {
      TaskMetricGroup task =
          TaskManagerMetricGroup.createTaskManagerMetricGroup(
                  registry, "host", ResourceID.generate())
              .addJob(new JobID(), "craft-stream")
              .addTask(ExecutionGraphTestUtils.createExecutionAttemptId(), "task");
      for (JobMetric metric : JobMetric.values()) {
        MetricGroup operator = task.getOrAddOperator(metric.stage().title());
        register(
            metric,
            metric.isOfCheckpoint() ? JobMetric.ofCheckpoint(operator, "llama0") : operator);
      }
      String page =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/metrics"))
                      .build(),
                  BodyHandlers.ofString())
              .body();

      for (JobMetric metric : JobMetric.values()) {
        assertThat(page)
            .contains(
                "# TYPE %s %s\n"
                    .formatted(
                        MetricsReference.prometheusName(metric),
                        metric.type() == JobMetric.Type.HISTOGRAM ? "summary" : "gauge"));
      }
      assertThat(quotedLabels()).isNotEmpty().isSubsetOf(labelsOf(page));
      assertThat(labelsOf(page)).contains("quantile");
      assertThat(page)
          .contains("quantile=\"0.999\"")
          .contains("checkpoint=\"llama0\"")
          .contains("operator_name=\"knowledge_tracker\"");
    } finally {
      registry.closeAsync().join();
    }
  }

  /** As a stage does; a member of a family has the name that the page has in its place. */
  private static void register(JobMetric metric, MetricGroup group) {
    String member = metric.metricName().replaceFirst("^[^.]*\\.", "");
    switch (metric.type()) {
      case COUNTER -> {
        if (metric.isFamily()) {
          metric.counter(group, member);
        } else {
          metric.counter(group);
        }
      }
      case GAUGE -> {
        if (metric.isFamily()) {
          metric.gauge(group, member, () -> 1);
        } else {
          metric.gauge(group, () -> 1);
        }
      }
      case HISTOGRAM -> metric.histogram(group, new DescriptiveStatisticsHistogram(10));
    }
  }

  /** Those that the page says each series has. */
  private static List<String> quotedLabels() {
    String page = MetricsReference.markdown();
    String paragraph =
        page.substring(page.indexOf("has the labels"), page.indexOf("Names repeat between stages"));
    return all("`([a-z_]+)`", paragraph);
  }

  private static List<String> labelsOf(String page) {
    return all("[{,]([a-z_]+)=\"", page);
  }

  private static List<String> all(String pattern, String text) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map((MatchResult found) -> found.group(1))
        .distinct()
        .toList();
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
