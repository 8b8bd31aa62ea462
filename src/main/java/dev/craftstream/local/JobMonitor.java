package dev.craftstream.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Looks at a running job through Flink's REST API. */
public final class JobMonitor {
  private static final String OPERATOR = "knowledge-tracker";
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final URI rest;
  private final String job;
  private String vertex = "";

  JobMonitor(URI rest, String job) {
    this.rest = rest;
    this.job = job;
  }

  /**
   * The knowledge tracker's metrics at one time.
   *
   * @param completeModelTime the model time up to which everything is measured; the least of the
   *     parallel tasks'
   * @param inFlight requests in flight, of all tasks
   * @param slotsInUse average share of the allowed requests in flight that were in the newest
   *     sweep; of all tasks
   * @param failed attempts that the server did not answer
   */
  public record Tracker(long completeModelTime, int inFlight, double slotsInUse, long failed) {}

  /** Flink's word for the job's state, such as RUNNING. */
  public String state() throws IOException {
    return get("").get("state").getAsString();
  }

  /** Whether all of its tasks run. */
  public boolean allTasksRun() throws IOException {
    for (JsonElement task : get("").getAsJsonArray("vertices")) {
      if (!task.getAsJsonObject().get("status").getAsString().equals("RUNNING")) {
        return false;
      }
    }
    return true;
  }

  /** The newest failure, as one line; empty where there was none. */
  public String newestFailure() throws IOException {
    JsonObject history = get("/exceptions?maxExceptions=1").getAsJsonObject("exceptionHistory");
    JsonArray entries = history.getAsJsonArray("entries");
    if (entries.isEmpty()) {
      return "";
    }
    String trace = entries.get(0).getAsJsonObject().get("stacktrace").getAsString();
    // The innermost cause says most.
    String line = trace.lines().findFirst().orElse("");
    for (String next : (Iterable<String>) trace.lines()::iterator) {
      if (next.startsWith("Caused by: ")) {
        line = next.substring("Caused by: ".length());
      }
    }
    return line;
  }

  /** The tracker's metrics; empty until the job has reported them. */
  public Optional<Tracker> tracker() throws IOException {
    if (vertex.isEmpty()) {
      vertex = vertex();
    }
    String names = "completeModelTime,inFlight,slotsInUse,failed";
    String full = OPERATOR + "." + names.replace(",", "," + OPERATOR + ".");
    JsonElement metrics =
        parsed("/vertices/" + vertex + "/subtasks/metrics?get=" + URLEncoder.encode(full, UTF_8));
    Map<String, JsonObject> byName = new HashMap<>();
    for (JsonElement metric : metrics.getAsJsonArray()) {
      byName.put(metric.getAsJsonObject().get("id").getAsString(), metric.getAsJsonObject());
    }
    if (byName.size() < names.split(",", -1).length) {
      return Optional.empty();
    }
    return Optional.of(
        new Tracker(
            (long) figure(byName, "completeModelTime", "min"),
            (int) figure(byName, "inFlight", "sum"),
            figure(byName, "slotsInUse", "avg"),
            (long) figure(byName, "failed", "sum")));
  }

  private static double figure(Map<String, JsonObject> metrics, String name, String aggregate) {
    return metrics.get(OPERATOR + "." + name).get(aggregate).getAsDouble();
  }

  private String vertex() throws IOException {
    for (JsonElement task : get("").getAsJsonArray("vertices")) {
      JsonObject vertexObject = task.getAsJsonObject();
      if (vertexObject.get("name").getAsString().contains(OPERATOR)) {
        return vertexObject.get("id").getAsString();
      }
    }
    throw new IOException("The job has no stage " + OPERATOR + ".");
  }

  private JsonObject get(String path) throws IOException {
    return parsed(path).getAsJsonObject();
  }

  private JsonElement parsed(String path) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(rest.resolve("/jobs/" + job + path)).timeout(TIMEOUT).build();
    try {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IOException(
            "Flink's REST API answered " + answer.statusCode() + " to " + request.uri() + ".");
      }
      return JsonParser.parseString(answer.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Asking Flink's REST API was interrupted.", e);
    }
  }
}
