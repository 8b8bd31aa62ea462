package dev.craftstream.embedded.bench;

import dev.craftstream.client.JobMonitor.FlinkCheckpoint;
import dev.craftstream.embedded.bench.LoadFigures.Percentiles;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Flink checkpoints and new questions while a job is idle and while a sweep saturates its model
 * server, in turn.
 */
final class LoadComparison {
  /** 128 requests in flight of 40 ms each are 3,200 answers a second. */
  private static final Duration ANSWER = Duration.ofMillis(40);

  private static final Duration PHASE = Duration.ofSeconds(12);
  private static final Duration SETTLE = Duration.ofSeconds(3);
  private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(100);

  private final MeasuredJob job;
  private final int questions;
  private final Consumer<String> progress;

  private final List<Double> rates = new ArrayList<>();
  private final Phase idle = new Phase();
  private final Phase saturated = new Phase();
  private int asked;

  LoadComparison(MeasuredJob job, int questions, Consumer<String> progress) {
    this.job = job;
    this.questions = questions;
    this.progress = progress;
  }

  private static final class Phase {
    final List<Double> flinkCheckpoints = new ArrayList<>();
    final List<Double> firstAnswers = new ArrayList<>();
  }

  LoadFigures run(int rounds) throws Exception {
    job.newQuestions(questions);
    try {
      for (int round = 1; round <= rounds; round++) {
        InProcessModel.takes(ANSWER);
        progress.accept("round %d of %d: a job that is idle".formatted(round, rounds));
        watch(idle);
        progress.accept("round %d of %d: a saturated server".formatted(round, rounds));
        long before = job.instructions();
        job.beginSweep("rehearsal-" + round);
        job.awaitInstructions(before + 1);
        long started = System.nanoTime();
        long first = job.instructions();
        watch(saturated);
        long answered = job.instructions() - first;
        rates.add(answered / ((System.nanoTime() - started) / 1e9));
        if (answered >= questions) {
          throw new IllegalStateException(
              "The sweep was over before it was measured; give more questions.");
        }
        InProcessModel.takes(Duration.ZERO);
        job.awaitInstructions(before + questions);
        Thread.sleep(SETTLE.toMillis());
      }
    } finally {
      InProcessModel.takes(Duration.ZERO);
    }
    return new LoadFigures(
        Spread.of(rates),
        Percentiles.of(idle.flinkCheckpoints),
        Percentiles.of(saturated.flinkCheckpoints),
        Percentiles.of(idle.firstAnswers),
        Percentiles.of(saturated.firstAnswers));
  }

  private void watch(Phase phase)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    Thread.sleep(SETTLE.toMillis());
    Instant begun = Instant.now();
    while (Duration.between(begun, Instant.now()).compareTo(PHASE) < 0) {
      String id = "newcomer-" + asked++;
      CompletableFuture<Long> answer = InProcessModel.firstAnswer(id);
      long sent = System.nanoTime();
      job.ask(id);
      phase.firstAnswers.add((answer.get(1, TimeUnit.MINUTES) - sent) / 1e6);
      Thread.sleep(BETWEEN_QUESTIONS.toMillis());
    }
    Instant over = Instant.now();
    for (FlinkCheckpoint one : job.monitor().flinkCheckpoints()) {
      if (one.begun().isAfter(begun) && one.begun().plus(one.took()).isBefore(over)) {
        phase.flinkCheckpoints.add((double) one.took().toMillis());
      }
    }
  }
}
