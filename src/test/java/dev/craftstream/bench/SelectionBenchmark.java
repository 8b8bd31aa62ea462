package dev.craftstream.bench;

import dev.craftstream.Curation;
import dev.craftstream.CurationSettings;
import dev.craftstream.model.CertaintyKind;
import dev.craftstream.model.Contract;
import dev.craftstream.model.DatasetManifest;
import dev.craftstream.model.DatasetRecord;
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
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.functions.source.legacy.SourceFunction;

/**
 * What choosing the datasets costs: the time from a REHEARSAL checkpoint's announcement to the
 * manifests of its datasets, against the time of the same sweep without datasets, with a model that
 * answers at once; and the heap that stays in use, at several numbers of questions.
 *
 * <p>Without arguments it runs all of its measurements, each in a JVM of its own. With the
 * arguments {@code QUESTIONS STRATEGIES} it runs one, such as {@code 1000000 CRAFT} or {@code
 * 1000000 none}.
 */
public final class SelectionBenchmark {
  private static final int TAKEN = 10_000;
  private static final BlockingQueue<ModelCheckpointEvent> ANNOUNCEMENTS =
      new LinkedBlockingQueue<>();
  private static final Map<String, AtomicLong> MEASURED =
      Map.of("initial", new AtomicLong(), "rehearsal", new AtomicLong());
  private static final AtomicLong RECORDS = new AtomicLong();
  private static final AtomicLong MANIFESTS = new AtomicLong();

  private SelectionBenchmark() {}

  public static void main(String... arguments) throws Exception {
    if (arguments.length == 2) {
      measure(Long.parseLong(arguments[0]), arguments[1]);
      return;
    }
    for (int round = 0; round < 3; round++) {
      child("1000000", "none");
      child("1000000", "CRAFT");
    }
    child("1000000", "VAN_TUNING;COR_RAIT;CORCER_RAIT;CRAFT_WITHOUT_CERTAINTY;CRAFT");
    child("4000000", "CRAFT");
  }

