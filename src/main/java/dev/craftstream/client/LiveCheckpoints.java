package dev.craftstream.client;

import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.v1.Basis;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DeadLetter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The live model checkpoints, from the topics that say so: what came, less what was refused.
 *
 * <p>Announcements are kept for ever, the dead letters on them are not. So what the job refuses by
 * what was announced before is found here by the same rules, and an announcement that is older than
 * any dead letter can be counts only where something says that its model was served: a measurement,
 * an instruction, a manifest or an evaluation. The job writes one of these for each checkpoint that
 * it takes, unless there is nothing to ask it; and one that was refused for its model, and whose id
 * was taken later, counts from its first announcement.
 */
public final class LiveCheckpoints {
  private final long deadLettersSince;
  private final Map<Long, Written> events = new TreeMap<>();
  private final Set<Long> old = new HashSet<>();
  private final Set<Long> refused = new HashSet<>();
  private final Set<String> served = new HashSet<>();

  private record Written(ModelCheckpointEvent event, long at) {}

  /**
   * A model checkpoint from its announcement on.
   *
   * @param announced when, in milliseconds
   * @param retired when, in milliseconds; 0 while it is live
   */
  public record Life(ModelCheckpoint checkpoint, long announced, long retired) {
    public boolean isLive() {
      return retired == 0;
    }

    private Life retiredAt(long time) {
      return new Life(checkpoint, announced, time);
    }

    private Life movedTo(ModelCheckpoint announcedAgain) {
      return new Life(checkpoint.movedTo(announcedAgain), announced, retired);
    }
  }

  /**
   * @param deadLettersSince from when on no dead letter is gone, in milliseconds
   */
  public LiveCheckpoints(long deadLettersSince) {
    this.deadLettersSince = deadLettersSince;
  }

  /**
   * An event of the topic, in any order.
   *
   * @param writtenAt its record's time, in milliseconds
   */
  public void add(ModelCheckpointEvent event, long writtenAt) {
    events.put(event.modelTime(), new Written(event, writtenAt));
    if (writtenAt < deadLettersSince) {
      old.add(event.modelTime());
    }
  }

  /** A dead letter on a record of the topic. */
  public void refuse(DeadLetter deadLetter) {
    refused.add(deadLetter.getOffset() + 1);
  }

  /** The job wrote something that it writes only of a checkpoint that it took, here and below. */
  public void served(String checkpointId) {
    served.add(checkpointId);
  }

  public void served(Basis basis) {
    served.add(basis.getInitialCheckpointId());
    served.add(basis.getRehearsalCheckpointId());
  }

  public void served(DatasetManifest manifest) {
    served.add(manifest.getInitialCheckpointId());
    served.add(manifest.getRehearsalCheckpointId());
  }

  /** The newest model time at which something came or went; 0 where nothing has. */
  public long modelTime() {
    return replay(new ArrayList<>());
  }

  /** Those that are live, in the order of their announcements. */
  List<ModelCheckpoint> all() {
    return lives().stream().filter(Life::isLive).map(Life::checkpoint).toList();
  }

  /** All that were taken, live and retired, in the order of their announcements. */
  public List<Life> lives() {
    List<Life> lives = new ArrayList<>();
    replay(lives);
    return List.copyOf(lives);
  }

  /** Fills in what was taken, and returns the newest model time. */
  private long replay(List<Life> lives) {
    long newest = 0;
    Map<String, ModelCheckpoint> known = new HashMap<>();
    for (Written written : events.values()) {
      ModelCheckpointEvent event = written.event;
      if (!isTaken(event, known)) {
        continue;
      }
      newest = event.modelTime();
      if (event.announced() == null) {
        known.values().removeIf(checkpoint -> checkpoint.goesWith(event.checkpointId()));
        lives.replaceAll(
            life ->
                life.isLive() && life.checkpoint.goesWith(event.checkpointId())
                    ? life.retiredAt(written.at)
                    : life);
      } else if (known.merge(event.checkpointId(), event.announced(), ModelCheckpoint::movedTo)
          == event.announced()) {
        lives.add(new Life(event.announced(), written.at, 0));
      } else {
        lives.replaceAll(
            life ->
                life.isLive() && life.checkpoint.id().equals(event.checkpointId())
                    ? life.movedTo(event.announced())
                    : life);
      }
    }
    return newest;
  }

  private boolean isTaken(ModelCheckpointEvent event, Map<String, ModelCheckpoint> known) {
    ModelCheckpoint announced = event.announced();
    ModelCheckpoint before = known.get(event.checkpointId());
    if (refused.contains(event.modelTime())) {
      return false;
    }
    if (announced == null) {
      return before != null;
    }
    if (before != null) {
      return before.role() == announced.role() && before.baseId().equals(announced.baseId());
    }
    if (announced.role() != Role.INITIAL) {
      ModelCheckpoint base = known.get(announced.baseId());
      if (base == null || base.role() != Role.INITIAL) {
        return false;
      }
    }
    return !old.contains(event.modelTime()) || served.contains(event.checkpointId());
  }
}
