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
import java.util.Properties;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.metrics.prometheus.PrometheusReporterFactory;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;
import org.apache.flink.runtime.metrics.groups.UnregisteredMetricGroups;
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
    Properties options = new Properties();
    options.setProperty("port", String.valueOf(port));
    MetricConfig config = new MetricConfig();
    config.putAll(options);
    MetricReporter reporter = new PrometheusReporterFactory().createMetricReporter(options);
    reporter.open(config);
    try {
      for (JobMetric metric : JobMetric.values()) {
        MetricGroup operator = UnregisteredMetricGroups.createUnregisteredOperatorMetricGroup();
        String[] name = metric.metricName().split("\\.");
        MetricGroup group = metric.isFamily() ? operator.addGroup(name[0]) : operator;
        reporter.notifyOfAddedMetric(of(metric.type()), name[name.length - 1], group);
      }
      reporter.notifyOfAddedMetric(
          of(JobMetric.Type.GAUGE),
          "any",
          UnregisteredMetricGroups.createUnregisteredOperatorMetricGroup()
              .addGroup("stage", "knowledge-tracker"));
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
      assertThat(page).contains("quantile=\"0.999\"").contains("stage=\"knowledge_tracker\"");
    } finally {
      reporter.close();
    }
  }

  private static Metric of(JobMetric.Type type) {
    return switch (type) {
      case COUNTER -> (Counter) new SimpleCounter();
      case GAUGE -> (Gauge<Integer>) () -> 1;
      case HISTOGRAM -> (Histogram) new DescriptiveStatisticsHistogram(10);
    };
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
