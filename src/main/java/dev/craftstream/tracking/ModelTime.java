package dev.craftstream.tracking;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.knowledge.CheckpointKnowledge;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * Model time, and the model checkpoints that are live at it. Kept in broadcast state: each parallel
 * task holds the same, and a restored or added task finds it there.
 */
final class ModelTime {
  private static final String NOW = "now";

  private final BroadcastState<String, ModelCheckpoint> checkpoints;
  private final BroadcastState<String, Long> clock;

  private long now;
  private List<ModelCheckpoint> live = List.of();
  private Map<Long, ModelCheckpoint> liveByTime = Map.of();

  ModelTime(OperatorStateStore store) throws Exception {
    checkpoints =
        store.getBroadcastState(
            new MapStateDescriptor<>(
                "model-checkpoints",
                TypeInformation.of(String.class),
                TypeInformation.of(ModelCheckpoint.class)));
    clock =
        store.getBroadcastState(
            new MapStateDescriptor<>(
                "model-time", TypeInformation.of(String.class), TypeInformation.of(Long.class)));
    Long restored = clock.get(NOW);
    now = restored == null ? 0 : restored;
    refresh();
  }

  /**
   * Takes an admitted announcement or retirement; model time moves to its place. With an INITIAL
   * checkpoint go those that were made from it.
   */
  void apply(ModelCheckpointEvent event) throws Exception {
    ModelCheckpoint announced = event.announced();
    if (announced == null) {
      for (ModelCheckpoint checkpoint : live) {
        if (checkpoint.goesWith(event.checkpointId())) {
          checkpoints.remove(checkpoint.id());
        }
      }
    } else {
      ModelCheckpoint known = checkpoints.get(announced.id());
      checkpoints.put(announced.id(), known == null ? announced : known.movedTo(announced));
    }
    now = Math.max(now, event.modelTime());
    clock.put(NOW, now);
    refresh();
  }

  /** The newest model time, from 1; 0 before the first announcement. */
  long now() {
    return now;
  }

  /**
   * The oldest live checkpoint that measures {@code question}, has no answer for it and is one of
   * {@code those}; or null.
   */
  ModelCheckpoint missing(TrackedQuestion question, Predicate<ModelCheckpoint> those) {
    Purpose purpose = question.question().purpose();
    for (ModelCheckpoint checkpoint : live) {
      if (checkpoint.role().measures(purpose)
          && !question.hasAsked(checkpoint.announcedAt())
          && those.test(checkpoint)) {
        return checkpoint;
      }
    }
    return null;
  }

  /** The live checkpoints, oldest first. */
  List<ModelCheckpoint> live() {
    return live;
  }

  boolean isLive(ModelCheckpoint checkpoint) {
    return liveByTime.containsKey(checkpoint.announcedAt());
  }

  /** The live checkpoint of that id; null where there is none. */
  ModelCheckpoint byId(String id) {
    for (ModelCheckpoint checkpoint : live) {
      if (checkpoint.id().equals(id)) {
        return checkpoint;
      }
    }
    return null;
  }

  /** A live checkpoint as it was announced last; it may be served elsewhere since. */
  ModelCheckpoint newest(ModelCheckpoint checkpoint) {
    return liveByTime.get(checkpoint.announcedAt());
  }

  /** {@link ModelCheckpoint#announcedAt()} of all live checkpoints. */
  Set<Long> liveTimes() {
    return liveByTime.keySet();
  }

  /** What the live checkpoints know of {@code question}, oldest first. */
  List<CheckpointKnowledge> knowledge(TrackedQuestion question) {
    List<CheckpointKnowledge> known = new ArrayList<>();
    for (TrackedQuestion.Measured measured : question.measured()) {
      ModelCheckpoint checkpoint = liveByTime.get(measured.announcedAt());
      if (checkpoint != null && measured.state() != null) {
        known.add(new CheckpointKnowledge(checkpoint, measured.state()));
      }
    }
    return known;
  }

  private void refresh() throws Exception {
    List<ModelCheckpoint> all = new ArrayList<>();
    for (Map.Entry<String, ModelCheckpoint> entry : checkpoints.entries()) {
      all.add(entry.getValue());
    }
    all.sort(Comparator.comparingLong(ModelCheckpoint::announcedAt));
    live = List.copyOf(all);
    liveByTime = live.stream().collect(Collectors.toMap(ModelCheckpoint::announcedAt, c -> c));
  }
}
