package dev.craftstream.bench;

import dev.craftstream.Curation;
import dev.craftstream.knowledge.Measurement;
import dev.craftstream.knowledge.Spending;
import dev.craftstream.model.Question;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.label.Instruction;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.AbstractCheckpointStats;
import org.apache.flink.runtime.checkpoint.CheckpointStatsStatus;
import org.apache.flink.runtime.checkpoint.SubtaskStateStats;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * How long Flink checkpoints take while the job has nothing to do, and while its server is
 * saturated, answers at once or answers nothing, or a consumer takes next to nothing.
 *
 * <p>Flink is configured as it is shipped, but takes a Flink checkpoint every 5 s. The first
 * argument is the number of questions, 1,000,000 without one; the others are options of Flink's,
 * such as {@code state.changelog.enabled=true}.
 */
public final class FlinkCheckpointsBenchmark {
  private static final int REQUESTS_IN_FLIGHT = 32;
  private static final int FLINK_CHECKPOINTS = 6;
  private static final AtomicLong MEASURED = new AtomicLong();
  private static final Queue<Runnable> HANGING = new ConcurrentLinkedQueue<>();
  private static volatile Phase underWay = Phase.IDLE;

  /** What goes on while the Flink checkpoints are taken, one after the other. */
  enum Phase {
    /** All questions are measured. */
    IDLE(0),
    /** A sweep under a server that takes requests and answers none. */
    OUTAGE(-1),
    /** The same sweep with 64 requests in flight of 200 ms each, at most 320 answers a second. */
    SATURATED(200),
    /** The same of 20 ms each, at most 3,200 answers a second. */
    FAST(20),
    /** The same, and the server answers at once, so that the trackers are as busy as can be. */
    INSTANT(0),
    /** Another sweep, and who consumes the instructions takes 100 a second from each task. */
    CONSUMER(0);

    private final int answerMillis;

    Phase(int answerMillis) {
      this.answerMillis = answerMillis;
    }
  }

  private FlinkCheckpointsBenchmark() {}

