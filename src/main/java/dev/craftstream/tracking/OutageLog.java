package dev.craftstream.tracking;

import dev.craftstream.model.ModelCheckpoint;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;

/**
 * Says once that a checkpoint's server stopped answering, once a minute that it still does not, and
 * once that it is back.
 */
final class OutageLog {
  private static final long REPEAT_NANOS = 60_000_000_000L;

  private final Logger log;
  private final int failuresOfAnOutage;
  private final Map<String, Outage> outages = new HashMap<>();

  private static final class Outage {
    long failures;
    long saidAt;
  }

  /**
   * @param failuresOfAnOutage failures in a row from which on it is said
   */
  OutageLog(Logger log, int failuresOfAnOutage) {
    this.log = log;
    this.failuresOfAnOutage = failuresOfAnOutage;
  }

  void failed(ModelCheckpoint checkpoint, Throwable cause) {
    Outage outage = outages.computeIfAbsent(checkpoint.id(), id -> new Outage());
    outage.failures++;
    boolean first = outage.failures == failuresOfAnOutage;
    boolean again =
        outage.failures > failuresOfAnOutage && System.nanoTime() - outage.saidAt > REPEAT_NANOS;
    if (first || again) {
      outage.saidAt = System.nanoTime();
      log.warn(
          "Model checkpoint {} does not answer ({} failed attempts so far); its questions are asked"
              + " again until it does. Last: {}",
          checkpoint.id(),
          outage.failures,
          cause.getMessage());
    }
  }

  void answered(ModelCheckpoint checkpoint) {
    Outage over = outages.remove(checkpoint.id());
    if (over != null && over.failures >= failuresOfAnOutage) {
      log.info(
          "Model checkpoint {} answers again, after {} failed attempts.",
          checkpoint.id(),
          over.failures);
    }
  }
}
