package dev.craftstream.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;

/** Flink's REST interface, of a cluster with one job. */
final class FlinkRest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Duration SAVEPOINT_TIMEOUT = Duration.ofMinutes(2);

  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
  private final URI address;

  FlinkRest(URI address) {
    this.address = address;
  }

  /** The job; empty where there is none or the job manager does not answer. */
  Optional<JsonNode> job() {
    return id().flatMap(id -> get("/jobs/" + id));
  }

  /** Its Flink checkpoints; empty in the same cases. */
  Optional<JsonNode> checkpoints() {
    return id().flatMap(id -> get("/jobs/" + id + "/checkpoints"));
  }

  /** What {@code flink stop} does; returns where the savepoint lies. */
  String stopWithSavepoint() throws IOException, InterruptedException {
    String stop = "/jobs/" + requireId() + "/stop";
    String trigger =
        send("POST", stop, BodyPublishers.ofString("{\"drain\": false}"))
            .orElseThrow(() -> new IOException("The job can't be stopped."))
            .get("request-id")
            .textValue();
    String savepoint = "/jobs/" + requireId() + "/savepoints/" + trigger;
    long deadline = System.nanoTime() + SAVEPOINT_TIMEOUT.toNanos();
    while (System.nanoTime() < deadline) {
      Optional<JsonNode> operation = get(savepoint).map(status -> status.path("operation"));
      if (operation.isPresent() && operation.get().has("location")) {
        return operation.get().get("location").textValue();
      }
      if (operation.isPresent() && operation.get().has("failure-cause")) {
        throw new IOException(operation.get().get("failure-cause").toString());
      }
      Thread.sleep(200);
    }
    throw new IOException("There was no savepoint within " + SAVEPOINT_TIMEOUT + ".");
  }

  /** What {@code flink cancel} does. */
  void cancel() throws IOException {
    send("PATCH", "/jobs/" + requireId() + "?mode=cancel", BodyPublishers.noBody());
  }

  private String requireId() throws IOException {
    return id().orElseThrow(() -> new IOException("There is no job at " + address + "."));
  }

  /** Always the same in application mode with high availability. */
  private Optional<String> id() {
    return get("/jobs/overview")
        .map(overview -> overview.get("jobs"))
        .filter(jobs -> !jobs.isEmpty())
        .map(jobs -> jobs.get(0).get("jid").textValue());
  }

  private Optional<JsonNode> get(String path) {
    return send("GET", path, BodyPublishers.noBody());
  }

  private Optional<JsonNode> send(String method, String path, BodyPublisher body) {
    HttpRequest request =
        HttpRequest.newBuilder(address.resolve(path))
            .timeout(Duration.ofSeconds(5))
            .header("Content-Type", "application/json")
            .method(method, body)
            .build();
    try {
      var answer = client.send(request, BodyHandlers.ofString());
      return answer.statusCode() / 100 == 2
          ? Optional.of(MAPPER.readTree(answer.body()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
