package dev.craftstream.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.craftstream.config.MetricsReference;
import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.monitoring.MonitoringFiles.Query;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The dashboard is one that Grafana draws, and shows what the reference page describes. */
class DashboardTest {
  private static final int COLUMNS = 24;

  @Test
  void panelsHaveTheirOwnPlaceANameAndADescription() throws IOException {
    Set<Integer> ids = new HashSet<>();
    Set<String> cells = new HashSet<>();
    for (JsonNode panel : MonitoringFiles.dashboard().get("panels")) {
      assertThat(ids.add(panel.get("id").intValue())).as(panel.get("title").textValue()).isTrue();
      JsonNode place = panel.get("gridPos");
      int right = place.get("x").intValue() + place.get("w").intValue();
      assertThat(right).isLessThanOrEqualTo(COLUMNS);
      for (int x = place.get("x").intValue(); x < right; x++) {
        for (int y = 0; y < place.get("h").intValue(); y++) {
          assertThat(cells.add(x + " " + (place.get("y").intValue() + y)))
              .as("overlap of " + panel.get("title"))
              .isTrue();
        }
      }
      if (!panel.get("type").textValue().equals("row")) {
        assertThat(panel.get("description").textValue()).isNotBlank();
        assertThat(panel.get("fieldConfig").get("defaults").get("unit").textValue()).isNotBlank();
      }
    }
  }

  @Test
  void everyQueryIsOfTheChosenDeploymentAndDataSource() throws IOException {
    for (JsonNode panel : MonitoringFiles.dashboard().get("panels")) {
      for (JsonNode target : panel.path("targets")) {
        assertThat(target.get("datasource").get("uid").textValue()).isEqualTo("${datasource}");
      }
    }
    for (Query query : MonitoringFiles.queries()) {
      assertThat(MonitoringFiles.series(query.expression()))
          .as(query.panel())
          .allMatch(series -> series.contains("deployment=~\"$deployment\""));
    }
  }

  @Test
  void whatAlertsAndDashboardReadIsOnTheReferencePage() throws IOException {
    String page = MetricsReference.markdown();
    Set<String> undescribed = new TreeSet<>();
    List<String> expressions = new ArrayList<>();
    MonitoringFiles.queries().forEach(query -> expressions.add(query.expression()));
    MonitoringFiles.alerts().forEach(alert -> expressions.add(alert.expression()));
    for (String expression : expressions) {
      for (String series : MonitoringFiles.series(expression)) {
        String name = name(series);
        if (!page.contains("`" + family(name) + "`")) {
          undescribed.add(name);
        }
      }
    }
    assertThat(undescribed).isEmpty();
  }

  /** Of one metric, or of a family by {@code __name__}. */
  private static String name(String series) {
    return series.replaceFirst("^\\{__name__=~\"([^\"]*)\".*", "$1").replaceFirst("\\{.*", "");
  }

  /** As the page writes the members of a family. */
  private static String family(String name) {
    return name.replaceFirst("_(affectedModels|failedAttempts)_.*", "_$1_KIND")
        .replaceFirst("_label_.*", "_label_LABEL");
  }

  @Test
  void itShowsEachKindOfServerFailure() throws IOException {
    String all = MonitoringFiles.queries().toString();
    for (FailureKind kind : FailureKind.values()) {
      assertThat(all)
          .contains("_affectedModels_" + kind.camelCase() + "{")
          .contains("_failedAttempts_" + kind.camelCase() + "{");
    }
  }

  @Test
  void grafanaFindsDashboardAndDataSource() throws IOException {
    Map<?, ?> provider =
        first(MonitoringFiles.yaml(provisioning("dashboards/craft-stream.yaml")), "providers");
    assertThat(provider.get("options")).isEqualTo(Map.of("path", "/etc/grafana/dashboards"));
    assertThat(
            first(MonitoringFiles.yaml(provisioning("datasources/prometheus.yaml")), "datasources")
                .get("url"))
        .isEqualTo("http://prometheus:9090");
  }

  private static Path provisioning(String name) {
    return MonitoringFiles.FOLDER.resolve("grafana/provisioning").resolve(name);
  }

  private static Map<?, ?> first(Map<?, ?> file, String key) {
    return (Map<?, ?>) ((List<?>) file.get(key)).get(0);
  }
}
