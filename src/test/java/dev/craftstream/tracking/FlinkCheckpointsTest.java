package dev.craftstream.tracking;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.testing.CurationScenario;
import dev.craftstream.testing.InMemoryCuration;
import dev.craftstream.testing.ScriptedModel;
import dev.craftstream.testing.ShippedFlink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.runtime.checkpoint.CompletedCheckpointStats;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Flink checkpoints go on, whatever the server does and whoever consumes. */
@Tag("integration")
class FlinkCheckpointsTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int REQUESTS_IN_FLIGHT = 8;

  @RegisterExtension static final MiniClusterExtension FLINK = ShippedFlink.cluster(3);

  @Test
  void givenAServerThatHangs_whenQuestionsAndAnnouncementsCome_thenFlinkCheckpointsAreComplete(
      @InjectMiniCluster MiniCluster flink) throws Exception {
    int questions = 500;
    try (ScriptedModel model = new ScriptedModel();
        InMemoryCuration curation = new InMemoryCuration(options(), model)) {
      model.fallSilent();
      JobID job = curation.start(2).getJobID();
      ask(curation, 0, questions);
      for (int round = 1; round <= 3; round++) {
        curation.announce("initial-" + round, Role.INITIAL, "");
        ask(curation, questions * round, questions);
        await().atMost(PATIENCE).until(curation::hasReadAll);
        await().atMost(PATIENCE).until(() -> model.asks().size() == 2 * REQUESTS_IN_FLIGHT);
        await().atMost(PATIENCE).until(() -> allTasksRun(flink, job));
        flink.triggerCheckpoint(job, CheckpointType.CONFIGURED).get(1, TimeUnit.MINUTES);
      }
      assertThat(model.asks()).hasSize(2 * REQUESTS_IN_FLIGHT).doesNotHaveDuplicates();
      assertThat(curation.taken("knowledge")).isEmpty();
      model.speak();
      await().atMost(PATIENCE).until(() -> curation.taken("knowledge").size() == 12 * questions);
      assertThat(model.asks()).hasSize(12 * questions).doesNotHaveDuplicates();
    }
  }

  @Test
  void givenAnOutputThatTakesNothing_whenAFlinkCheckpointOvertakesItsRecords_thenTheyComeOutOnce(
      @InjectMiniCluster MiniCluster flink) throws Exception {
    int questions = 3_000;
    try (ScriptedModel model = new ScriptedModel();
        InMemoryCuration curation = new InMemoryCuration(options(), model)) {
      JobID job = curation.start(2).getJobID();
      ask(curation, 0, questions);
      await().atMost(PATIENCE).until(curation::hasReadAll);
      curation.hold("instructions");
      curation.announce("initial", Role.INITIAL, "");
      await().atMost(PATIENCE).until(() -> isStill(model));
      assertThat(model.asks()).hasSizeLessThan(questions);
      await().atMost(PATIENCE).until(() -> allTasksRun(flink, job));

      int letThrough = flinkCheckpointWhileHeld(flink, job, curation, "instructions");
      CompletedCheckpointStats flinkCheckpoint = newestFlinkCheckpoint(flink, job);
      // One record, or a few; not a buffer full of them.
      assertThat(letThrough).isLessThan(10);
      assertThat(flinkCheckpoint.getPersistedData()).as("records on their way").isPositive();
      flink.cancelJob(job).get();
      await().atMost(PATIENCE).until(() -> flink.getJobStatus(job).get().isGloballyTerminalState());
      curation.takeBackTo(flinkCheckpoint.getCheckpointId());
      curation.release("instructions");
      int asked = model.asks().size();

      curation.start(3, flinkCheckpoint.getExternalPath(), true);
      for (String output : List.of("instructions", "knowledge")) {
        await().atMost(PATIENCE).until(() -> curation.taken(output).size() >= questions);
      }
      assertThat(perQuestion(curation.taken("instructions"))).hasSize(questions);
      assertThat(perQuestion(curation.taken("instructions")).values()).containsOnly(1L);
      assertThat(perQuestion(curation.taken("knowledge"))).hasSize(questions);
      assertThat(perQuestion(curation.taken("knowledge")).values()).containsOnly(1L);
      assertThat(model.asks().size())
          .as("all asks")
          .isBetween(questions, questions + 2 * REQUESTS_IN_FLIGHT);
      assertThat(asked).isLessThan(questions);
    }
  }

  @Test
  void givenASlowConsumerOfADataset_whenItIsWritten_thenFlinkCheckpointsAreComplete_andGoOnFromThem(
      @InjectMiniCluster MiniCluster flink) throws Exception {
    int questions = 6_000;
    int taken = 5_000;
    Map<String, String> options = options();
    options.put("datasets.strategies", "VAN_TUNING");
    options.put("datasets.open-ended.answers", String.valueOf(taken));
    options.put("datasets.open-ended.refusals", "0");
    options.put("rehearsal.open-ended.questions", "0");
    try (ScriptedModel model = new ScriptedModel();
        InMemoryCuration curation = new InMemoryCuration(options, model)) {
      JobID job = curation.start(2).getJobID();
      ask(curation, 0, questions);
      await().atMost(PATIENCE).until(curation::hasReadAll);
      curation.announce("initial", Role.INITIAL, "");
      curation.hold("datasets");
      curation.announce("rehearsal", Role.REHEARSAL, "initial");
      await().atMost(PATIENCE).until(() -> curation.taken("knowledge").size() == 2 * questions);
      CompletedCheckpointStats flinkCheckpoint = null;
      int letThrough = 0;
      for (int round = 0; round < 3; round++) {
        curation.letThrough("datasets", 100);
        letThrough += 100;
        int goal = letThrough;
        await().atMost(PATIENCE).until(() -> curation.taken("datasets").size() == goal);
        int more = flinkCheckpointWhileHeld(flink, job, curation, "datasets");
        assertThat(more).as("records until a Flink checkpoint is complete").isLessThan(10);
        letThrough += more;
        flinkCheckpoint = newestFlinkCheckpoint(flink, job);
      }
      flink.cancelJob(job).get();
      await().atMost(PATIENCE).until(() -> flink.getJobStatus(job).get().isGloballyTerminalState());
      curation.takeBackTo(flinkCheckpoint.getCheckpointId());
      curation.release("datasets");

      curation.start(3, flinkCheckpoint.getExternalPath(), true);
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  curation.taken("manifests").stream()
                      .anyMatch(manifest -> manifest.contains("\"answerRecords\":" + taken)));
      await().atMost(PATIENCE).until(() -> curation.taken("datasets").size() >= taken);
      assertThat(perQuestion(curation.taken("datasets"))).hasSize(taken);
      assertThat(perQuestion(curation.taken("datasets")).values()).containsOnly(1L);
    }
  }

  /** Before that Flink takes no checkpoints. */
  private static boolean allTasksRun(MiniCluster flink, JobID job) throws Exception {
    for (AccessExecutionVertex task :
        flink.getExecutionGraph(job).get().getAllExecutionVertices()) {
      if (task.getExecutionState() != ExecutionState.RUNNING) {
        return false;
      }
    }
    return true;
  }

  /** Whether the tracker asks no more: all stages up to it are full. */
  private static boolean isStill(ScriptedModel model) throws InterruptedException {
    int before = model.asks().size();
    Thread.sleep(500);
    return before > 0 && model.asks().size() == before;
  }

  private static CompletedCheckpointStats newestFlinkCheckpoint(MiniCluster flink, JobID job)
      throws Exception {
    return flink
        .getExecutionGraph(job)
        .get()
        .getCheckpointStatsSnapshot()
        .getHistory()
        .getLatestCompletedCheckpoint();
  }

  /**
   * Lets one record through after the other, each when the one before was not enough; returns how
   * many it took until a Flink checkpoint was complete.
   */
  private static int flinkCheckpointWhileHeld(
      MiniCluster flink, JobID job, InMemoryCuration curation, String output) throws Exception {
    CompletableFuture<Long> flinkCheckpoint =
        flink.triggerCheckpoint(job, CheckpointType.CONFIGURED);
    int letThrough = 0;
    while (!flinkCheckpoint.isDone() && letThrough < 100) {
      curation.letThrough(output, 1);
      letThrough++;
      try {
        flinkCheckpoint.get(5, TimeUnit.SECONDS);
      } catch (TimeoutException notEnough) {
        // The next one, then.
      }
    }
    return letThrough;
  }

  private static void ask(InMemoryCuration curation, int from, int count) {
    for (int i = from; i < from + count; i++) {
      curation.ask(TrackerHarness.question("q" + i, "Who is number " + i + "?" + " ".repeat(200)));
    }
  }

  private static Map<String, String> options() {
    Map<String, String> options = new HashMap<>(CurationScenario.OPTIONS);
    options.put("execution.checkpointing.aligned-checkpoint-timeout", "0s");
    options.put("tracker.requests-in-flight", String.valueOf(REQUESTS_IN_FLIGHT));
    return options;
  }

  private static Map<String, Long> perQuestion(List<String> records) throws Exception {
    List<String> ids = new ArrayList<>();
    for (String record : records) {
      ids.add(new ObjectMapper().readTree(record).get("questionId").textValue());
    }
    return ids.stream().collect(groupingBy(id -> id, TreeMap::new, counting()));
  }
}
