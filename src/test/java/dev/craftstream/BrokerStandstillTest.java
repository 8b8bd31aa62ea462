package dev.craftstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.testing.RunningJob;
import dev.craftstream.testing.ShippedFlink;
import dev.craftstream.testing.Standstill;
import dev.craftstream.testing.TritonServerExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.CheckpointStatsSnapshot;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a Flink checkpoint commits must be in the broker, so that it waits for one that stands
 * still; no more than that.
 */
@Tag("integration")
class BrokerStandstillTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration STANDSTILL = Duration.ofSeconds(5);
  private static final int QUESTIONS = 1_000;

  @RegisterExtension static final MiniClusterExtension FLINK = ShippedFlink.cluster(2);

  @RegisterExtension
  static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();

  @Test
  void givenABrokerThatStandsStillInASweep_whenItGoesOn_thenSoDoesTheJobWithoutAFailure(
      @TempDir Path folder, @InjectMiniCluster MiniCluster flink) throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(folder);
        RunningJob job =
            RunningJob.start(
                broker.bootstrapServers(),
                TRITON.endpoint(),
                Map.of("tracker.requests-in-flight", "2"))) {
      for (int i = 0; i < QUESTIONS; i++) {
        job.ask(question(i));
      }
      job.announce("initial", Role.INITIAL, "", "craft_echo", "1");
      await().atMost(PATIENCE).until(() -> !job.knowledge().isEmpty());
      long failed = failed(statistics(flink, job));
      Standstill.begin(broker.pid());
      try {
        await().atMost(PATIENCE).until(() -> hasWaited(statistics(flink, job)));
      } finally {
        Standstill.end(broker.pid());
      }
      long complete = statistics(flink, job).getCounts().getNumberOfCompletedCheckpoints();
      await().atMost(PATIENCE).until(() -> job.knowledge().size() >= QUESTIONS);
      await().atMost(PATIENCE).until(() -> job.instructions().size() >= QUESTIONS);
      assertThat(job.knowledge()).hasSize(QUESTIONS);
      assertThat(job.instructions()).hasSize(QUESTIONS);
      CheckpointStatsSnapshot statistics = statistics(flink, job);
      assertThat(statistics.getCounts().getNumberOfCompletedCheckpoints()).isGreaterThan(complete);
      assertThat(failed(statistics)).as("those from before all tasks ran aside").isEqualTo(failed);
      assertThat(statistics.getCounts().getNumberOfRestoredCheckpoints()).isZero();
    }
  }

  /** Whether a Flink checkpoint has been under way for the whole standstill. */
  private static boolean hasWaited(CheckpointStatsSnapshot statistics) {
    long begun = System.currentTimeMillis() - STANDSTILL.toMillis();
    return statistics.getHistory().getCheckpoints().stream()
        .anyMatch(one -> one.getStatus().isInProgress() && one.getTriggerTimestamp() < begun);
  }

  private static long failed(CheckpointStatsSnapshot statistics) {
    return statistics.getCounts().getNumberOfFailedCheckpoints();
  }

  private static CheckpointStatsSnapshot statistics(MiniCluster flink, RunningJob job)
      throws Exception {
    return flink.getExecutionGraph(job.job().getJobID()).get().getCheckpointStatsSnapshot();
  }

  private static Question question(int number) {
    return new Question(
        "q" + number,
        Task.OPEN_ENDED,
        Purpose.TRAIN,
        "Who is number " + number + "?",
        "0",
        List.of(),
        List.of(),
        "",
        List.of());
  }
}
