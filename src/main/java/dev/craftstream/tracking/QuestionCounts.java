package dev.craftstream.tracking;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * How many questions this task knows, and how many of these miss an answer. Counted a key group, so
 * that the figures stay right when the job is rescaled; the snapshot is a union list of at most one
 * small entry a key group.
 */
final class QuestionCounts {
  private final ListState<KeyGroupCount> snapshot;
  private final KeyGroupRange range;
  private final int maxParallelism;
  private final long[] known;
  private final long[] waiting;
  private long knownTotal;
  private long waitingTotal;

  /** One key group's share. */
  public record KeyGroupCount(int keyGroup, long known, long waiting) {}

  QuestionCounts(OperatorStateStore store, KeyGroupRange range, int maxParallelism)
      throws Exception {
    this.range = range;
    this.maxParallelism = maxParallelism;
    known = new long[range.getNumberOfKeyGroups()];
    waiting = new long[range.getNumberOfKeyGroups()];
    snapshot =
        store.getUnionListState(
            new ListStateDescriptor<>("tally", TypeInformation.of(KeyGroupCount.class)));
    for (KeyGroupCount count : snapshot.get()) {
      if (range.contains(count.keyGroup())) {
        int i = count.keyGroup() - range.getStartKeyGroup();
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
        counts.add(new KeyGroupCount(range.getStartKeyGroup() + i, known[i], waiting[i]));
      }
    }
    snapshot.update(counts);
  }

  private int index(String id) {
    return KeyGroupRangeAssignment.assignToKeyGroup(id, maxParallelism) - range.getStartKeyGroup();
  }
}
