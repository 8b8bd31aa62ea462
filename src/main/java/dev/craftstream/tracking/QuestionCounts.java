package dev.craftstream.tracking;

import dev.craftstream.flink.KeyGroups;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * How many questions this task knows, and how many of these miss an answer. Counted a key group, so
 * that the figures stay right when the job is rescaled; the snapshot is a union list of at most one
 * small entry a key group.
 */
final class QuestionCounts {
  private final ListState<KeyGroupCount> snapshot;
  private final KeyGroups keyGroups;
  private final long[] known;
  private final long[] waiting;
  private long knownTotal;
  private long waitingTotal;

  /** One key group's share. */
  public record KeyGroupCount(int keyGroup, long known, long waiting) {}

  QuestionCounts(OperatorStateStore store, KeyGroups keyGroups) throws Exception {
    this.keyGroups = keyGroups;
    known = new long[keyGroups.size()];
    waiting = new long[keyGroups.size()];
    snapshot =
        store.getUnionListState(
            new ListStateDescriptor<>("question-counts", TypeInformation.of(KeyGroupCount.class)));
    for (KeyGroupCount count : snapshot.get()) {
      if (keyGroups.contains(count.keyGroup())) {
        int i = count.keyGroup() - keyGroups.first();
        known[i] = count.known();
        waiting[i] = count.waiting();
        knownTotal += count.known();
        waitingTotal += count.waiting();
      }
    }
  }

  /** Counts {@code id} as known by {@code change} more questions. */
  void addKnown(String id, int change) {
    known[index(id)] += change;
    knownTotal += change;
  }

  /** Counts {@code change} more questions as waiting for an answer. */
  void addWaiting(String id, int change) {
    waiting[index(id)] += change;
    waitingTotal += change;
  }

  /** A new model time: every question waits until it is found to miss nothing. */
  void allWait() {
    System.arraycopy(known, 0, waiting, 0, known.length);
    waitingTotal = knownTotal;
  }

  long known() {
    return knownTotal;
  }

  long waiting() {
    return waitingTotal;
  }

  void save() throws Exception {
    List<KeyGroupCount> counts = new ArrayList<>();
    for (int i = 0; i < known.length; i++) {
      if (known[i] != 0) {
        counts.add(new KeyGroupCount(keyGroups.first() + i, known[i], waiting[i]));
      }
    }
    snapshot.update(counts);
  }

  private int index(String id) {
    return keyGroups.of(id) - keyGroups.first();
  }
}