  public static void main(String... arguments) throws Exception {
    int questions = arguments.length == 0 ? 1_000_000 : Integer.parseInt(arguments[0]);
    Configuration configuration = configuration(arguments);
    JobGraph job = job(questions, configuration);
    try (MiniCluster flink =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(2)
                .build())) {
      flink.start();
      flink.submitJob(job).get();
      BenchmarkJob.announce(1, "initial", Role.INITIAL, "");
      awaitAnswers(questions);
      // The one that is under way, and one that saves what the load left behind.
      take(flink, job, 2);
      print(take(flink, job, FLINK_CHECKPOINTS), job);

      underWay = Phase.OUTAGE;
      BenchmarkJob.announce(2, "rehearsal", Role.REHEARSAL, "initial");
      print(take(flink, job, FLINK_CHECKPOINTS), job);
      underWay = Phase.SATURATED;
      HANGING.forEach(Runnable::run);
      print(take(flink, job, FLINK_CHECKPOINTS), job);
      underWay = Phase.FAST;
      print(take(flink, job, FLINK_CHECKPOINTS), job);
      underWay = Phase.INSTANT;
      print(take(flink, job, FLINK_CHECKPOINTS), job);
      awaitAnswers(2L * questions);

      underWay = Phase.CONSUMER;
      BenchmarkJob.announce(3, "another-rehearsal", Role.REHEARSAL, "initial");
      print(take(flink, job, FLINK_CHECKPOINTS), job);
    }
    System.exit(0);
  }

  private static void awaitAnswers(long answers) throws InterruptedException {
    while (MEASURED.get() < answers) {
      Thread.sleep(100);
    }
  }

  private static Configuration configuration(String... arguments) throws Exception {
    Map<String, String> changes = new HashMap<>();
    changes.put("execution.checkpointing.interval", "5s");
    changes.put("web.checkpoints.history", "1000");
    Arrays.stream(arguments)
        .skip(1)
        .map(option -> option.split("=", 2))
        .forEach(option -> changes.put(option[0], option[1]));
    return BenchmarkJob.flink(changes);
  }

  private static JobGraph job(int questions, Configuration configuration) throws Exception {
    StreamExecutionEnvironment env = new StreamExecutionEnvironment(configuration);
    Curation curation =
        BenchmarkJob.stages(
            env,
            questions,
            Model::new,
            BenchmarkJob.settings(
                Map.of(
                    "tracker.requests-in-flight", String.valueOf(REQUESTS_IN_FLIGHT),
                    "datasets.open-ended.answers", "10000",
                    "datasets.open-ended.refusals", "10000")));
    BenchmarkJob.end(curation.instructions(), "instructions", FlinkCheckpointsBenchmark::consume);
    BenchmarkJob.end(curation.knowledge(), "knowledge", FlinkCheckpointsBenchmark::count);
    BenchmarkJob.end(curation.datasets(), "datasets", record -> false);
    return env.getStreamGraph().getJobGraph();
  }

  // ---------------------------------------------------------------- Flink checkpoints

  /** Waits for as many Flink checkpoints from now on. */
  private static List<AbstractCheckpointStats> take(MiniCluster flink, JobGraph job, int count)
      throws Exception {
    long now = System.currentTimeMillis();
    List<AbstractCheckpointStats> taken = List.of();
    while (taken.size() < count) {
      Thread.sleep(100);
      taken =
          history(flink, job.getJobID()).stream()
              .filter(one -> one.getTriggerTimestamp() >= now)
              .filter(one -> one.getStatus() != CheckpointStatsStatus.IN_PROGRESS)
              .toList();
    }
    return taken;
  }

  private static List<AbstractCheckpointStats> history(MiniCluster flink, JobID job)
      throws Exception {
    return flink
        .getExecutionGraph(job)
        .get()
        .getCheckpointStatsSnapshot()
        .getHistory()
        .getCheckpoints();
  }

  private static void print(List<AbstractCheckpointStats> taken, JobGraph job) {
    List<AbstractCheckpointStats> complete =
        taken.stream().filter(one -> one.getStatus() == CheckpointStatsStatus.COMPLETED).toList();
    System.out.printf(
        Locale.ROOT,
        "%-9s %,9d answers so far; %d of %d Flink checkpoints complete, median %,d ms, longest %,d"
            + " ms, %,d KB; longest tracker: start %,d ms, sync %,d ms, async %,d ms%n",
        underWay,
        MEASURED.get(),
        complete.size(),
        taken.size(),
        median(complete, AbstractCheckpointStats::getEndToEndDuration),
        complete.stream().mapToLong(AbstractCheckpointStats::getEndToEndDuration).max().orElse(-1),
        median(complete, AbstractCheckpointStats::getCheckpointedSize) >> 10,
        median(complete, one -> longest(one, job, SubtaskStateStats::getCheckpointStartDelay)),
        median(complete, one -> longest(one, job, SubtaskStateStats::getSyncCheckpointDuration)),
        median(complete, one -> longest(one, job, SubtaskStateStats::getAsyncCheckpointDuration)));
  }

  private static long median(
      List<AbstractCheckpointStats> taken, ToLongFunction<AbstractCheckpointStats> figure) {
    long[] sorted = taken.stream().mapToLong(figure).sorted().toArray();
    return sorted.length == 0 ? -1 : sorted[sorted.length / 2];
  }

  private static long longest(
      AbstractCheckpointStats one, JobGraph job, ToLongFunction<SubtaskStateStats> figure) {
    for (JobVertex vertex : job.getVertices()) {
      if (vertex.getName().contains("knowledge-tracker")) {
        return Arrays.stream(one.getTaskStateStats(vertex.getID()).getSubtaskStats())
            .mapToLong(figure)
            .max()
            .orElse(-1);
      }
    }
    throw new IllegalStateException("There is no tracker in the job.");
  }

  // ---------------------------------------------------------------- the server and the consumers

  private static boolean count(KnowledgeChange change) {
    if (!change.measured().isEmpty()) {
      MEASURED.incrementAndGet();
    }
    return false;
  }

  private static boolean consume(Instruction instruction) throws InterruptedException {
    if (underWay == Phase.CONSUMER) {
      Thread.sleep(10);
    }
    return false;
  }

  /** Answers as the phase has it. */
  private static final class Model extends BenchmarkJob.Model {
    private final ScheduledExecutorService later =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "server");
              thread.setDaemon(true);
              return thread;
            });

    @Override
    public CompletableFuture<Measurement> ask(
        Question question, int questionVersion, ModelCheckpoint checkpoint, Spending spending) {
      CompletableFuture<Measurement> answer = new CompletableFuture<>();
      int millis = underWay.answerMillis;
      Runnable give = () -> answer.complete(Measurement.of(knows(question, checkpoint)));
      if (millis == 0) {
        give.run();
      } else if (millis > 0) {
        var unused = later.schedule(give, millis, TimeUnit.MILLISECONDS);
      } else {
        HANGING.add(give);
      }
      return answer;
    }

    @Override
    public void close() {
      later.shutdownNow();
    }
  }
}
