package dev.craftstream.flink;

import java.util.BitSet;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * The key groups of one task. State that is counted a key group moves with its keys when the job is
 * rescaled.
 *
 * @param first the task's first key group
 * @param last the task's last key group
 * @param total how many key groups the job has: its maximum parallelism
 */
public record KeyGroups(int first, int last, int total) {

  /** Those of the task with this information. */
  public static KeyGroups of(TaskInfo task) {
    int total = task.getMaxNumberOfParallelSubtasks();
    KeyGroupRange range =
        KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex(
            total, task.getNumberOfParallelSubtasks(), task.getIndexOfThisSubtask());
    return new KeyGroups(range.getStartKeyGroup(), range.getEndKeyGroup(), total);
  }

  /** The key group of a key, whichever task it belongs to. */
  public int of(String key) {
    return KeyGroupRangeAssignment.assignToKeyGroup(key, total);
  }

  /** Whether the key belongs to this task. */
  public boolean own(String key) {
    return contains(of(key));
  }

  public boolean contains(int keyGroup) {
    return first <= keyGroup && keyGroup <= last;
  }

  /** How many key groups the task has. */
  public int size() {
    return last - first + 1;
  }

  /** A bit for each key group of the task, at the key group's number. */
  public BitSet bits() {
    BitSet bits = new BitSet(total);
    bits.set(first, last + 1);
    return bits;
  }
}
