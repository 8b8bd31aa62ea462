package dev.craftstream.embedded.bench;

import dev.craftstream.embedded.EmbeddedFlink;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.embedded.Project;
import dev.craftstream.embedded.WorkFolder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Measures the whole job, from Kafka to Kafka with a model in process, beside jobs that do less or
 * run otherwise: the same broker, the same Flink, the same questions, in turn.
 */
public final class JobBench {
  /** A task manager's, of which the embedded cluster would have a sixteenth. */
  private static final Map<String, String> FLINK =
      Map.of("taskmanager.memory.managed.size", "1g", "web.checkpoints.history", "1000");

  private static final List<JobKind> KINDS =
      List.of(
          JobKind.CURATION,
          JobKind.PASS_THROUGH,
          JobKind.READ_AND_WRITE,
          JobKind.AT_LEAST_ONCE,
          JobKind.ONE_TASK);

  private final Project project;
  private final WorkFolder work;

  public JobBench(Project project, WorkFolder work) {
    this.project = project;
    this.work = work;
  }

  /**
   * What to measure.
   *
   * @param questions that each job is given
   * @param rounds how often everything is measured, after one round that warms up
   */
  public record Plan(int questions, int rounds) {}

  /**
   * What came out.
   *
   * @param cores of the machine, which broker and jobs share
   * @param jobs the job itself first
   * @param load what a saturated model server does to the job
   */
  public record Result(
      int cores, int questions, int rounds, List<JobFigures> jobs, LoadFigures load) {}

  /**
   * Starts broker and Flink, and measures.
   *
   * @param progress told what is measured next
   */
  public Result run(Plan plan, Consumer<String> progress) throws Exception {
    progress.accept("broker and Flink start");
    try (KafkaBroker broker = KafkaBroker.start(work.kafka());
        EmbeddedFlink flink =
            EmbeddedFlink.start(project.flinkConfiguration(), work.flink(), 0, FLINK)) {
      Map<JobKind, List<Rate>> fresh = new LinkedHashMap<>();
      Map<JobKind, List<Rate>> sweeps = new LinkedHashMap<>();
      int jobs = 0;
      for (int round = 0; round <= plan.rounds(); round++) {
        List<JobKind> inTurn = new ArrayList<>(KINDS);
        Collections.rotate(inTurn, round);
        for (JobKind kind : inTurn) {
          progress.accept(
              (round == 0 ? "warming up: %s" : "round %2$d of %3$d: %1$s")
                  .formatted(kind.name(), round, plan.rounds()));
          try (MeasuredJob job = new MeasuredJob(kind, flink, broker.bootstrapServers(), jobs++)) {
            Rate rate = job.newQuestions(plan.questions());
            Rate sweep = kind.curates() ? job.sweep("rehearsal", plan.questions()) : rate;
            if (round > 0) {
              fresh.computeIfAbsent(kind, its -> new ArrayList<>()).add(rate);
              sweeps.computeIfAbsent(kind, its -> new ArrayList<>()).add(sweep);
            }
          }
        }
      }
      LoadFigures load;
      try (MeasuredJob job =
          new MeasuredJob(JobKind.CURATION, flink, broker.bootstrapServers(), jobs)) {
        load = new LoadComparison(job, plan.questions(), progress).run(plan.rounds());
      }
      return new Result(
          Runtime.getRuntime().availableProcessors(),
          plan.questions(),
          plan.rounds(),
          KINDS.stream().map(kind -> figures(kind, fresh, sweeps)).toList(),
          load);
    }
  }

  private static JobFigures figures(
      JobKind kind, Map<JobKind, List<Rate>> fresh, Map<JobKind, List<Rate>> sweeps) {
    List<Rate> own = fresh.get(JobKind.CURATION);
    List<Rate> its = fresh.get(kind);
    return new JobFigures(
        kind.name(),
        Spread.of(its, Rate::perSecond),
        Spread.of(its, Rate::perProcessorSecond),
        kind.curates() ? Spread.of(sweeps.get(kind), Rate::perSecond) : null,
        Spread.ratio(own, its, Rate::perSecond),
        Spread.ratio(own, its, Rate::perProcessorSecond),
        Spread.ratio(sweeps.get(JobKind.CURATION), sweeps.get(kind), Rate::perSecond));
  }
}
