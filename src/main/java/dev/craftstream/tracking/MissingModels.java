package dev.craftstream.tracking;

import dev.craftstream.model.checkpoint.ModelCheckpoint;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The model checkpoints whose models are missing though their server is there, such as one that was
 * unloaded without being retired. Each is asked one question at a time, its probe, beside the other
 * requests; the others that miss its answer wait until it gives one.
 */
final class MissingModels {
  /** By {@link ModelCheckpoint#announcedAt()}; null while there is no probe. */
  private final Map<Long, InFlightRequest> probes = new HashMap<>();

  /** Takes the request as its checkpoint's probe, unless there is one. */
  void modelIsMissing(InFlightRequest asked) {
    probes.putIfAbsent(asked.checkpoint.announcedAt(), asked);
  }

  boolean isMissing(ModelCheckpoint checkpoint) {
    return probes.containsKey(checkpoint.announcedAt());
  }

  boolean isProbe(InFlightRequest asked) {
    return probes.get(asked.checkpoint.announcedAt()) == asked;
  }

  boolean mayAsk(ModelCheckpoint checkpoint) {
    return probes.get(checkpoint.announcedAt()) == null;
  }

  /** The checkpoint has its model, or may have; returns whether it was missing. */
  boolean isBack(ModelCheckpoint checkpoint) {
    boolean was = isMissing(checkpoint);
    probes.remove(checkpoint.announcedAt());
    return was;
  }

  /** A request is over; returns whether it was a probe, so that another one is wanted. */
  boolean isOver(InFlightRequest asked) {
    return isProbe(asked) && probes.replace(asked.checkpoint.announcedAt(), asked, null);
  }

  /** Forgets the checkpoints that are not among {@code live}. */
  void retain(Set<Long> live) {
    probes.keySet().retainAll(live);
  }

  int missing() {
    return probes.size();
  }

  /** How many requests in flight are probes. */
  int inFlight() {
    int inFlight = 0;
    for (InFlightRequest probe : probes.values()) {
      inFlight += probe == null ? 0 : 1;
    }
    return inFlight;
  }
}
