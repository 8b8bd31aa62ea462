package dev.craftstream.bench;

import dev.craftstream.ConfigurationFile;
import dev.craftstream.Curation;
import dev.craftstream.CurationSettings;
import dev.craftstream.model.CertaintyKind;
import dev.craftstream.model.Contract;
import dev.craftstream.model.Instruction;
import dev.craftstream.model.KnowledgeChange;
import dev.craftstream.model.KnowledgeState;
import dev.craftstream.model.ModelCheckpoint;
import dev.craftstream.model.ModelCheckpointEvent;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Request;
import dev.craftstream.model.Role;
import dev.craftstream.model.Serving;
import dev.craftstream.model.Task;
import dev.craftstream.testing.CountedHealth;
import dev.craftstream.triton.KnowledgeQuery;
import dev.craftstream.triton.ServerHealth;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.AbstractCheckpointStats;
import org.apache.flink.runtime.checkpoint.CheckpointStatsStatus;
import org.apache.flink.runtime.checkpoint.SubtaskStateStats;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.functions.source.legacy.SourceFunction;

/**
 * How long Flink checkpoints take while the job has nothing to do, and while its server is
 * saturated, answers at once or answers nothing, or a consumer takes next to nothing.
 *
 * <p>Flink is configured as it is shipped, but takes a Flink checkpoint every 5 s. The argument is
 * the number of questions, 1,000,000 without one.
 */
