package dev.craftstream.topics.kafka;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.flink.connector.base.DeliveryGuarantee;

/**
 * Finds out that a savepoint is not the newest state of its job: the job has written after it. From
 * such a one the job would go back, ask again, and write a second time.
 *
 * <p>Only exactly-once output tells: of it nothing is committed that is not in the state.
 */
public final class LaterOutput {
  /** By how much the clocks of brokers, task managers and storage may differ. */
  private static final Duration CLOCKS = Duration.ofMinutes(1);

  private final KafkaSettings settings;

  public LaterOutput(KafkaSettings settings) {
    this.settings = settings;
  }

  /**
   * Looks for committed output that is later than a savepoint or a Flink checkpoint.
   *
   * @param path of the savepoint
   * @param written when it was complete
   * @return a sentence on what the job would go back over; empty where there is nothing
   * @throws IOException where the brokers don't answer, with a sentence
   */
  public Optional<String> after(String path, Instant written) throws IOException {
    if (settings.guarantee() != DeliveryGuarantee.EXACTLY_ONCE) {
      return Optional.empty();
    }
    return CommittedOutput.find(settings, output -> output.after(written.plus(CLOCKS)))
        .map(
            later ->
                "%s is of %s, and the job has gone on since: the topic %s holds what it wrote at %s. Started from there, it would ask again what it knows and write it a second time."
                    .formatted(path, written, later.topic(), later.written()));
  }
}
