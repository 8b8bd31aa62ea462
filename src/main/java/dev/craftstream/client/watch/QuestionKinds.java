package dev.craftstream.client.watch;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Role;

/** Which questions there are, by their numbers: task and purpose of each, in one byte. */
final class QuestionKinds {
  private static final int KNOWN = 1;
  private static final int CHOICE = 2;
  private static final int EVALUATE = 4;

  private final Chunks.OfBytes kinds = new Chunks.OfBytes();
  private final int[] counts = new int[8];

  void put(int number, Question question) {
    set(
        number,
        KNOWN
            | (question.task() == Task.MULTIPLE_CHOICE ? CHOICE : 0)
            | (question.purpose() == Purpose.EVALUATE ? EVALUATE : 0));
  }

  void remove(int number) {
    set(number, 0);
  }

  private void set(int number, int kind) {
    counts[kinds.get(number)]--;
    counts[kind]++;
    kinds.set(number, kind);
  }

  boolean isKnown(int number) {
    return kinds.get(number) != 0;
  }

  Task task(int number) {
    return taskOf(kinds.get(number));
  }

  Purpose purpose(int number) {
    return purposeOf(kinds.get(number));
  }

  long count(Task task, Purpose purpose) {
    long count = 0;
    for (int kind = KNOWN; kind < counts.length; kind++) {
      if ((kind & KNOWN) != 0 && taskOf(kind) == task && purposeOf(kind) == purpose) {
        count += counts[kind];
      }
    }
    return count;
  }

  /** How many questions of a task a checkpoint of this role is asked. */
  long toMeasure(Role role, Task task) {
    long count = 0;
    for (Purpose purpose : Purpose.values()) {
      count += role.measures(purpose) ? count(task, purpose) : 0;
    }
    return count;
  }

  private static Task taskOf(int kind) {
    return (kind & CHOICE) == 0 ? Task.OPEN_ENDED : Task.MULTIPLE_CHOICE;
  }

  private static Purpose purposeOf(int kind) {
    return (kind & EVALUATE) == 0 ? Purpose.TRAIN : Purpose.EVALUATE;
  }
}
