package dev.craftstream.embedded.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.triton.EvaluationSettings;
import dev.craftstream.triton.QuerySettings;
import dev.craftstream.triton.TritonKnowledgeQuery;
import dev.craftstream.triton.client.TritonSettings;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** The job's knowledge query alone, in this process: asks, reads, judges and measures. */
final class OwnClient implements Contender {
  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private static final Duration LONGEST_WARM_UP = Duration.ofMinutes(3);
  private static final Duration WARM_UP = Duration.ofSeconds(1);

  private final ModelCheckpoint checkpoint;
  private long warmUp;
  private final AtomicLong asked = new AtomicLong();

  /**
   * @param warmUp questions to ask, in three minutes at most, before the first measurement: a job
   *     runs for hours, in which Java's compiler is at work in the first ones
   */
  OwnClient(String model, long warmUp) {
    this.warmUp = warmUp;
    checkpoint =
        new ModelCheckpoint(
            "measured", 1, Role.INITIAL, "", new Serving(model, "1", Contract.CRAFT, "", "", ""));
  }

  @Override
  public String name() {
    return "craft-stream";
  }

  @Override
  public Rate ask(String endpoint, int inFlight, Duration time) throws Exception {
    try (KnowledgeQuery query =
        new TritonKnowledgeQuery.Factory(
                TritonSettings.to(endpoint).build(),
                QuerySettings.standard(),
                EvaluationSettings.standard())
            .open()) {
      query.ready(checkpoint).get();
      long begun = System.nanoTime();
      while (asked.get() < warmUp && System.nanoTime() - begun < LONGEST_WARM_UP.toNanos()) {
        ask(query, inFlight, WARM_UP);
      }
      warmUp = 0;
      return ask(query, inFlight, time);
    }
  }

  private Rate ask(KnowledgeQuery query, int inFlight, Duration time) throws Exception {
    Semaphore slots = new Semaphore(inFlight);
    AtomicReference<Throwable> failed = new AtomicReference<>();
    long start = System.nanoTime();
    long processor = PROCESS.getProcessCpuTime();
    long questions = 0;
    while (System.nanoTime() - start < time.toNanos() && failed.get() == null) {
      slots.acquire();
      questions++;
      var unused =
          query
              .ask(question(asked.incrementAndGet()), 1, checkpoint)
              .whenComplete(
                  (state, failure) -> {
                    if (failure != null) {
                      failed.set(failure);
                    }
                    slots.release();
                  });
    }
    slots.acquire(inFlight);
    if (failed.get() != null) {
      throw new IllegalStateException("The model server did not answer.", failed.get());
    }
    return new Rate(
        questions,
        (System.nanoTime() - start) / 1e9,
        (PROCESS.getProcessCpuTime() - processor) / 1e9);
  }

  private static Question question(long number) {
    return new Question(
        "q" + number,
        Task.OPEN_ENDED,
        Purpose.TRAIN,
        "What is the capital of country " + number + "?",
        "Paris",
        List.of("City of Light"),
        List.of(),
        "",
        List.of());
  }
}
