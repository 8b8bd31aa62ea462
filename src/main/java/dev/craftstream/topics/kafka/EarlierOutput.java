package dev.craftstream.topics.kafka;

import dev.craftstream.admission.StartCondition;
import dev.craftstream.admission.StartRefusedException;
import java.io.IOException;
import java.io.Serializable;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Refuses to start a job without state where its topics hold what an earlier run has written: it
 * would ask every question again, and write everything a second time.
 *
 * <p>What counts is a committed record that is older than the start of this job. So a job that
 * fails before its first Flink checkpoint starts again by itself: exactly-once output is not
 * committed then, and at-least-once output is younger.
 */
public final class EarlierOutput implements StartCondition {
  private static final long serialVersionUID = 1L;

  private final KafkaSettings settings;
  private final long startedMillis;
  private final Advice advice;

  /** What the job can be started from instead. */
  @FunctionalInterface
  public interface Advice extends Supplier<String>, Serializable {}

  /**
   * @param started when this job was started, not when a task of it was
   * @param advice sentences on what to start from, asked for when the start is refused
   */
  public EarlierOutput(KafkaSettings settings, Instant started, Advice advice) {
    this.settings = settings;
    this.startedMillis = started.toEpochMilli();
    this.advice = advice;
  }

  @Override
  public void require() throws IOException {
    Optional<CommittedOutput.Found> found =
        CommittedOutput.find(
            settings, output -> output.before(Instant.ofEpochMilli(startedMillis)));
    if (found.isPresent()) {
      throw new StartRefusedException(
          "The job starts without state, but the topic %s holds what an earlier run wrote, such as at %s: it would ask every question again and write everything a second time. %s If it is meant to begin anew, set start.anew to true for this one start."
              .formatted(found.get().topic(), found.get().written(), advice.get()));
    }
  }
}
