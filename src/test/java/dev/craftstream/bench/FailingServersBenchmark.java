package dev.craftstream.bench;

import dev.craftstream.Curation;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.embedded.TritonServer;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.testing.TritonServerExtension;
import dev.craftstream.triton.TritonKnowledgeQuery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * What a sweep loses to servers and models that fail, on real Triton servers whose model answers
 * one request after the other ("narrow"):
 *
 * <ul>
 *   <li>one server, alone and beside one and three others that fail at once whatever they are
 *       asked: the rate of answers, and the questions that became dead letters;
 *   <li>one server with two models, each of a model checkpoint of its own, of which one is unloaded
 *       in the middle of its sweep: how many seconds of its rate the other loses.
 * </ul>
 *
 * <p>Without arguments it runs each measurement three times, in turn, each in a JVM of its own.
 * With the number of failing servers, or the word {@code unloaded}, it runs one.
 */
public final class FailingServersBenchmark {
  private static final String MODEL = "narrow";
  private static final String OTHER = "narrow-too";
  private static final int QUESTIONS = 1_500;
  private static final int WARM_UP = 300;
  private static final Duration SPAN = Duration.ofSeconds(15);

  /** Answers so far, by model checkpoint. */
  private static final Map<String, AtomicLong> MEASURED = new ConcurrentHashMap<>();

  private static final AtomicLong DEAD_LETTERS = new AtomicLong();

  private FailingServersBenchmark() {}

  public static void main(String... arguments) throws Exception {
    if (arguments.length == 0) {
      for (int round = 0; round < 3; round++) {
        for (String what : List.of("0", "1", "3", "unloaded")) {
          BenchmarkJob.child(FailingServersBenchmark.class, "-Xmx1g", what);
        }
      }
      return;
    }
    Path folder = Files.createTempDirectory("failing-servers-benchmark");
    if (arguments[0].equals("unloaded")) {
      unloadOneOfTwo(folder);
    } else {
      askBesideFailing(folder, Integer.parseInt(arguments[0]));
    }
    System.exit(0);
  }

  private static void askBesideFailing(Path folder, int failing) throws Exception {
    List<TritonServer> servers = new ArrayList<>();
    try {
      servers.add(start(repository(folder.resolve("healthy"), MODEL), folder.resolve("0"), MODEL));
      for (int i = 1; i <= failing; i++) {
        Path repository = repository(folder.resolve("failing-" + i), MODEL);
        Files.copy(
            Path.of("src/test/triton/fails/1/model.py"),
            repository.resolve(MODEL + "/1/model.py"),
            StandardCopyOption.REPLACE_EXISTING);
        servers.add(start(repository, folder.resolve("" + i), MODEL));
      }
      JobClient job = start(servers);
      BenchmarkJob.announce(1, "initial", Role.INITIAL, "", MODEL);
      await("initial", WARM_UP);
      long started = System.nanoTime();
      await("initial", QUESTIONS - WARM_UP);
      System.out.printf(
          Locale.ROOT,
          "one server beside %d that fail at once: %.1f answers/s, %d dead letters%n",
          failing,
          (QUESTIONS - 2 * WARM_UP) / seconds(started),
          DEAD_LETTERS.get());
      job.cancel();
    } finally {
      servers.forEach(TritonServer::close);
    }
  }

  private static void unloadOneOfTwo(Path folder) throws Exception {
    Path repository = repository(folder.resolve("models"), MODEL, OTHER);
    try (TritonServer server = start(repository, folder.resolve("0"), MODEL, OTHER)) {
      JobClient job = start(List.of(server));
      BenchmarkJob.announce(1, "unloaded", Role.INITIAL, "", MODEL);
      BenchmarkJob.announce(2, "other", Role.INITIAL, "", OTHER);
      await("unloaded", WARM_UP);
      await("other", WARM_UP);
      double before = ratePerSecond("other");
      long answered = measured("other");
      long started = System.nanoTime();
      TritonServerExtension.unload(server, MODEL);
      double unloading = seconds(started);
      long rest = SPAN.toMillis() - Math.round(1_000 * unloading);
      Thread.sleep(Math.max(0, rest));
      double lost = before * seconds(started) - (measured("other") - answered);
      System.out.printf(
          Locale.ROOT,
          "a model is unloaded: the other's rate was %.1f answers/s; in the %.0f s from then on it lost %.2f s of it;"
              + " %d dead letters%n",
          before,
          seconds(started),
          lost / before,
          DEAD_LETTERS.get());
      job.cancel();
    }
  }

  /** Copies of the model under these names. */
  private static Path repository(Path folder, String... names) throws IOException {
    for (String name : names) {
      Path model = Files.createDirectories(folder.resolve(name));
      Path original = Path.of("src/test/triton", MODEL);
      Files.copy(original.resolve("config.pbtxt"), model.resolve("config.pbtxt"));
      Files.createDirectories(model.resolve("1"));
      Files.copy(original.resolve("1/model.py"), model.resolve("1/model.py"));
    }
    return folder;
  }

  private static TritonServer start(Path repository, Path folder, String... models)
      throws IOException, InterruptedException {
    return TritonServer.start(
        TritonServerExtension.withModels(repository, models).ownServer(folder, models));
  }

  private static JobClient start(List<TritonServer> servers) throws Exception {
    Configuration flink =
        BenchmarkJob.flink(
            Map.of("execution.checkpointing.interval", "1s", "parallelism.default", "1"));
    CurationSettings settings =
        BenchmarkJob.settings(
            Map.of(
                "triton.endpoints",
                servers.stream().map(TritonServer::endpoint).collect(Collectors.joining(";")),
                "tracker.requests-in-flight",
                "16"));
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, flink);
    KnowledgeQuery.Factory query =
        new TritonKnowledgeQuery.Factory(
            settings.triton(), settings.query(), settings.evaluation());
    Curation curation = BenchmarkJob.stages(env, QUESTIONS, query, settings);
    BenchmarkJob.end(curation.knowledge(), "knowledge", FailingServersBenchmark::count);
    BenchmarkJob.end(curation.instructions(), "instructions", instruction -> false);
    BenchmarkJob.end(
        curation.unusableAnswers(),
        "unusable-answers",
        answer -> {
          DEAD_LETTERS.incrementAndGet();
          return false;
        });
    return env.executeAsync("failing-servers-benchmark");
  }

  private static boolean count(KnowledgeChange change) {
    if (!change.measured().isEmpty()) {
      MEASURED.computeIfAbsent(change.measured(), id -> new AtomicLong()).incrementAndGet();
    }
    return false;
  }

  private static long measured(String checkpoint) {
    return MEASURED.getOrDefault(checkpoint, new AtomicLong()).get();
  }

  private static void await(String checkpoint, long goal) throws InterruptedException {
    while (measured(checkpoint) < goal) {
      Thread.sleep(5);
    }
  }

  private static double ratePerSecond(String checkpoint) throws InterruptedException {
    long before = measured(checkpoint);
    long started = System.nanoTime();
    Thread.sleep(SPAN.toMillis());
    return (measured(checkpoint) - before) / seconds(started);
  }

  private static double seconds(long started) {
    return (System.nanoTime() - started) / 1e9;
  }
}
