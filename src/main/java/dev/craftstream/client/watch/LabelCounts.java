package dev.craftstream.client.watch;

import dev.craftstream.client.exchange.Names;
import dev.craftstream.model.Task;
import dev.craftstream.model.label.DropReason;
import dev.craftstream.model.label.Label;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.Stage;
import java.util.ArrayList;
import java.util.List;

/** The newest label of each question, in one byte, and how many there were of each over time. */
final class LabelCounts {
  private static final int SOME = 1;
  private static final int FINAL = 2;
  private static final int CHOICE = 4;
  private static final int LABEL = 3;
  private static final int REASON = 5;

  private final Chunks.OfBytes codes = new Chunks.OfBytes();
  private final long[] counts = new long[1 << 8];
  private final Buckets changes;

  LabelCounts(Buckets changes) {
    this.changes = changes;
  }

  void put(int number, Instruction instruction, long time) {
    Label label = Label.valueOf(Names.label(instruction.getLabel()));
    DropReason reason = Names.dropReason(instruction.getBasis().getDropReason());
    set(
        number,
        SOME
            | (instruction.getStage() == Stage.STAGE_FINAL ? FINAL : 0)
            | (instruction.getTask() == dev.craftstream.v1.Task.TASK_MULTIPLE_CHOICE ? CHOICE : 0)
            | label.ordinal() << LABEL
            | (reason == null ? 0 : reason.ordinal() + 1) << REASON,
        time);
  }

  void remove(int number, long time) {
    set(number, 0, time);
  }

  private void set(int number, int code, long time) {
    int before = codes.get(number);
    counts[before]--;
    counts[code]++;
    codes.set(number, code);
    if (before != 0) {
      changes.add(time, label(before).ordinal(), -1);
    }
    if (code != 0) {
      changes.add(time, label(code).ordinal(), 1);
    }
  }

  /** The question's label; null where it has none. */
  Label of(int number) {
    int code = codes.get(number);
    return code == 0 ? null : label(code);
  }

  private static Label label(int code) {
    return Label.values()[code >>> LABEL & 3];
  }

  /** How many questions of a task have this label, be it provisional or final. */
  long count(Task task, Label label) {
    return count(task, label, false) + count(task, label, true);
  }

  long count(Task task, Label label, boolean isFinal) {
    long count = 0;
    for (int code = SOME; code < counts.length; code += 2) {
      boolean its = (code & CHOICE) != 0 == (task == Task.MULTIPLE_CHOICE);
      if (its && (code >>> LABEL & 3) == label.ordinal() && (code & FINAL) != 0 == isFinal) {
        count += counts[code];
      }
    }
    return count;
  }

  /** How many questions of a task are dropped for this reason. */
  long count(Task task, DropReason reason) {
    long count = 0;
    for (int code = SOME; code < counts.length; code += 2) {
      boolean its = (code & CHOICE) != 0 == (task == Task.MULTIPLE_CHOICE);
      if (its && code >>> REASON == reason.ordinal() + 1) {
        count += counts[code];
      }
    }
    return count;
  }

  /** How many of each label there were at the end of each bucket, by their ordinals. */
  List<Buckets.Bucket> overTime() {
    List<Buckets.Bucket> sums = new ArrayList<>();
    long[] sum = new long[Label.values().length];
    for (Buckets.Bucket bucket : changes.all()) {
      for (int label = 0; label < sum.length; label++) {
        sum[label] += bucket.counts()[label];
      }
      sums.add(new Buckets.Bucket(bucket.from(), sum.clone()));
    }
    return sums;
  }
}
