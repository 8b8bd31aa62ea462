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
  private final Map<String, Outage> outages = new HashMap<>();

  private static final class Outage {
    long failures;
    long saidAt;
  }

  OutageLog(Logger log) {
    this.log = log;
  }

  void failed(ModelCheckpoint checkpoint, Throwable cause) {
    Outage outage = outages.computeIfAbsent(checkpoint.id(), id -> new Outage());
    outage.failures++;
    if (outage.failures == 1 || System.nanoTime() - outage.saidAt > REPEAT_NANOS) {
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
    if (over != null) {
      log.info(
          "Model checkpoint {} answers again, after {} failed attempts.",
          checkpoint.id(),
          over.failures);
    }
  }
}
