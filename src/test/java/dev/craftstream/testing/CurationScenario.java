package dev.craftstream.testing;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.dataset.Request.Changes;
import dev.craftstream.model.dataset.Shortage;
import dev.craftstream.model.dataset.Ties;
import dev.craftstream.model.label.FlowRule;
import dev.craftstream.model.label.Strategy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.InMemoryReporter;

/**
 * A life of the job in two parts. At the end of the first something is under way in every stage: a
 * tracker task lacks one answer, so that datasets and an evaluation are surveyed by halves; another
 * question is new and being asked; an announcement waits for its model. In between, the job may be
 * ended and started again. The second part brings all of it to an end and changes what is known.
 *
 * <p>Committed savepoints rest on this script: {@link #begin} may only be added to, and a savepoint
 * that is restored later goes on with {@link #finish}.
 */
public final class CurationScenario implements AutoCloseable {
  public static final Map<String, String> OPTIONS =
      Map.ofEntries(
          Map.entry("pipeline.max-parallelism", "16"),
          // A savepoint of one file.
          Map.entry("execution.checkpointing.data-inline-threshold", "1mb"),
          // Flink checkpoints are taken where the script wants them.
          Map.entry("execution.checkpointing.interval", "1h"),
          Map.entry("kafka.transaction-timeout", "2h"),
          Map.entry("tracker.requests-in-flight", "8"),
          // A committed savepoint is to be restored for a long time.
          Map.entry("datasets.live-for", "36500 d"),
          Map.entry("datasets.strategies", "CRAFT;COR_RAIT"),
          Map.entry("datasets.open-ended.answers", "3"),
          Map.entry("datasets.open-ended.refusals", "2"),
          Map.entry("datasets.open-ended.shortage", "SHORT"),
          Map.entry("datasets.multiple-choice.answers", "9"),
          Map.entry("datasets.multiple-choice.refusals", "2"),
          Map.entry("rehearsal.open-ended.questions", "4"),
          Map.entry("rehearsal.open-ended.correctness-from", "0.2"),
          Map.entry("rehearsal.open-ended.certainty-from", "0.1"),
          Map.entry("rehearsal.multiple-choice.questions", "4"),
          Map.entry("rehearsal.multiple-choice.target-probability-above", "0.05"),
          Map.entry("evaluation.resamples", "100"));

  /** What hangs when the first part is over: all that the job asks for anew when it is restored. */
  public static final List<String> IN_FLIGHT = List.of("late@rehearsal-2", "newcomer@initial");

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final List<String> OUTPUTS =
      List.of("instructions", "knowledge", "datasets", "manifests", "evaluations", "dead-letters");

  private final MiniCluster flink;
  private final InMemoryReporter metrics;
  private final ScriptedModel model = new ScriptedModel();
  private final InMemoryCuration curation;
  private JobID job;

  public CurationScenario(
      MiniCluster flink, InMemoryReporter metrics, Map<String, String> overrides) {
    this.flink = flink;
    this.metrics = metrics;
    Map<String, String> options = new HashMap<>(OPTIONS);
    options.putAll(overrides);
    curation = new InMemoryCuration(options, model);
  }

  // ---------------------------------------------------------------- the job

  /** Starts the job with nothing in state. */
  public void start(int parallelism) throws Exception {
    job = started(curation.start(parallelism));
  }

  /** Starts the job from a state that was saved after {@link #begin}. */
  public void restore(int parallelism, String from, boolean extended) throws Exception {
    model.withholding("late@rehearsal-2", "newcomer@initial", "unready");
    model.forgetAsks();
    curation.setModelTime(7);
    job = started(curation.start(parallelism, from, extended));
    settleUnfinished();
  }

  private static JobID started(JobClient client) {
    return client.getJobID();
  }

  public String savepoint(String folder, SavepointFormatType format) throws Exception {
    String path = flink.triggerSavepoint(job, folder, false, format).get();
    end();
    return path;
  }

  /** The folder of a Flink checkpoint that is kept beyond the job's end. */
  public String flinkCheckpoint() throws Exception {
    String path = flink.triggerCheckpoint(job).get();
    end();
    return path;
  }

  private void end() throws Exception {
    flink.cancelJob(job).get();
    await().atMost(PATIENCE).until(() -> flink.getJobStatus(job).get().isGloballyTerminalState());
  }

  @Override
  public void close() throws Exception {
    curation.close();
    model.close();
  }

