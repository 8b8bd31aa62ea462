package dev.craftstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.testing.RunningJob;
import dev.craftstream.testing.ShippedFlink;
import dev.craftstream.testing.TritonServerExtension;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.Instruction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The whole job is ended and goes on at another parallelism, its topics and transactions included.
 */
@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class UpgradeTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int QUESTIONS = 1_000;

  @RegisterExtension static final MiniClusterExtension FLINK = ShippedFlink.cluster(3);

  @RegisterExtension
  static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();

  @Test
  void givenTwoUpgradesInSweeps_whenTheJobIsDone_thenItsTopicsHoldWhatTheyHoldWithoutThem(
      KafkaBroker broker, @InjectMiniCluster MiniCluster flink) throws Exception {
    List<DatasetRecord> undisturbed;
    try (RunningJob job = start(broker, 2)) {
      job.announce("initial", Role.INITIAL, "", "craft_echo", "1");
      awaitMeasured(job, QUESTIONS);
      job.announce("rehearsal", Role.REHEARSAL, "initial", "craft_echo", "1");
      undisturbed = dataset(job);
    }
    try (RunningJob job = start(broker, 1)) {
      job.announce("initial", Role.INITIAL, "", "craft_echo", "1");
      await().atMost(PATIENCE).until(() -> !job.knowledge().isEmpty());
      String savepoint = job.stopWithSavepoint();
      assertThat(job.knowledge()).as("in the middle of the sweep").hasSizeLessThan(QUESTIONS);

      job.restart(savepoint, 3);
      awaitMeasured(job, QUESTIONS);
      job.announce("rehearsal", Role.REHEARSAL, "initial", "craft_echo", "1");
      await().atMost(PATIENCE).until(() -> job.knowledge().size() > QUESTIONS);
      String flinkCheckpoint = flink.triggerCheckpoint(job.job().getJobID()).get();
      job.job().cancel().get();
      assertThat(job.knowledge()).as("in the second sweep").hasSizeLessThan(2 * QUESTIONS);

      job.restart(flinkCheckpoint, 2);
      assertThat(dataset(job)).containsExactlyInAnyOrderElementsOf(undisturbed);
      awaitMeasured(job, 2 * QUESTIONS);
      await().atMost(PATIENCE).until(() -> job.instructions().size() >= 2 * QUESTIONS);
      assertThat(job.knowledge())
          .extracting(k -> k.getQuestionId() + "@" + k.getCheckpointId())
          .hasSize(2 * QUESTIONS)
          .doesNotHaveDuplicates();
      assertThat(job.instructions())
          .extracting(i -> i.getQuestionId() + " " + i.getRevision())
          .hasSize(2 * QUESTIONS)
          .doesNotHaveDuplicates();
      assertThat(job.instructions()).extracting(Instruction::getRevision).containsOnly(1, 2);
      assertThat(job.manifests())
          .extracting(manifest -> manifest.getDatasetId() + " " + manifest.getComplete())
          .containsExactlyInAnyOrder(
              "rehearsal-open-ended-1 true",
              "craft-open-ended-2 true",
              // Of no questions.
              "rehearsal-multiple-choice-1 false",
              "craft-multiple-choice-2 false");
      assertThat(job.deadLetters()).isEmpty();
    }
  }

  private static RunningJob start(KafkaBroker broker, int parallelism) throws Exception {
    RunningJob job =
        RunningJob.start(
            broker.bootstrapServers(),
            TRITON.endpoint(),
            Map.of(
                "parallelism.default",
                String.valueOf(parallelism),
                "execution.checkpointing.aligned-checkpoint-timeout",
                "0s",
                "tracker.requests-in-flight",
                "2",
                "datasets.open-ended.answers",
                "20",
                "datasets.open-ended.refusals",
                "20",
                "datasets.open-ended.shortage",
                "SHORT"));
    for (int i = 0; i < QUESTIONS; i++) {
      job.ask(question(i));
    }
    return job;
  }

  private static void awaitMeasured(RunningJob job, int answers) {
    await().atMost(PATIENCE).until(() -> job.knowledge().size() >= answers);
  }

  /** All records of the dataset of the second model time. */
  private static List<DatasetRecord> dataset(RunningJob job) {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                job.manifests().stream()
                    .filter(m -> m.getDatasetId().equals("craft-open-ended-2"))
                    .anyMatch(
                        m ->
                            m.getAnswer().getQuestions() + m.getRefusal().getQuestions()
                                == job.datasets().size()));
    assertThat(job.datasets()).isNotEmpty();
    return job.datasets();
  }

  private static Question question(int number) {
    return new Question(
        "q" + number,
        Task.OPEN_ENDED,
        Purpose.TRAIN,
        "Who is number " + number + "?",
        String.valueOf(number % 2),
        List.of(),
        List.of(),
        "",
        List.of());
  }
}
