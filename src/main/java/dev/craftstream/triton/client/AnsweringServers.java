package dev.craftstream.triton.client;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Which server has answered which model lately. A failure speaks against a server only where
 * another one answers the same model: else it is the model's, and taking servers out of the
 * rotation would slow the other models down.
 */
final class AnsweringServers {
  private static final long LATELY_NANOS = Duration.ofMinutes(1).toNanos();

  private final LongSupplier nanoClock;
  private final Map<ServedModel, Map<String, Long>> answered = new ConcurrentHashMap<>();

  AnsweringServers(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  void answered(ServedModel model, String server) {
    answered
        .computeIfAbsent(model, key -> new ConcurrentHashMap<>())
        .put(server, nanoClock.getAsLong());
  }

  /** Whether another server than this one has answered the model within the last minute. */
  boolean anotherAnswers(ServedModel model, String server) {
    long now = nanoClock.getAsLong();
    return answered.getOrDefault(model, Map.of()).entrySet().stream()
        .anyMatch(
            entry -> !entry.getKey().equals(server) && now - entry.getValue() <= LATELY_NANOS);
  }

  /** Forgets what was long ago, such as models and addresses that are there no more. */
  void forgetOld() {
    long now = nanoClock.getAsLong();
    answered.values().forEach(servers -> servers.values().removeIf(at -> now - at > LATELY_NANOS));
    answered.values().removeIf(Map::isEmpty);
  }
}