  // ---------------------------------------------------------------- what came of it

  /** All asks since the job was started. */
  public List<String> asks() {
    return model.asks();
  }

  /** How many records each output took. */
  public Map<String, Integer> position() {
    return OUTPUTS.stream().collect(toMap(o -> o, o -> curation.taken(o).size()));
  }

  /**
   * What each output took behind {@code position}, as JSON, sorted. How many candidates a survey
   * offered is left out: that depends on how the questions are spread over the tasks.
   */
  public Map<String, List<String>> takenSince(Map<String, Integer> position) {
    return OUTPUTS.stream()
        .collect(
            toMap(
                o -> o,
                o -> {
                  List<String> all = curation.taken(o);
                  return all.subList(position.get(o), all.size()).stream()
                      .map(record -> record.replaceAll("\"(offered|liveUntil)\":\\d+,?", ""))
                      .sorted()
                      .toList();
                }));
  }

  /** What the operator took that an extended job has more. */
  public List<String> extension() {
    return curation.taken(InMemoryCuration.EXTENSION);
  }

  // ---------------------------------------------------------------- the script

  /** The first part, in a job with nothing in state. */
  public void begin() throws Exception {
    model.spoiling("oe-1@rehearsal", "ev-1@initial");
    model.withholding("late@rehearsal-2", "newcomer@initial", "unready");
    // The first rehearsal set takes all that are good enough, and later those that come later.
    for (int i = 0; i < 3; i++) {
      curation.ask(openEnded("oe-" + i, "open-ended"));
    }
    settle(0);
    curation.announce("old", Role.INITIAL, "");
    settle(1);
    for (int i = 3; i < 12; i++) {
      curation.ask(openEnded("oe-" + i, "open-ended"));
    }
    for (int i = 0; i < 6; i++) {
      curation.ask(choice("mc-" + i, Purpose.TRAIN));
      curation.ask(choice("em-" + i, Purpose.EVALUATE));
      curation.ask(evaluated("ev-" + i));
    }
    curation.ask(openEnded("late", "open-ended"));
    settle(1);
    curation.announce("initial", Role.INITIAL, "");
    settle(2);
    curation.announce("rehearsal", Role.REHEARSAL, "initial");
    settle(3);
    curation.request(dataset("too-many", 1_000));
    curation.request(
        new Request(
            "again",
            Request.Kind.EVALUATION,
            "initial",
            "",
            null,
            List.of(),
            null,
            InMemoryCuration.original("requests")));
    curation.ask(openEnded("oe-9", "another open-ended"));
    curation.remove("oe-11");
    settle(3);
    curation.retire("old");
    settle(4);
    curation.announce("rehearsal-2", Role.REHEARSAL, "initial");
    // Else the other task would look through its questions at this model time or at the next.
    settleUnfinished(5, 1);
    curation.announce("tuned", Role.TUNED, "initial");
    settleUnfinished();
    curation.request(
        Request.retry(
            "nothing-failed", "rehearsal-2", List.of(), InMemoryCuration.original("requests")));
    for (int i = 4; i < 8; i++) {
      curation.ask(tagged(openEnded("oe-" + i, "open-ended"), "relabelled"));
      curation.ask(openEnded("early-" + i, "later"));
    }
    curation.ask(openEnded("newcomer", "newest"));
    curation.announce("unready", Role.INITIAL, "");
    settleUnfinished();
    // With something in each field, most of which a retry does not look at.
    curation.request(
        new Request(
            "of-unready",
            Request.Kind.RETRY,
            "unready",
            "rehearsal",
            Strategy.CRAFT,
            List.of(
                Changes.of(Task.MULTIPLE_CHOICE)
                    .answers(1)
                    .refusals(2)
                    .ties(Ties.KEEP_ALL)
                    .shortage(Shortage.SHORT)
                    .answerFrom(0.3)
                    .refusalBound(0.2)
                    .certainty(0.4)
                    .targetProbability(0.5)
                    .flowRule(FlowRule.RISES_SURELY)
                    .riseProbability(0.6)
                    .surenessFrom(0.7)
                    .build()),
            List.of("nothing-failed"),
            5L,
            InMemoryCuration.original("requests")));
    settleUnfinished();
  }

