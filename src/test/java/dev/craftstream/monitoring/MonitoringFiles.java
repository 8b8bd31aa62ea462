package dev.craftstream.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What lies in {@code deploy/monitoring}: the alerts and the dashboard's queries. */
public final class MonitoringFiles {
  public static final Path FOLDER = Path.of("deploy/monitoring");
  public static final Path ALERTS = FOLDER.resolve("alerts/craft-stream.yaml");
  public static final Path ALERT_TESTS = FOLDER.resolve("alerts/craft-stream-test.yaml");
  public static final Path DASHBOARD = FOLDER.resolve("grafana/dashboards/craft-stream.json");

  private static final Pattern SERIES =
      Pattern.compile("(?:flink_\\w+(?:\\{[^}]*})?|\\{__name__=~[^}]*})");

  private MonitoringFiles() {}

  /**
   * One alert rule.
   *
   * @param name such as {@code CraftNoRunningJob}
   * @param expression PromQL; the alert is on where it has a value
   * @param annotations summary, description and runbook_url
   */
  public record Alert(
      String name,
      String expression,
      Map<String, String> labels,
      Map<String, String> annotations) {}

  /**
   * One query of the dashboard.
   *
   * @param panel title of its panel
   * @param expression PromQL, with Grafana's variables
   */
  public record Query(String panel, String expression) {

    /** What Grafana asks where all deployments are chosen. */
    public String forAllDeployments() {
      return expression.replace("$deployment", ".*").replace("$__rate_interval", "1m");
    }
  }

  @SuppressWarnings("unchecked")
  public static List<Alert> alerts() throws IOException {
    List<Alert> alerts = new ArrayList<>();
    for (Map<String, Object> group : (List<Map<String, Object>>) yaml(ALERTS).get("groups")) {
      for (Map<String, Object> rule : (List<Map<String, Object>>) group.get("rules")) {
        alerts.add(
            new Alert(
                (String) rule.get("alert"),
                (String) rule.get("expr"),
                (Map<String, String>) rule.get("labels"),
                (Map<String, String>) rule.get("annotations")));
      }
    }
    return alerts;
  }

  public static JsonNode dashboard() throws IOException {
    return new JsonMapper().readTree(DASHBOARD.toFile());
  }

  public static List<Query> queries() throws IOException {
    List<Query> queries = new ArrayList<>();
    for (JsonNode panel : dashboard().get("panels")) {
      for (JsonNode target : panel.path("targets")) {
        queries.add(new Query(panel.get("title").textValue(), target.get("expr").textValue()));
      }
    }
    return queries;
  }

  /** The series that an expression reads: names, with their selectors where they have some. */
  public static Set<String> series(String expression) {
    Set<String> series = new TreeSet<>();
    SERIES.matcher(expression).results().map(MatchResult::group).forEach(series::add);
    return series;
  }

  static Map<?, ?> yaml(Path file) throws IOException {
    return (Map<?, ?>)
        new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
  }
}
