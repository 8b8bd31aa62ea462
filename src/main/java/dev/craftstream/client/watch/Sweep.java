package dev.craftstream.client.watch;

import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import java.util.List;

/**
 * The measurement of the questions under a live model checkpoint.
 *
 * @param announced when the checkpoint was, in milliseconds
 * @param tasks how far it is, by task; those without questions are left out
 * @param rate questions a second of late; 0 where none has come for two minutes
 * @param firstAnswer when it came, in milliseconds; 0 where there is none
 * @param newestAnswer the same
 */
public record Sweep(
    ModelCheckpoint checkpoint,
    long announced,
    List<Progress> tasks,
    double rate,
    long firstAnswer,
    long newestAnswer) {

  /**
   * How far one task's questions are measured.
   *
   * @param failed how many have a dead letter instead of an answer
   */
  public record Progress(Task task, long measured, long failed, long total) {
    public long left() {
      return Math.max(0, total - measured - failed);
    }
  }

  public long measured() {
    return tasks.stream().mapToLong(Progress::measured).sum();
  }

  public long left() {
    return tasks.stream().mapToLong(Progress::left).sum();
  }
}
