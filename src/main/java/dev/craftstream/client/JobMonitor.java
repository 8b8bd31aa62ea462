package dev.craftstream.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;

/** Looks at a running job through Flink's REST API. */
public final class JobMonitor {
  private static final String OPERATOR = "knowledge-tracker";
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final String ADMISSION = "checkpoint-admission";

  private static final Set<String> ENDS = Set.of("FINISHED", "CANCELED", "FAILED", "SUSPENDED");

  private final URI rest;
  private final Server server;
  private final String job;
  private final Map<String, String> vertices = new HashMap<>();

  /** Who answers. */
  interface Server {
    Page get(URI address) throws IOException, InterruptedException;
  }

  /** An answer of HTTP. */
  record Page(int status, String body) {}

  public JobMonitor(URI rest, String job) {
    this(rest, new HttpServer(), job);
  }

  private JobMonitor(URI rest, Server server, String job) {
    this.rest = rest;
    this.server = server;
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
   * A Flink checkpoint.
   *
   * @param begun when it was triggered
   * @param took until all of it was stored
   */
  public record FlinkCheckpoint(Instant begun, Duration took) {}

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
    return present(rest, new HttpServer());
  }

  static List<JobMonitor> present(URI rest, Server server) throws IOException {
    List<JobMonitor> found = new ArrayList<>();
    for (RestAnswer job : new JobMonitor(rest, server, "").ask("overview").get("jobs").list()) {
      if (!ENDS.contains(job.get("state").text())) {
        JobMonitor monitor = new JobMonitor(rest, server, job.get("jid").text());
        if (monitor.vertexWith(OPERATOR).isPresent()) {
          found.add(monitor);
        }
      }
    }
    return found;
  }

  /** How far it is; empty until it has reported its metrics. */
  public Optional<Progress> progress() throws IOException {
    Optional<Map<String, RestAnswer>> tracker =
        metrics(OPERATOR, "modelTime", "completeModelTime", "questions", "backlog", "inFlight");
    Optional<Map<String, RestAnswer>> admission = metrics(ADMISSION, "waiting");
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

  /** Which of these live model checkpoints have reached their ceiling in some task or in all. */
  public List<String> paused(List<String> checkpointIds) throws IOException {
    List<String> paused = new ArrayList<>();
    for (String id : checkpointIds) {
      String name = "checkpoint." + reported(id) + ".paused";
      Optional<Map<String, RestAnswer>> found = metrics(OPERATOR, name);
      if (found.isPresent() && figure(found.get(), name, "max") > 0) {
        paused.add(id);
      }
    }
    return paused;
  }

  /** As Flink writes an id in the name of a metric. */
  private static String reported(String id) {
    return id.replaceAll("[<>\"]", "").replace(' ', '_').replaceAll("[,;:?'=]", "-");
  }

  /** The job's name. */
  public String name() throws IOException {
    return get("").get("name").text();
  }

  /** Flink's word for the job's state, such as RUNNING. */
  public String state() throws IOException {
    return get("").get("state").text();
  }

  /** Whether all of its tasks run. */
  public boolean allTasksRun() throws IOException {
    for (RestAnswer vertex : get("").get("vertices").list()) {
      if (!vertex.get("status").text().equals("RUNNING")) {
        return false;
      }
    }
    return true;
  }

  /** The newest failure, as one line; empty where there was none. */
  public String newestFailure() throws IOException {
    List<RestAnswer> entries =
        get("/exceptions?maxExceptions=1").get("exceptionHistory").get("entries").list();
    if (entries.isEmpty()) {
      return "";
    }
    String trace = entries.get(0).get("stacktrace").text();
    // The innermost cause says most.
    String line = trace.lines().findFirst().orElse("");
    for (String next : (Iterable<String>) trace.lines()::iterator) {
      if (next.startsWith("Caused by: ")) {
        line = next.substring("Caused by: ".length());
      }
    }
    return line;
  }

  /**
   * The newest Flink checkpoints that are complete, as many as Flink remembers, the newest first.
   */
  public List<FlinkCheckpoint> flinkCheckpoints() throws IOException {
    List<FlinkCheckpoint> complete = new ArrayList<>();
    for (RestAnswer one : get("/checkpoints").get("history").list()) {
      if (one.get("status").text().equals("COMPLETED")) {
        complete.add(
            new FlinkCheckpoint(
                Instant.ofEpochMilli((long) one.get("trigger_timestamp").number()),
                Duration.ofMillis((long) one.get("end_to_end_duration").number())));
      }
    }
    return complete;
  }

  /** The tracker's metrics; empty until the job has reported them. */
  public Optional<Tracker> tracker() throws IOException {
    Optional<Map<String, RestAnswer>> found =
        metrics(OPERATOR, "completeModelTime", "inFlight", "slotsInUse", "failed");
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Map<String, RestAnswer> byName = found.get();
    return Optional.of(
        new Tracker(
            (long) figure(byName, "completeModelTime", "min"),
            (int) figure(byName, "inFlight", "sum"),
            figure(byName, "slotsInUse", "avg"),
            (long) figure(byName, "failed", "sum")));
  }

  /** A stage's metrics by their names; empty where the stage has not reported all of them. */
  private Optional<Map<String, RestAnswer>> metrics(String operator, String... names)
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
    RestAnswer metrics =
        get(
            "/vertices/"
                + URLEncoder.encode(vertex, UTF_8)
                + "/subtasks/metrics?get="
                + URLEncoder.encode(full, UTF_8));
    Map<String, RestAnswer> byName = new HashMap<>();
    for (RestAnswer metric : metrics.list()) {
      byName.put(metric.get("id").text().replace(operator + ".", ""), metric);
    }
    return byName.keySet().containsAll(List.of(names)) ? Optional.of(byName) : Optional.empty();
  }

