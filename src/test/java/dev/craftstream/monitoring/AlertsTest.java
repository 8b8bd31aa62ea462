package dev.craftstream.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.monitoring.MonitoringFiles.Alert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The alerts fire when they should and not otherwise, and lead to a page that says what to do. */
@Tag("integration")
class AlertsTest {
  private static final Path RUNBOOKS = Path.of("docs/operate/alerts");

  @Test
  void eachAlertFiresAndStaysStillAsItsTestsSay() throws Exception {
    PrometheusTools.Ran ran =
        PrometheusTools.orSkip().promtool("test", "rules", MonitoringFiles.ALERT_TESTS.toString());
    assertThat(ran.exitCode()).as(ran.output()).isZero();
  }

  @Test
  void prometheusTakesRulesAndConfiguration() throws Exception {
    PrometheusTools tools = PrometheusTools.orSkip();
    PrometheusTools.Ran rules =
        tools.promtool("check", "rules", "--lint-fatal", MonitoringFiles.ALERTS.toString());
    assertThat(rules.exitCode()).as(rules.output()).isZero();
    PrometheusTools.Ran configuration =
        tools.promtool(
            "check",
            "config",
            "--syntax-only",
            MonitoringFiles.FOLDER.resolve("prometheus.yaml").toString());
    assertThat(configuration.exitCode()).as(configuration.output()).isZero();
  }

  @Test
  void eachAlertHasACaseInWhichItFiresAndOneInWhichItDoesNot() throws IOException {
    Set<String> fire = new TreeSet<>();
    Set<String> still = new TreeSet<>();
    for (Object test : (List<?>) MonitoringFiles.yaml(MonitoringFiles.ALERT_TESTS).get("tests")) {
      for (Object check : (List<?>) ((Map<?, ?>) test).get("alert_rule_test")) {
        Map<?, ?> expected = (Map<?, ?>) check;
        Set<String> those = ((List<?>) expected.get("exp_alerts")).isEmpty() ? still : fire;
        those.add((String) expected.get("alertname"));
      }
    }
    Set<String> all = new TreeSet<>();
    MonitoringFiles.alerts().forEach(alert -> all.add(alert.name()));
    assertThat(fire).isEqualTo(all);
    assertThat(still).isEqualTo(all);
  }

  @Test
  void eachAlertSaysHowBadItIsWhatItMeansAndWhereToRead() throws IOException {
    Set<String> linked = new TreeSet<>();
    for (Alert alert : MonitoringFiles.alerts()) {
      assertThat(alert.labels()).as(alert.name()).containsOnlyKeys("severity");
      assertThat(alert.labels().get("severity")).as(alert.name()).isIn("critical", "warning");
      assertThat(alert.annotations())
          .as(alert.name())
          .containsOnlyKeys("summary", "description", "runbook_url");
      assertThat(alert.annotations().get("summary"))
          .as("it begins with the deployment")
          .startsWith("{{ if $labels.deployment }}");
      Path runbook = Path.of(alert.annotations().get("runbook_url"));
      assertThat(runbook).isRegularFile().hasParent(RUNBOOKS);
      assertThat(Files.readString(runbook)).contains("`" + alert.name() + "`");
      linked.add(runbook.getFileName().toString());
    }
    try (Stream<Path> pages = Files.list(RUNBOOKS)) {
      assertThat(pages.map(page -> page.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(linked);
    }
  }

  @Test
  void eachKindOfServerFailureHasItsAlert() throws IOException {
    List<String> expressions = MonitoringFiles.alerts().stream().map(Alert::expression).toList();
    for (FailureKind kind : FailureKind.values()) {
      assertThat(expressions)
          .filteredOn(
              expression -> expression.contains("_affectedModels_" + kind.camelCase() + "["))
          .as(kind.camelCase())
          .hasSize(1);
    }
  }
}
