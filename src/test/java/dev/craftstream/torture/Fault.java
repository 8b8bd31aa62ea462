package dev.craftstream.torture;

import java.time.Duration;
import java.time.Instant;

/**
 * A fault as it happened.
 *
 * @param kind what it was
 * @param target which process or connection it struck, such as {@code task manager 2}
 * @param began when it struck
 * @param ended when the process was started again, or the connection was whole again
 * @param recovered when a consumer first read a committed record that was written after {@code
 *     ended}; null where none came in time
 */
record Fault(Kind kind, String target, Instant began, Instant ended, Instant recovered) {

  /** What can go wrong, and how often in the whole schedule. */
  enum Kind {
    TASK_MANAGER_KILLED("SIGKILL task manager", 3, true),
    JOB_MANAGER_KILLED("SIGKILL job manager", 2, true),
    BROKER_KILLED("SIGKILL Kafka broker", 1, true),
    SERVER_KILLED("SIGKILL tritonserver", 2, false),
    SERVER_STOPPED("SIGSTOP tritonserver", 1, false),
    ZOOKEEPER_KILLED("SIGKILL ZooKeeper", 1, true),
    ALL_KILLED("SIGKILL everything at once", 1, true),
    CONNECTION_SLOW("slow connection to tritonserver", 1, false),
    CONNECTION_CUT("cut connection to tritonserver", 1, false),
    CONNECTION_MUTE("connection to tritonserver that swallows all", 1, false);

    private final String words;
    private final int times;
    private final boolean takesStateBack;

    Kind(String words, int times, boolean takesStateBack) {
      this.words = words;
      this.times = times;
      this.takesStateBack = takesStateBack;
    }

    String words() {
      return words;
    }

    /** How often it strikes in the long run. */
    int times() {
      return times;
    }

    /** Whether the job may go back to its last Flink checkpoint. */
    boolean takesStateBack() {
      return takesStateBack;
    }
  }

  Duration lasted() {
    return Duration.between(began, ended);
  }

  /** From the blow to the first committed record after it. */
  Duration timeToRecover() {
    return Duration.between(began, recovered);
  }
}