  private static double figure(Map<String, RestAnswer> metrics, String name, String aggregate)
      throws IOException {
    return metrics.get(name).get(aggregate).number();
  }

  private Optional<String> vertexWith(String operator) throws IOException {
    for (RestAnswer vertex : get("").get("vertices").list()) {
      if (vertex.get("name").text().contains(operator)) {
        return Optional.of(vertex.get("id").text());
      }
    }
    return Optional.empty();
  }

  private RestAnswer get(String path) throws IOException {
    return ask(URLEncoder.encode(job, UTF_8) + path);
  }

  private RestAnswer ask(String path) throws IOException {
    String full = "/jobs/" + path;
    Page page;
    try {
      page = server.get(URI.create(rest.toString().replaceAll("/+$", "") + full));
    } catch (ConnectException | HttpTimeoutException e) {
      throw new IOException("Flink's REST API does not answer at " + rest + ".", e);
    } catch (SSLException e) {
      throw new IOException(
          "There is no TLS connection to Flink's REST API at %s (%s). Give the trust store with its certificate, and the key store with yours where it asks for one, as options of Java: CRAFT_JAVA_OPTIONS='-Djavax.net.ssl.trustStore=... -Djavax.net.ssl.trustStorePassword=... -Djavax.net.ssl.keyStore=... -Djavax.net.ssl.keyStorePassword=...'. If Flink has no TLS, the address begins with http."
              .formatted(rest, e.getMessage()),
          e);
    } catch (IOException e) {
      throw new IOException(
          "What answers at %s speaks no HTTP, or broke off (%s); check the address, whether it begins with https where Flink has TLS, and whether Flink runs there."
              .formatted(rest, e.getMessage()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Asking Flink's REST API was interrupted.", e);
    }
    if (page.status != 200) {
      throw new IOException(
          "Flink's REST API at %s answered %d to %s.%s"
              .formatted(
                  rest,
                  page.status,
                  full,
                  page.status / 100 == 3 ? " With TLS, its address begins with https." : ""));
    }
    return RestAnswer.parsed(rest, full, page.body);
  }

  private static final class HttpServer implements Server {
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

    @Override
    public Page get(URI address) throws IOException, InterruptedException {
      HttpRequest request = HttpRequest.newBuilder(address).timeout(TIMEOUT).build();
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      return new Page(answer.statusCode(), answer.body());
    }
  }
}