public final class FlinkCheckpointsBenchmark {
  private static final int REQUESTS_IN_FLIGHT = 32;
  private static final int FLINK_CHECKPOINTS = 6;
  private static final BlockingQueue<ModelCheckpointEvent> ANNOUNCEMENTS =
      new LinkedBlockingQueue<>();
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
    JobGraph job = job(questions);
    try (MiniCluster flink =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration())
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(2)
                .build())) {
      flink.start();
      flink.submitJob(job).get();
      announce(1, "initial", Role.INITIAL, "");
      awaitAnswers(questions);
      // The one that is under way, and one that saves what the load left behind.
      take(flink, job, 2);
      print(take(flink, job, FLINK_CHECKPOINTS), job);

      underWay = Phase.OUTAGE;
      announce(2, "rehearsal", Role.REHEARSAL, "initial");
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
      announce(3, "another-rehearsal", Role.REHEARSAL, "initial");
      print(take(flink, job, FLINK_CHECKPOINTS), job);
    }
    System.exit(0);
  }

  private static void awaitAnswers(long answers) throws InterruptedException {
    while (MEASURED.get() < answers) {
      Thread.sleep(100);
    }
  }

  private static Configuration configuration() throws Exception {
    Path folder = Files.createTempDirectory("flink-checkpoints-benchmark");
    Configuration flink = ConfigurationFile.read(Path.of("flink-conf/config.yaml"));
    flink.setString("execution.checkpointing.interval", "5s");
    flink.setString("execution.checkpointing.min-pause", "0s");
    flink.setString("execution.checkpointing.dir", folder.toUri().toString());
    flink.setString("web.checkpoints.history", "1000");
    flink.setString("taskmanager.memory.managed.size", "512m");
    flink.setString("rest.port", "0");
    List.of("jobmanager.rpc.address", "rest.address", "metrics.reporters")
        .forEach(flink::removeKey);
    return flink;
  }

  private static JobGraph job(int questions) throws Exception {
    Configuration options = new Configuration();
    options.setString("kafka.bootstrap-servers", "none:1");
    options.setString("triton.endpoints", "none:1");
    options.setString("tracker.requests-in-flight", String.valueOf(REQUESTS_IN_FLIGHT));
    options.setString("datasets.open-ended.answers", "10000");
    options.setString("datasets.open-ended.refusals", "10000");
    StreamExecutionEnvironment env = new StreamExecutionEnvironment(configuration());
    Curation curation =
        Curation.of(
            env.fromSequence(0, questions - 1)
                .uid("numbers")
                .map(FlinkCheckpointsBenchmark::event)
                .uid("questions"),
            env.addSource(new Announcements(), TypeInformation.of(ModelCheckpointEvent.class))
                .uid("model-checkpoints")
                .setParallelism(1),
            env.addSource(new NoRequests(), TypeInformation.of(Request.class))
                .uid("requests")
                .setParallelism(1),
            new Model(),
            CurationSettings.of(options));
    curation
        .instructions()
        .filter(FlinkCheckpointsBenchmark::consume)
        .uid("consumer")
        .sinkTo(new DiscardingSink<>())
        .uid("instructions");
    curation
        .knowledge()
        .filter(FlinkCheckpointsBenchmark::count)
        .uid("count")
        .sinkTo(new DiscardingSink<>())
        .uid("knowledge");
    curation.datasets().sinkTo(new DiscardingSink<>()).uid("datasets");
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

  // ---------------------------------------------------------------- what goes in

  private static QuestionEvent event(long number) {
    String id = "question-" + number;
    Question question =
        new Question(
            id,
            Task.OPEN_ENDED,
            Purpose.TRAIN,
            ("What is the answer to question number " + number + "? ").repeat(3),
            "answer " + number,
            List.of("the answer " + number),
            List.of(),
            "",
            List.of());
    return new QuestionEvent(id, question, new Origin("questions", 0, number));
  }

  private static void announce(long modelTime, String id, Role role, String base) {
    Serving serving = new Serving("model", "1", Contract.CRAFT, "", "");
    ANNOUNCEMENTS.add(
        new ModelCheckpointEvent(
            id,
            modelTime,
            new ModelCheckpoint(id, modelTime, role, base, serving),
            new OriginalRecord(new Origin("model-checkpoints", 0, 0), new byte[0], new byte[0])));
  }

  private static final class Announcements implements SourceFunction<ModelCheckpointEvent> {
    private static final long serialVersionUID = 1L;

    @Override
    public void run(SourceContext<ModelCheckpointEvent> context) throws Exception {
      while (true) {
        ModelCheckpointEvent event = ANNOUNCEMENTS.take();
        synchronized (context.getCheckpointLock()) {
          context.collect(event);
        }
      }
    }

    @Override
    public void cancel() {}
  }

  private static final class NoRequests implements SourceFunction<Request> {
    private static final long serialVersionUID = 1L;

    @Override
    public void run(SourceContext<Request> context) throws Exception {
      new CountDownLatch(1).await();
    }

    @Override
    public void cancel() {}
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

  /** Knows something random of each question; says so as the phase has it. */
  private static final class Model implements KnowledgeQuery.Factory {
    private static final long serialVersionUID = 1L;

    @Override
    public KnowledgeQuery open() {
      ScheduledExecutorService later =
          Executors.newSingleThreadScheduledExecutor(
              task -> {
                Thread thread = new Thread(task, "server");
                thread.setDaemon(true);
                return thread;
              });
      return new KnowledgeQuery() {
        @Override
        public CompletableFuture<KnowledgeState> ask(
            Question question, int questionVersion, ModelCheckpoint checkpoint) {
          CompletableFuture<KnowledgeState> answer = new CompletableFuture<>();
          int millis = underWay.answerMillis;
          Runnable give = () -> answer.complete(knows(question, checkpoint));
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
        public CompletableFuture<Void> ready(ModelCheckpoint checkpoint) {
          return CompletableFuture.completedFuture(null);
        }

        @Override
        public ServerHealth health() {
          return new CountedHealth();
        }

        @Override
        public void close() {
          later.shutdownNow();
        }
      };
    }

    private static KnowledgeState knows(Question question, ModelCheckpoint checkpoint) {
      SplittableRandom random =
          new SplittableRandom(31L * question.id().hashCode() + checkpoint.announcedAt());
      int correct = random.nextInt(11);
      return new KnowledgeState(
          correct / 10.0,
          random.nextDouble(),
          CertaintyKind.EMBEDDING_SIMILARITY,
          0,
          10,
          correct,
          0,
          correct == 0 ? "" : question.answer(),
          random.nextLong(),
          "oe-3shot-00000000");
    }
  }
}
