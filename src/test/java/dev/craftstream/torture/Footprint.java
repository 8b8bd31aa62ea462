package dev.craftstream.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TransactionState;

/**
 * What the run takes up, measured all the while: memory, threads and open files of each process,
 * the transactions that the broker knows, and the files of Flink's state.
 */
final class Footprint implements AutoCloseable {

  /** What may grow, by how much beside its share, and its unit. */
  enum Measure {
    MEMORY("MB", 150),
    THREADS("threads", 15),
    OPEN_FILES("open files", 40),
    /** A third task has up to three more for each of the job's seven sinks. */
    TRANSACTIONS("transactional ids", 24),
    OPEN_TRANSACTIONS("open transactions", 16),
    STATE_FILES("files of Flink's state", 100);

    private final String unit;
    private final double slack;

    Measure(String unit, double slack) {
      this.unit = unit;
      this.slack = slack;
    }

    String unit() {
      return unit;
    }
  }

  /** How much more than in the first third there may be in the last, beside the slack. */
  private static final double GROWTH = 1.25;

  private final Cluster cluster;
  private final Admin admin;
  private final Map<String, List<Double>> series = new TreeMap<>();
  private final Map<String, Measure> measures = new TreeMap<>();
  private final Thread thread;
  private volatile boolean closed;

  Footprint(Cluster cluster, Duration period) {
    this.cluster = cluster;
    Properties properties = new Properties();
    properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.kafka().bootstrapServers());
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 2_000);
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 2_000);
    this.admin = Admin.create(properties);
    this.thread = new Thread(() -> measureEach(period), "footprint");
    thread.setDaemon(true);
    thread.start();
  }

  private void measureEach(Duration period) {
    try {
      while (!closed) {
        cluster.pids().forEach(this::measureProcess);
        measureTransactions();
        measureState();
        Thread.sleep(period.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void measureProcess(String name, long pid) {
    Path proc = Path.of("/proc", String.valueOf(pid));
    try (Stream<Path> files = Files.list(proc.resolve("fd"))) {
      double open = files.count();
      double kilobytes = 0;
      double threads = 0;
      for (String line : Files.readAllLines(proc.resolve("status"))) {
        String[] words = line.split("\\s+");
        switch (words[0]) {
          case "VmRSS:" -> kilobytes = Double.parseDouble(words[1]);
          case "Threads:" -> threads = Double.parseDouble(words[1]);
          default -> {}
        }
      }
      add(name, Measure.MEMORY, kilobytes / 1_000);
      add(name, Measure.THREADS, threads);
      add(name, Measure.OPEN_FILES, open);
    } catch (IOException | UncheckedIOException e) {
      // It was killed meanwhile.
    }
  }

  private void measureTransactions() throws InterruptedException {
    try {
      var all = admin.listTransactions().all().get(3, TimeUnit.SECONDS);
      add("Kafka", Measure.TRANSACTIONS, all.size());
      add(
          "Kafka",
          Measure.OPEN_TRANSACTIONS,
          all.stream().filter(t -> t.state() == TransactionState.ONGOING).count());
    } catch (ExecutionException | TimeoutException e) {
      // The broker is away.
    }
  }

  private void measureState() {
    try (Stream<Path> files = Files.walk(cluster.flinkCheckpoints())) {
      add("Flink", Measure.STATE_FILES, files.filter(Files::isRegularFile).count());
    } catch (IOException | UncheckedIOException e) {
      // A file went while it was counted.
    }
  }

  private synchronized void add(String what, Measure measure, double value) {
    String name = what + ", " + measure.unit();
    series.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
    measures.put(name, measure);
  }

  /** A line for each series: its median in the first and in the last third, and its maximum. */
  synchronized List<String> lines() {
    List<String> lines = new ArrayList<>();
    series.forEach(
        (name, values) ->
            lines.add(
                "%-40s %8.0f %8.0f %8.0f"
                    .formatted(
                        name,
                        median(third(values, 0)),
                        median(third(values, 2)),
                        values.stream().mapToDouble(v -> v).max().orElse(0))));
    return lines;
  }

  /** Holds the last third against the first. */
  synchronized void check(Findings findings) {
    series.forEach(
        (name, values) -> {
          double first = median(third(values, 0));
          double last = median(third(values, 2));
          if (last > GROWTH * first + measures.get(name).slack) {
            findings.add(
                Findings.Kind.UNBOUNDED,
                "%s: %.0f in the first third, %.0f in the last",
                name,
                first,
                last);
          }
        });
  }

  private static double[] third(List<Double> values, int which) {
    return values.stream()
        .skip((long) values.size() * which / 3)
        .limit(Math.max(1, values.size() / 3))
        .mapToDouble(v -> v)
        .toArray();
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values.length == 0 ? 0 : values[values.length / 2];
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    thread.interrupt();
    thread.join();
    admin.close(Duration.ZERO);
  }
}
