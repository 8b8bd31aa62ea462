package dev.craftstream.client.watch;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.Task;
import dev.craftstream.v1.KnowledgeRecord;

/**
 * What one model checkpoint knows of each question, in four bytes: correctness to one part in 200,
 * which is exact for 10 samples, and whether the question failed.
 */
public final class Measurements {
  private static final int STEPS = 200;
  private static final int CORRECTNESS = 0xff;
  private static final int MEASURED = 1 << 8;
  private static final int FAILED = 1 << 9;
  private static final int TRAIN = 1 << 10;
  private static final int CHOICE = 1 << 11;

  private final Rate rate = new Rate();
  private Chunks.OfInts codes = new Chunks.OfInts();
  private long records;

  void put(int number, KnowledgeRecord knowledge, long time) {
    records++;
    rate.add(time);
    if (codes != null) {
      double share = Math.max(0, Math.min(1, knowledge.getCorrectness()));
      codes.set(
          number,
          MEASURED
              | (int) Math.rint(STEPS * share)
              | (knowledge.getPurpose() == dev.craftstream.v1.Purpose.PURPOSE_EVALUATE ? 0 : TRAIN)
              | (knowledge.getTask() == dev.craftstream.v1.Task.TASK_MULTIPLE_CHOICE ? CHOICE : 0));
    }
  }

  /** The model's answer could not be used. What was measured before stays. */
  void fail(int number, long time) {
    if (codes != null && codes.get(number) == 0) {
      rate.add(time);
      codes.set(number, FAILED);
    }
  }

  void remove(int number) {
    if (codes != null && codes.get(number) != 0) {
      codes.set(number, 0);
    }
  }

  /** Frees what is kept of the questions: the checkpoint is retired. */
  void forgetQuestions() {
    codes = null;
  }

  /** How many records came, those of questions that were measured again among them. */
  long records() {
    return records;
  }

  Rate rate() {
    return rate;
  }

  /**
   * How far a sweep is.
   *
   * @param measured how many of the questions that there are have their answer
   * @param failed how many have a dead letter instead
   */
  record Done(long measured, long failed) {}

  Done done(Task task, QuestionKinds kinds, dev.craftstream.model.checkpoint.Role role) {
    long measured = 0;
    long failed = 0;
    int end = codes == null ? 0 : codes.size();
    for (int number = 0; number < end; number++) {
      int code = codes.get(number);
      if (code != 0
          && kinds.isKnown(number)
          && kinds.task(number) == task
          && role.measures(kinds.purpose(number))) {
        measured += code & MEASURED;
        failed += code & FAILED;
      }
    }
    return new Done(measured / MEASURED, failed / FAILED);
  }

  /**
   * How correctness changes from one model checkpoint to another, of all questions to train on that
   * are measured under both.
   *
   * @param mean not a number where there are none
   */
  public record Flow(long up, long down, long same, double mean) {
    public long questions() {
      return up + down + same;
    }
  }

  Flow to(Measurements later, Task task) {
    long up = 0;
    long down = 0;
    long same = 0;
    long sum = 0;
    int wanted = MEASURED | TRAIN | (task == Task.MULTIPLE_CHOICE ? CHOICE : 0);
    int end = codes == null || later.codes == null ? 0 : codes.size();
    for (int number = 0; number < end; number++) {
      int before = codes.get(number);
      int after = later.codes.get(number);
      if ((before & ~CORRECTNESS) == wanted && (after & ~CORRECTNESS) == wanted) {
        int change = (after & CORRECTNESS) - (before & CORRECTNESS);
        sum += change;
        up += change > 0 ? 1 : 0;
        down += change < 0 ? 1 : 0;
        same += change == 0 ? 1 : 0;
      }
    }
    return new Flow(up, down, same, sum / (double) STEPS / (up + down + same));
  }

  /** Whether any question to train on was measured. */
  boolean hasQuestionsToTrainOn(QuestionKinds kinds) {
    int end = codes == null ? 0 : codes.size();
    for (int number = 0; number < end; number++) {
      if ((codes.get(number) & (MEASURED | TRAIN)) == (MEASURED | TRAIN)
          && kinds.purpose(number) == Purpose.TRAIN) {
        return true;
      }
    }
    return false;
  }
}
