package dev.craftstream.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Looks at a running job through Flink's REST API. */
public final class JobMonitor {
  private static final String OPERATOR = "knowledge-tracker";
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final String ADMISSION = "checkpoint-admission";

  private static final Set<String> ENDS = Set.of("FINISHED", "CANCELED", "FAILED", "SUSPENDED");

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final URI rest;
  private final String job;
  private final Map<String, String> vertices = new HashMap<>();

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

  /**
   * How far the job is, at one time.
   *
   * @param modelTime the newest model time that it has let through
   * @param completeModelTime the one up to which everything is measured; the least of the parallel
   *     tasks'
   * @param questions how many it knows, and {@code backlog} how many of these miss an answer
   * @param inFlight requests in flight
   * @param waiting announcements that wait for their server, or behind one that does
   */
  public record Progress(
      long modelTime,
      long completeModelTime,
      long questions,
      long backlog,
      long inFlight,
      long waiting) {}

  /**
   * The curation jobs of a Flink cluster that have not ended, whatever state they are in.
   *
   * @param rest address of its REST API, such as {@code http://localhost:8081}
   * @throws IOException with a sentence, where it does not answer
   */
  public static List<JobMonitor> present(URI rest) throws IOException {
    List<JobMonitor> found = new ArrayList<>();
    JsonElement overview = new JobMonitor(rest, "").parsed("overview");
    if (!overview.isJsonObject() || !overview.getAsJsonObject().has("jobs")) {
      throw notFlink(rest, null);
    }
    for (JsonElement element : overview.getAsJsonObject().getAsJsonArray("jobs")) {
      JsonObject job = element.getAsJsonObject();
      if (!ENDS.contains(job.get("state").getAsString())) {
        JobMonitor monitor = new JobMonitor(rest, job.get("jid").getAsString());
        if (monitor.vertexWith(OPERATOR).isPresent()) {
          found.add(monitor);
        }
      }
    }
    return found;
  }

  /** How far it is; empty until it has reported its metrics. */
  public Optional<Progress> progress() throws IOException {
    Optional<Map<String, JsonObject>> tracker =
        metrics(OPERATOR, "modelTime", "completeModelTime", "questions", "backlog", "inFlight");
    Optional<Map<String, JsonObject>> admission = metrics(ADMISSION, "waiting");
    if (tracker.isEmpty() || admission.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Progress(
            (long) figure(tracker.get(), "modelTime", "max"),
            (long) figure(tracker.get(), "completeModelTime", "min"),
            (long) figure(tracker.get(), "questions", "sum"),
            (long) figure(tracker.get(), "backlog", "sum"),
            (long) figure(tracker.get(), "inFlight", "sum"),
            (long) figure(admission.get(), "waiting", "sum")));
  }

  /** The job's name. */
  public String name() throws IOException {
    return get("").get("name").getAsString();
  }

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
    Optional<Map<String, JsonObject>> found =
        metrics(OPERATOR, "completeModelTime", "inFlight", "slotsInUse", "failed");
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Map<String, JsonObject> byName = found.get();
    return Optional.of(
        new Tracker(
            (long) figure(byName, "completeModelTime", "min"),
            (int) figure(byName, "inFlight", "sum"),
            figure(byName, "slotsInUse", "avg"),
            (long) figure(byName, "failed", "sum")));
  }

  /** A stage's metrics by their names; empty where the stage has not reported all of them. */
  private Optional<Map<String, JsonObject>> metrics(String operator, String... names)
      throws IOException {
    String vertex = vertices.get(operator);
    if (vertex == null) {
      vertex =
          vertexWith(operator)
              .orElseThrow(() -> new IOException("The job has no stage " + operator + "."));
      vertices.put(operator, vertex);
    }
    String full =
        Arrays.stream(names).map(name -> operator + "." + name).collect(Collectors.joining(","));
    JsonElement metrics =
        parsed(
            job
                + "/vertices/"
                + vertex
                + "/subtasks/metrics?get="
                + URLEncoder.encode(full, UTF_8));
    Map<String, JsonObject> byName = new HashMap<>();
    for (JsonElement metric : metrics.getAsJsonArray()) {
      String id = metric.getAsJsonObject().get("id").getAsString();
      byName.put(id.substring(operator.length() + 1), metric.getAsJsonObject());
    }
    return byName.size() < names.length ? Optional.empty() : Optional.of(byName);
  }

  private static double figure(Map<String, JsonObject> metrics, String name, String aggregate) {
    return metrics.get(name).get(aggregate).getAsDouble();
  }

  private Optional<String> vertexWith(String operator) throws IOException {
    for (JsonElement task : get("").getAsJsonArray("vertices")) {
      JsonObject vertex = task.getAsJsonObject();
      if (vertex.get("name").getAsString().contains(operator)) {
        return Optional.of(vertex.get("id").getAsString());
      }
    }
    return Optional.empty();
  }

  private JsonObject get(String path) throws IOException {
    return parsed(job + path).getAsJsonObject();
  }

  private static IOException notFlink(URI rest, Exception cause) {
    return new IOException(
        "What answers at " + rest + " is not Flink's REST API; check the address.", cause);
  }

  private JsonElement parsed(String path) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(rest.toString().replaceAll("/+$", "") + "/jobs/" + path))
            .timeout(TIMEOUT)
            .build();
    try {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IOException(
            "Flink's REST API answered " + answer.statusCode() + " to " + request.uri() + ".");
      }
      return JsonParser.parseString(answer.body());
    } catch (ConnectException | HttpTimeoutException e) {
      throw new IOException("Flink's REST API does not answer at " + rest + ".", e);
    } catch (JsonParseException e) {
      throw notFlink(rest, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Asking Flink's REST API was interrupted.", e);
    }
  }
}