  /** The second part; returns where the outputs stood before it. */
  public Map<String, Integer> finish() throws Exception {
    Map<String, Integer> position = position();
    IN_FLIGHT.forEach(model::give);
    settle(6);
    for (int i = 0; i < 11; i += 2) {
      curation.ask(tagged(openEnded("oe-" + i, "open-ended"), "relabelled again"));
    }
    curation.remove("oe-3");
    curation.remove("mc-3");
    curation.ask(openEnded("oe-5", "yet another open-ended"));
    curation.request(dataset("too-many", 1));
    settle(6);
    model.give("unready");
    curation.announce("initial", Role.REHEARSAL, "unready");
    curation.announce("orphan", Role.REHEARSAL, "old");
    settle(7);
    curation.request(dataset("enough", 2));
    settle(7);
    return position;
  }

  // ---------------------------------------------------------------- quiet

  /** Waits until every task has done all that there is to do at this model time. */
  private void settle(long modelTime) {
    settle(
        () -> {
          assertThat(longs("modelTime")).containsOnly(modelTime);
          assertThat(longs("completeModelTime")).containsOnly(modelTime);
          assertThat(longs("backlog")).containsOnly(0L);
          assertThat(longs("unfinishedSurveys")).containsOnly(0L);
        });
  }

  /** Waits until nothing is left to do but what the model keeps for itself. */
  private void settleUnfinished() {
    settleUnfinished(6, 2);
  }

  private void settleUnfinished(long modelTime, long surveys) {
    settle(
        () -> {
          assertThat(longs("modelTime")).containsOnly(modelTime);
          assertThat(longs("unfinishedSurveys")).filteredOn(n -> n != 0).containsExactly(surveys);
          assertThat(longs("completeModelTime"))
              .filteredOn(n -> n != modelTime)
              .containsExactly(4L);
          assertThat(longs("backlog").stream().mapToLong(n -> n).sum())
              .isEqualTo(longs("inFlight").stream().mapToLong(n -> n).sum());
        });
  }

  /** The barriers of the savepoints come behind all that was on its way between the stages. */
  private void settle(Runnable quiet) {
    await().atMost(PATIENCE).until(curation::hasReadAll);
    passThrough();
    await().atMost(PATIENCE).untilAsserted(quiet::run);
    passThrough();
    quiet.run();
  }

  /** Waits for the barriers of a savepoint, which overtake no record, as unaligned ones would. */
  private void passThrough() {
    String folder = Path.of("target/savepoints/passed").toUri().toString();
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () -> flink.triggerSavepoint(job, folder, false, SavepointFormatType.NATIVE).get(),
            path -> !path.isEmpty());
  }

  private List<Long> longs(String gauge) {
    List<Long> values = new ArrayList<>();
    for (Metric metric : metrics.findMetrics(job, "knowledge-tracker\\.\\d+\\." + gauge).values()) {
      values.add(((Number) ((Gauge<?>) metric).getValue()).longValue());
    }
    return values;
  }

  // ---------------------------------------------------------------- questions and requests

  private static Question openEnded(String id, String kind) {
    return new Question(
        id,
        Task.OPEN_ENDED,
        Purpose.TRAIN,
        "What is " + kind + " " + id + "?",
        "gold",
        List.of("Au"),
        List.of(),
        "chemistry",
        List.of("easy"));
  }

  private static Question tagged(Question question, String tag) {
    return new Question(
        question.id(),
        question.task(),
        question.purpose(),
        question.text(),
        question.answer(),
        question.aliases(),
        question.options(),
        question.subject(),
        List.of(tag));
  }

  private static Question choice(String id, Purpose purpose) {
    return new Question(
        id,
        Task.MULTIPLE_CHOICE,
        purpose,
        "Which is " + id + "?",
        "B",
        List.of(),
        List.of("this", "that"),
        subject(id),
        List.of());
  }

  private static Question evaluated(String id) {
    return new Question(
        id,
        Task.OPEN_ENDED,
        Purpose.EVALUATE,
        "Who is " + id + "?",
        "nobody",
        List.of(),
        List.of(),
        subject(id),
        List.of());
  }

  private static String subject(String id) {
    return id.hashCode() % 2 == 0 ? "history" : "art";
  }

  private static Request dataset(String id, int answers) {
    return new Request(
        id,
        Request.Kind.DATASET,
        "initial",
        "rehearsal",
        Strategy.CRAFT,
        List.of(
            Changes.of(Task.OPEN_ENDED)
                .answers(answers)
                .shortage(Shortage.FAIL)
                .surenessFrom(0.9)
                .build()),
        11L,
        InMemoryCuration.original("requests"));
  }
}
