package dev.craftstream.torture;

import dev.craftstream.torture.Findings.Kind;
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

  /** With which state the job goes on. */
  enum GoesOn {
    WITH_ITS_STATE,
    FROM_FLINK_CHECKPOINT,
    FROM_SAVEPOINT
  }

  /** What can go wrong or is done by an operator, and how often in the whole schedule. */
  enum Kind {
    TASK_MANAGER_KILLED("SIGKILL task manager", 3, GoesOn.FROM_FLINK_CHECKPOINT),
    JOB_MANAGER_KILLED("SIGKILL job manager", 2, GoesOn.FROM_FLINK_CHECKPOINT),
    BROKER_KILLED("SIGKILL Kafka broker", 1, GoesOn.FROM_FLINK_CHECKPOINT),
    SERVER_KILLED("SIGKILL tritonserver", 2, GoesOn.WITH_ITS_STATE),
    SERVER_STOPPED("SIGSTOP tritonserver", 1, GoesOn.WITH_ITS_STATE),
    ZOOKEEPER_KILLED("SIGKILL ZooKeeper", 1, GoesOn.FROM_FLINK_CHECKPOINT),
    ALL_KILLED("SIGKILL everything at once", 1, GoesOn.FROM_FLINK_CHECKPOINT),
    CONNECTION_SLOW("slow connection to tritonserver", 1, GoesOn.WITH_ITS_STATE),
    CONNECTION_CUT("cut connection to tritonserver", 1, GoesOn.WITH_ITS_STATE),
    CONNECTION_MUTE("connection to tritonserver that swallows all", 1, GoesOn.WITH_ITS_STATE),
    RESTORED("stop, start from the savepoint", 1, GoesOn.FROM_SAVEPOINT),
    RESCALED("stop, start at another parallelism", 2, GoesOn.FROM_SAVEPOINT),
    OPTION_CHANGED("stop, start with another option", 1, GoesOn.FROM_SAVEPOINT);

    private final String words;
    private final int times;
    private final GoesOn goesOn;

    Kind(String words, int times, GoesOn goesOn) {
      this.words = words;
      this.times = times;
      this.goesOn = goesOn;
    }

    String words() {
      return words;
    }

    /** How often it strikes in the long run. */
    int times() {
      return times;
    }

    GoesOn goesOn() {
      return goesOn;
    }

    /** Whether the job may forget what it did last. */
    boolean takesStateBack() {
      return goesOn != GoesOn.WITH_ITS_STATE;
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
