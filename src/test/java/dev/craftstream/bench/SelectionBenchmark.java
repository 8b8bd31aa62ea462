package dev.craftstream.bench;

import dev.craftstream.Curation;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.knowledge.Measurement;
import dev.craftstream.knowledge.Spending;
import dev.craftstream.model.Question;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.dataset.DatasetManifest;
import dev.craftstream.model.dataset.DatasetRecord;
import dev.craftstream.model.knowledge.KnowledgeChange;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * What choosing the datasets costs: the time from a checkpoint's announcement to the manifests of
 * what is made for it, against the time of the same sweep without datasets, with a model that
 * answers at once; and the heap that stays in use, at several numbers of questions. INITIAL has its
 * rehearsal set and its evaluation in any case.
 *
 * <p>Without arguments it runs all of its measurements, each in a JVM of its own. With the
 * arguments {@code QUESTIONS STRATEGIES} it runs one, such as {@code 1000000 CRAFT} or {@code
 * 1000000 none}.
 */
public final class SelectionBenchmark {
  private static final int TAKEN = 10_000;
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
    BenchmarkJob.child(SelectionBenchmark.class, "-Xmx1500m", arguments);
  }

  private static void measure(long questions, String strategies) throws Exception {
    Configuration flink =
        BenchmarkJob.flink(
            Map.of("execution.checkpointing.interval", "20s", "parallelism.default", "2"));
    CurationSettings settings =
        BenchmarkJob.settings(
            Map.of(
                "tracker.requests-in-flight",
                "64",
                "datasets.strategies",
                strategies.equals("none") ? "[]" : strategies,
                "datasets.open-ended.answers",
                String.valueOf(TAKEN),
                "datasets.open-ended.refusals",
                String.valueOf(TAKEN)));
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2, flink);
    Curation curation =
        BenchmarkJob.stages(env, questions, SelectionBenchmark.InstantModel::new, settings);
    BenchmarkJob.end(curation.instructions(), "instructions", instruction -> false);
    BenchmarkJob.end(curation.knowledge(), "knowledge", SelectionBenchmark::count);
    BenchmarkJob.end(curation.datasets(), "datasets", SelectionBenchmark::count);
    BenchmarkJob.end(curation.manifests(), "manifests", SelectionBenchmark::count);
    JobClient job = env.executeAsync("selection-benchmark");

    await(BenchmarkJob.SENT, questions);
    sweep(1, "initial", Role.INITIAL, "", 1, questions, strategies);
    sweep(
        2,
        "rehearsal",
        Role.REHEARSAL,
        "initial",
        settings.datasets().strategies().size(),
        questions,
        strategies);
    System.out.printf(
        Locale.ROOT,
        "%,10d questions, strategies %s: heap in use %d MB, at most %d MB after a collection%n",
        questions,
        strategies,
        inUse(),
        mostAfterCollection());
    job.cancel();
    System.exit(0);
  }

  private static void sweep(
      long modelTime,
      String id,
      Role role,
      String base,
      int manifests,
      long questions,
      String strategies)
      throws InterruptedException {
    long recordsBefore = RECORDS.get();
    long manifestsBefore = MANIFESTS.get();
    long started = System.nanoTime();
    BenchmarkJob.announce(modelTime, id, role, base);
    await(MEASURED.get(id), questions);
    double sweep = seconds(started);
    await(MANIFESTS, manifestsBefore + manifests);
    double whole = seconds(started);
    System.out.printf(
        Locale.ROOT,
        "%,10d questions, strategies %s: %s swept in %.1f s (%,.0f/s), closed after %.1f s (%,d"
            + " records)%n",
        questions,
        strategies,
        id,
        sweep,
        questions / sweep,
        whole,
        RECORDS.get() - recordsBefore);
  }

  /** Answers at once. */
  private static final class InstantModel extends BenchmarkJob.Model {
    @Override
    public CompletableFuture<Measurement> ask(
        Question question, int questionVersion, ModelCheckpoint checkpoint, Spending spending) {
      return CompletableFuture.completedFuture(Measurement.of(knows(question, checkpoint)));
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
    // The others are of the task that has no questions here.
    if (manifest.complete()) {
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
