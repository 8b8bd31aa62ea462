package dev.craftstream.bench;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.craftstream.Curation;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.embedded.TritonServer;
import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.testing.TritonServerExtension;
import dev.craftstream.triton.TritonKnowledgeQuery;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * What adaptive concurrency finds, and what it costs: the rate of answers, what the server had no
 * room for, and the longest Flink checkpoint, with the limit on and off, on a real Triton whose
 * model answers one request at a time and queues four ("narrow"), and on one that takes all that
 * comes ("craft_echo").
 *
 * <p>Without arguments it runs all of its measurements, each in a JVM of its own. With the
 * arguments {@code MODEL QUESTIONS REQUESTS_IN_FLIGHT ADAPTIVE} it runs one, such as {@code narrow
 * 1500 64 true}.
 */
public final class ConcurrencyBenchmark {
  private static final AtomicLong MEASURED = new AtomicLong();
  private static final List<KnowledgeQuery> QUERIES = new ArrayList<>();

  private ConcurrencyBenchmark() {}

  public static void main(String... arguments) throws Exception {
    if (arguments.length == 4) {
      measure(
          arguments[0],
          Integer.parseInt(arguments[1]),
          Integer.parseInt(arguments[2]),
          Boolean.parseBoolean(arguments[3]));
      return;
    }
    for (String adaptive : List.of("true", "false")) {
      child("narrow", "1500", "64", adaptive);
    }
    for (int round = 0; round < 2; round++) {
      for (String adaptive : List.of("true", "false")) {
        child("craft_echo", "30000", "16", adaptive);
      }
    }
  }

  private static void child(String... arguments) throws Exception {
    BenchmarkJob.child(ConcurrencyBenchmark.class, "-Xmx1g", arguments);
  }

  private static void measure(String model, int questions, int requestsInFlight, boolean adaptive)
      throws Exception {
    Path folder = Files.createTempDirectory("concurrency-benchmark");
    TritonServer.Settings server =
        TritonServerExtension.withModels(Path.of("src/test/triton"), model)
            .ownServer(folder.resolve("triton"), model);
    try (TritonServer triton = TritonServer.start(server)) {
      int rest = freePort();
      Configuration flink =
          BenchmarkJob.flink(
              Map.of(
                  "execution.checkpointing.interval", "1s",
                  "parallelism.default", "1",
                  "rest.port", String.valueOf(rest)));
      CurationSettings settings =
          BenchmarkJob.settings(
              Map.of(
                  "triton.endpoints", triton.endpoint(),
                  "tracker.requests-in-flight", String.valueOf(requestsInFlight),
                  "tracker.adaptive-concurrency", String.valueOf(adaptive)));
      StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, flink);
      KnowledgeQuery.Factory query =
          new TritonKnowledgeQuery.Factory(
              settings.triton(), settings.query(), settings.evaluation());
      Curation curation = BenchmarkJob.stages(env, questions, () -> opened(query), settings);
      BenchmarkJob.end(curation.knowledge(), "knowledge", ConcurrencyBenchmark::count);
      BenchmarkJob.end(curation.instructions(), "instructions", instruction -> false);
      JobClient job = env.executeAsync("concurrency-benchmark");
      BenchmarkJob.announce(1, "initial", Role.INITIAL, "", model);
      // The first answers come while everything is warmed up, and the limit is found.
      int warmUp = questions / 3;
      await(warmUp);
      long started = System.nanoTime();
      long rejected = rejections();
      await(questions);
      double seconds = (System.nanoTime() - started) / 1e9;
      System.out.printf(
          Locale.ROOT,
          "%s, %d requests in flight, adaptive %s: %,.0f answers/s, %.3f rejections an answer;"
              + " before that, %.3f; %s%n",
          model,
          requestsInFlight,
          adaptive,
          (questions - warmUp) / seconds,
          (double) (rejections() - rejected) / (questions - warmUp),
          (double) rejected / warmUp,
          flinkCheckpoints(rest, job));
      job.cancel();
    }
    System.exit(0);
  }

  private static KnowledgeQuery opened(KnowledgeQuery.Factory factory) {
    KnowledgeQuery query = factory.open();
    synchronized (QUERIES) {
      QUERIES.add(query);
    }
    return query;
  }

  private static long rejections() {
    synchronized (QUERIES) {
      return QUERIES.stream()
          .mapToLong(query -> query.health().failures(FailureKind.OVERLOADED))
          .sum();
    }
  }

  private static boolean count(KnowledgeChange change) {
    if (!change.measured().isEmpty()) {
      MEASURED.incrementAndGet();
    }
    return false;
  }

  private static void await(long goal) throws InterruptedException {
    while (MEASURED.get() < goal) {
      Thread.sleep(5);
    }
  }

  private static String flinkCheckpoints(int rest, JobClient job) throws Exception {
    URI uri = URI.create("http://localhost:" + rest + "/jobs/" + job.getJobID() + "/checkpoints");
    String body =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
            .body();
    JsonObject checkpoints = JsonParser.parseString(body).getAsJsonObject();
    JsonObject counts = checkpoints.getAsJsonObject("counts");
    JsonObject duration =
        checkpoints.getAsJsonObject("summary").getAsJsonObject("end_to_end_duration");
    return "%d Flink checkpoints, %d failed, longest %d ms"
        .formatted(
            counts.get("completed").getAsInt(),
            counts.get("failed").getAsInt(),
            duration.get("max").getAsLong());
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }
}
