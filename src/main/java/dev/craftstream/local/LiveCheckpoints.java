package dev.craftstream.local;

import dev.craftstream.model.ModelCheckpoint;
import dev.craftstream.model.ModelCheckpointEvent;
import dev.craftstream.v1.DeadLetter;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The live model checkpoints, from the topics that say so: what came, less what was refused. */
final class LiveCheckpoints {
  private final Map<Long, ModelCheckpointEvent> events = new TreeMap<>();
  private final Set<Long> refused = new HashSet<>();

  /** An event of the topic, in any order. */
  void add(ModelCheckpointEvent event) {
    events.put(event.modelTime(), event);
  }

  /** A dead letter on a record of the topic. */
  void refuse(DeadLetter deadLetter) {
    refused.add(deadLetter.getOffset() + 1);
  }

  /** The newest model time at which something came or went; 0 where nothing has. */
  long modelTime() {
    return events.keySet().stream()
        .filter(time -> !refused.contains(time))
        .mapToLong(time -> time)
        .max()
        .orElse(0);
  }

  /** In the order of their announcements. */
  List<ModelCheckpoint> all() {
    Map<String, ModelCheckpoint> live = new HashMap<>();
    events.forEach(
        (time, event) -> {
          if (!refused.contains(time)) {
            live.remove(event.checkpointId());
            if (event.announced() != null) {
              live.put(event.checkpointId(), event.announced());
            }
          }
        });
    return live.values().stream()
        .sorted(Comparator.comparingLong(ModelCheckpoint::announcedAt))
        .toList();
  }
}