  private static void child(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1500m",
                "-cp",
                System.getProperty("java.class.path"),
                SelectionBenchmark.class.getName()));
    command.addAll(List.of(arguments));
    new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  private static void measure(long questions, String strategies) throws Exception {
    Path folder = Files.createTempDirectory("selection-benchmark");
    Configuration options = new Configuration();
    options.setString("kafka.bootstrap-servers", "none:1");
    options.setString("triton.endpoints", "none:1");
    options.setString("tracker.requests-in-flight", "64");
    options.setString("datasets.strategies", strategies.equals("none") ? "[]" : strategies);
    options.setString("datasets.open-ended.answers", String.valueOf(TAKEN));
    options.setString("datasets.open-ended.refusals", String.valueOf(TAKEN));
    options.setString("state.backend.type", "rocksdb");
    options.setString("execution.checkpointing.interval", "20s");
    options.setString("execution.checkpointing.incremental", "true");
    options.setString("execution.checkpointing.unaligned.enabled", "true");
    options.setString("execution.checkpointing.storage", "filesystem");
    options.setString("execution.checkpointing.dir", folder.toUri().toString());
    options.setString("pipeline.generic-types", "false");
    options.setString("taskmanager.memory.managed.size", "512m");
    options.setString("taskmanager.numberOfTaskSlots", "2");
    options.setString("rest.port", "0");
    CurationSettings settings = CurationSettings.of(curationOptions(options));
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2, options);
    env.setMaxParallelism(1024);
    Curation curation =
        Curation.of(
            env.fromSequence(0, questions - 1).map(SelectionBenchmark::event),
            env.addSource(new Announcements(), TypeInformation.of(ModelCheckpointEvent.class))
                .setParallelism(1),
            env.addSource(new NoRequests(), TypeInformation.of(Request.class)).setParallelism(1),
            new InstantModel(),
            settings);
    curation.instructions().sinkTo(new DiscardingSink<>());
    curation.knowledge().filter(SelectionBenchmark::count).sinkTo(new DiscardingSink<>());
    curation.datasets().filter(SelectionBenchmark::count).sinkTo(new DiscardingSink<>());
    curation.manifests().filter(SelectionBenchmark::count).sinkTo(new DiscardingSink<>());
    JobClient job = env.executeAsync("selection-benchmark");

    announce(1, "initial", Role.INITIAL, "");
    await(MEASURED.get("initial"), questions);
    long started = System.nanoTime();
    announce(2, "rehearsal", Role.REHEARSAL, "initial");
    await(MEASURED.get("rehearsal"), questions);
    double sweep = seconds(started);
    await(MANIFESTS, settings.datasets().strategies().size());
    double whole = seconds(started);
    System.out.printf(
        Locale.ROOT,
        "%,10d questions, strategies %s: swept in %.1f s (%,.0f/s), datasets closed after %.1f s"
            + " (%,d records); heap in use %d MB, at most %d MB after a collection%n",
        questions,
        strategies,
        sweep,
        questions / sweep,
        whole,
        RECORDS.get(),
        inUse(),
        mostAfterCollection());
    job.cancel();
    System.exit(0);
  }

  static Configuration curationOptions(Configuration all) {
    Configuration own = new Configuration();
    all.toMap()
        .forEach(
            (key, value) -> {
              if (key.matches("(kafka|triton|tracker|datasets)\\..*")) {
                own.setString(key, value);
              }
            });
    return own;
  }

  // ---------------------------------------------------------------- what goes in

  static QuestionEvent event(long number) {
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
    announce(modelTime, id, role, base, "model");
  }

  static void announce(long modelTime, String id, Role role, String base, String model) {
    Serving serving = new Serving(model, "1", Contract.CRAFT, "", "");
    ANNOUNCEMENTS.add(
        new ModelCheckpointEvent(
            id,
            modelTime,
            new ModelCheckpoint(id, modelTime, role, base, serving),
            new OriginalRecord(new Origin("model-checkpoints", 0, 0), new byte[0], new byte[0])));
  }

  static final class Announcements implements SourceFunction<ModelCheckpointEvent> {
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

  static final class NoRequests implements SourceFunction<Request> {
    private static final long serialVersionUID = 1L;

    @Override
    public void run(SourceContext<Request> context) throws Exception {
      new CountDownLatch(1).await();
    }

    @Override
    public void cancel() {}
  }

  /** Knows something random of each question, at once. */
  private static final class InstantModel implements KnowledgeQuery.Factory {
    private static final long serialVersionUID = 1L;

    @Override
    public KnowledgeQuery open() {
      return new KnowledgeQuery() {
        @Override
        public CompletableFuture<KnowledgeState> ask(
            Question question, int questionVersion, ModelCheckpoint checkpoint) {
          SplittableRandom random =
              new SplittableRandom(31L * question.id().hashCode() + checkpoint.announcedAt());
          int correct = random.nextInt(11);
          return CompletableFuture.completedFuture(
              new KnowledgeState(
                  correct / 10.0,
                  random.nextDouble(),
                  CertaintyKind.EMBEDDING_SIMILARITY,
                  0,
                  10,
                  correct,
                  0,
                  correct == 0 ? "" : question.answer(),
                  random.nextLong(),
                  "oe-3shot-00000000"));
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
        public void close() {}
      };
    }
  }

  // ---------------------------------------------------------------- what comes out

  private static boolean count(KnowledgeChange change) {
    if (!change.measured().isEmpty()) {
      MEASURED.get(change.measured()).incrementAndGet();
    }
    return false;
  }

  private static boolean count(DatasetRecord record) {
    RECORDS.incrementAndGet();
    return false;
  }

  private static boolean count(DatasetManifest manifest) {
    if (manifest.cutOff().dataset().rehearsal() != null) {
      MANIFESTS.incrementAndGet();
    }
    return false;
  }

  private static void await(AtomicLong count, long goal) throws InterruptedException {
    while (count.get() < goal) {
      Thread.sleep(20);
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static long inUse() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20;
  }

  /** Of the old generation, over the whole run; the collection that {@link #inUse} asks for too. */
  private static long mostAfterCollection() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getName().contains("Old") || pool.getName().contains("Tenured"))
            .map(MemoryPoolMXBean::getPeakUsage)
            .mapToLong(java.lang.management.MemoryUsage::getUsed)
            .sum()
        >> 20;
  }
}
