package dev.craftstream.torture;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toMap;

import dev.craftstream.embedded.Folders;
import dev.craftstream.torture.Fault.GoesOn;
import dev.craftstream.torture.Fault.Kind;
import dev.craftstream.torture.FlinkCluster.Completed;
import dev.craftstream.torture.RequestChecker.AskedAgain;
import dev.craftstream.torture.Schedule.Planned;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The torture run. It starts every process of a deployment, lets the job measure a {@link Workload}
 * under five model checkpoints, strikes by a {@link Schedule} meanwhile, and holds against what has
 * to be what came out and what the model was asked ({@link RecordChecker}, {@link RequestChecker}).
 *
 * <p>The model's latency sets the pace, so that there is work as long as there are faults. Each
 * fault strikes when the job has recovered from the one before it. What an operator does counts as
 * a fault: the job is stopped and goes on from its savepoint, at another parallelism, or with
 * another option.
 */
@Command(
    name = "torture",
    description = "Kills, stops and cuts off what the job runs on, and checks every record.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class Torture implements Callable<Integer> {
  private static final Duration RECOVERY_TIMEOUT = Duration.ofMinutes(4);
  private static final Duration STANDSTILL_TIMEOUT = Duration.ofMinutes(4);
  private static final Duration POLL = Duration.ofMillis(100);

  /**
   * A silent connection is noticed by keep-alive, which takes more than a minute; a job at another
   * parallelism goes on from a savepoint as one with another option does.
   */
  private static final Set<Kind> OF_THE_LONG_RUN =
      EnumSet.of(Kind.CONNECTION_MUTE, Kind.RESTORED, Kind.OPTION_CHANGED);

  @Option(
      names = "--long",
      description =
          "The hour-long run: 60,000 questions, all faults, and whether it stays bounded.")
  private boolean hour;

  @Option(names = "--questions", description = "How many questions; default by the run's length.")
  private Integer questions;

  @Option(names = "--seed", description = "Seed of the schedule and of the order of events.")
  private long seed = 1;

  @Option(names = "--quiet", description = "No faults at all.")
  private boolean quiet;

  @Option(names = "--faults", split = ",", description = "These only, once each.")
  private List<Kind> faults;

  @Option(names = "--work", description = "How long the requests take when nothing fails.")
  private Duration work;

  @Option(names = "-D", description = "An option of the job's.")
  private Map<String, String> options = Map.of();

  @Option(names = "--folder", description = "For logs and data; is emptied first.")
  private Path folder = Path.of("target/torture");

  private final PrintStream out;
  private final Findings findings = new Findings();
  private final List<Fault> struck = new ArrayList<>();
  private final List<Calm> calms = new ArrayList<>();
  private final Map<Long, Completed> checkpoints = new TreeMap<>();
  private int mostSlots;
  private Workload workload;

  /** Between two faults, when the job has as many slots as its options say. */
  private record Calm(Instant from, Instant to, int slots) {}

  public Torture() {
    this(System.out);
  }

  Torture(PrintStream out) {
    this.out = out;
  }

  public static void main(String... arguments) {
    System.exit(new CommandLine(new Torture()).execute(arguments));
  }

  /** Runs it and prints what it finds; 1 where anything is wrong. */
  @Override
  public Integer call() throws Exception {
    workload = new Workload(questions != null ? questions : hour ? 60_000 : 1_200, seed);
    Schedule schedule = schedule();
    Duration planned = work != null ? work : hour ? Duration.ofMinutes(50) : Duration.ofSeconds(90);
    int slots = FlinkCluster.TASK_MANAGERS * requestsInFlight();
    Duration latency = planned.multipliedBy(slots).dividedBy(workload.requests());
    out.printf(
        "%,d questions, %d model checkpoints, %d faults, seed %d; the model takes %d ms, %d requests in flight%n",
        workload.questions(),
        Workload.CHECKPOINTS.size(),
        schedule.faults().size(),
        seed,
        latency.toMillis(),
        slots);
    empty(folder);
    // That a broker which was killed does not answer is no news.
    Configurator.setLevel("org.apache.kafka.clients", Level.ERROR);
    try (Cluster cluster = Cluster.start(folder, latency, jobOptions(), flinkSettings());
        CommittedRecords records = new CommittedRecords(cluster.kafka(), workload);
        Footprint footprint = new Footprint(cluster, Duration.ofSeconds(hour ? 5 : 1))) {
      Instant start = Instant.now();
      Feeder feeder = new Feeder(cluster.kafka(), workload, planned, records);
      Thread watch = watchCheckpoints(cluster);
      awaitOutput(records);
      mostSlots = cluster.slots();
      for (Planned fault : schedule.faults()) {
        Thread.sleep(fault.pause().toMillis());
        if (records.awaited() == 0) {
          findings.add(
              Findings.Kind.NOT_STRUCK,
              "%d of %d faults, since the work was done; give it more questions, or --work",
              schedule.faults().size() - struck.size(),
              schedule.faults().size());
          break;
        }
        endOfCalm(cluster);
        strike(fault, cluster, records, start);
        mostSlots = Math.max(mostSlots, cluster.slots());
      }
      awaitTheRest(records, feeder);
      awaitCheckpoint(2);
      watch.interrupt();
      watch.join();
      RequestLog log = RequestLog.read(cluster.requestLog());
      Output output = records.soFar();
      new RecordChecker(workload, findings).check(output);
      new CostChecker(findings).check(log, output);
      RequestChecker checker = new RequestChecker(workload, findings);
      Map<Fault, AskedAgain> again =
          checker.check(log, output, struck, List.copyOf(checkpoints.values()), mostSlots);
      calms.forEach(calm -> checker.checkInFlight(log, calm.from(), calm.to(), calm.slots()));
      if (hour) {
        footprint.check(findings);
        checker.checkAskedAgain(again, mostSlots * 1_000.0 / latency.toMillis());
      }
      new FaultReport(out, start, struck, again)
          .print(log, output, findings, footprint, Duration.between(start, Instant.now()));
    }
    return findings.lines().isEmpty() ? 0 : 1;
  }

  private Schedule schedule() {
    Map<Kind, Integer> times;
    if (quiet) {
      times = Map.of();
    } else if (faults != null) {
      times = faults.stream().collect(toMap(identity(), kind -> 1));
    } else {
      times =
          Arrays.stream(Kind.values())
              .filter(kind -> hour || !OF_THE_LONG_RUN.contains(kind))
              .collect(toMap(identity(), kind -> hour ? kind.times() : 1));
    }
    return hour
        ? Schedule.of(
            times, seed, Duration.ofSeconds(100), Duration.ofSeconds(160), Duration.ofSeconds(30))
        : Schedule.of(
            times, seed, Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(10));
  }

  private int requestsInFlight() {
    return hour ? 16 : 8;
  }

  private Map<String, String> jobOptions() {
    Map<String, String> all = new TreeMap<>(datasetOptions(workload));
    all.put("tracker.requests-in-flight", String.valueOf(requestsInFlight()));
    all.putAll(options);
    return all;
  }

  /** What the job is to choose of the questions: all that {@link Workload#datasets} names. */
  static Map<String, String> datasetOptions(Workload workload) {
    Map<String, String> all = new TreeMap<>();
    all.put("datasets.strategies", "VAN_TUNING;COR_RAIT;CORCER_RAIT;CRAFT_WITHOUT_CERTAINTY;CRAFT");
    // Datasets of a size that the questions give.
    for (String task : List.of("open-ended", "multiple-choice")) {
      all.put("datasets." + task + ".answers", String.valueOf(workload.questions() / 20));
      all.put("datasets." + task + ".refusals", String.valueOf(workload.questions() / 40));
      all.put("datasets." + task + ".shortage", "SHORT");
    }
    return all;
  }

  /** The long run has the shipped ones; the short one has no time for them. */
  private Map<String, String> flinkSettings() {
    return hour
        ? Map.of()
        : Map.of(
            "execution.checkpointing.interval", "2s",
            "execution.checkpointing.min-pause", "1s",
            "high-availability.zookeeper.client.session-timeout", "8s");
  }

  private Thread watchCheckpoints(Cluster cluster) {
    Thread watch =
        new Thread(
            () -> {
              try {
                while (true) {
                  cluster
                      .newestCheckpoint()
                      .ifPresent(
                          newest -> {
                            synchronized (checkpoints) {
                              checkpoints.put(newest.id(), newest);
                            }
                          });
                  Thread.sleep(POLL.toMillis());
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "checkpoint-watch");
    watch.setDaemon(true);
    watch.start();
    return watch;
  }

  private int completedCheckpoints() {
    synchronized (checkpoints) {
      return checkpoints.size();
    }
  }

  // ---------------------------------------------------------------- faults

  private static void awaitOutput(CommittedRecords records) throws InterruptedException {
    long deadline = System.nanoTime() + STANDSTILL_TIMEOUT.toNanos();
    while (records.newest().equals(Instant.EPOCH)) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("The job did not begin to write.");
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  /** Other faults may leave requests behind that the server still works on. */
  private void endOfCalm(Cluster cluster) throws IOException {
    if (struck.isEmpty()) {
      return;
    }
    Fault last = struck.get(struck.size() - 1);
    if (last.kind().goesOn() == GoesOn.FROM_SAVEPOINT && last.recovered() != null) {
      calms.add(new Calm(last.recovered(), Instant.now(), cluster.slots()));
    }
  }

  private void strike(Planned planned, Cluster cluster, CommittedRecords records, Instant start)
      throws IOException, InterruptedException {
    Instant began = Instant.now();
    Cluster.Blow blow = cluster.strike(planned);
    Thread.sleep(planned.lasts().toMillis());
    blow.end();
    Instant ended = Instant.now();
    long deadline = System.nanoTime() + RECOVERY_TIMEOUT.toNanos();
    while (!records.newest().isAfter(ended) && System.nanoTime() < deadline) {
      Thread.sleep(POLL.toMillis());
    }
    Instant recovered = records.newest().isAfter(ended) ? Instant.now() : null;
    Fault fault = new Fault(planned.kind(), blow.target(), began, ended, recovered);
    struck.add(fault);
    out.println(FaultReport.line(fault, start));
    if (recovered == null) {
      findings.add(
          Findings.Kind.NOT_RECOVERED,
          "%s: nothing was committed for %d s",
          fault.kind().words(),
          RECOVERY_TIMEOUT.toSeconds());
    }
  }

  /** Until nothing is missing, or nothing has come for long. */
  private void awaitTheRest(CommittedRecords records, Feeder feeder) throws InterruptedException {
    int left = records.awaited();
    long deadline = System.nanoTime() + STANDSTILL_TIMEOUT.toNanos();
    while (left > 0 && System.nanoTime() < deadline) {
      Thread.sleep(POLL.toMillis());
      feeder.requireNoFailure();
      int now = records.awaited();
      if (now < left) {
        left = now;
        deadline = System.nanoTime() + STANDSTILL_TIMEOUT.toNanos();
      }
      records.newest();
    }
  }

  /** So that what should not come has time to. */
  private void awaitCheckpoint(int more) throws InterruptedException {
    int wanted = completedCheckpoints() + more;
    long deadline = System.nanoTime() + STANDSTILL_TIMEOUT.toNanos();
    while (completedCheckpoints() < wanted && System.nanoTime() < deadline) {
      Thread.sleep(POLL.toMillis());
    }
  }

  Findings findings() {
    return findings;
  }

  List<Fault> struck() {
    return List.copyOf(struck);
  }

  static void empty(Path folder) throws IOException {
    Folders.delete(folder);
    Files.createDirectories(folder);
  }
}
