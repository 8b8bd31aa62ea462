package dev.craftstream.torture;

import dev.craftstream.torture.Fault.GoesOn;
import dev.craftstream.torture.Findings.Kind;
import dev.craftstream.torture.FlinkCluster.Completed;
import dev.craftstream.torture.Output.Committed;
import dev.craftstream.torture.RequestLog.Ask;
import dev.craftstream.torture.RequestLog.Subject;
import dev.craftstream.v1.KnowledgeRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Holds what the model server says it was asked against what was committed: no request for what was
 * committed already, and each request that is not the first for its subject has a fault as its
 * cause.
 */
final class RequestChecker {
  /** How long after its recovery a fault may still end the job's tasks. */
  private static final Duration AFTERMATH = Duration.ofSeconds(10);

  /**
   * An interval between Flink checkpoints and how long one takes at most, and ZooKeeper's session
   * time-out, after which tasks know that their job manager is gone.
   */
  private static final Duration LONGEST_AGAIN = Duration.ofSeconds(10 + 5 + 15);

  private final Workload workload;
  private final Findings findings;

  RequestChecker(Workload workload, Findings findings) {
    this.workload = workload;
    this.findings = findings;
  }

  /**
   * How often the model was asked again because of one fault.
   *
   * @param inFlight requests that it struck before they were answered
   * @param uncommitted requests that were answered before it struck, but not yet committed: the job
   *     went back to its last Flink checkpoint
   * @param inVain requests that tasks made after it had struck, until they were ended for it
   */
  record AskedAgain(int inFlight, int uncommitted, int inVain) {
    static final AskedAgain NEVER = new AskedAgain(0, 0, 0);

    static AskedAgain after(Ask before, Fault cause) {
      if (before.asked().isAfter(cause.began())) {
        return new AskedAgain(0, 0, 1);
      }
      // Without a way back, an answer that the server gave was still on its way.
      boolean uncommitted =
          cause.kind().takesStateBack()
              && before.answered() != null
              && !before.answered().isAfter(cause.began());
      return uncommitted ? new AskedAgain(0, 1, 0) : new AskedAgain(1, 0, 0);
    }

    AskedAgain plus(AskedAgain other) {
      return new AskedAgain(
          inFlight + other.inFlight, uncommitted + other.uncommitted, inVain + other.inVain);
    }

    int total() {
      return inFlight + uncommitted + inVain;
    }
  }

  /**
   * Finds a fault that is the cause of each request that was not the first for its subject. No
   * fault strikes before the job has recovered from the one before it, so that what was answered
   * before is committed by then.
   *
   * @param slots how many requests the job has in flight at most
   * @param checkpoints the Flink checkpoints that completed
   * @return by fault
   */
  Map<Fault, AskedAgain> check(
      RequestLog log, Output output, List<Fault> faults, List<Completed> checkpoints, int slots) {
    Map<Subject, Instant> committed = new HashMap<>();
    for (Committed<KnowledgeRecord> record : output.knowledge()) {
      if (record.value() != null) {
        committed.put(subject(record.value()), record.written());
      }
    }
    Map<Fault, AskedAgain> again = new HashMap<>();
    Map<Fault, Integer> beforeCheckpoint = new HashMap<>();
    log.asks()
        .forEach(
            (subject, asks) -> {
              Instant written = committed.getOrDefault(subject, Instant.MAX);
              if (isRetired(subject)) {
                findings.add(Kind.ASKED_THOUGH_RETIRED, "%s", subject);
              }
              for (int i = 1; i < asks.size(); i++) {
                Ask before = asks.get(i - 1);
                Ask ask = asks.get(i);
                if (!ask.digest().equals(before.digest())) {
                  findings.add(Kind.CONFLICTING, "two different requests for %s", subject);
                }
                if (written.isBefore(ask.asked())) {
                  findings.add(
                      Kind.ASKED_THOUGH_COMMITTED,
                      "%s at %s, committed with a record of %s",
                      subject,
                      ask.asked(),
                      written);
                }
                Fault cause = cause(before, ask, faults);
                if (cause == null) {
                  findings.add(
                      Kind.ASKED_WITHOUT_CAUSE,
                      "%s at %s and at %s",
                      subject,
                      before.asked(),
                      ask.asked());
                  continue;
                }
                again.merge(cause, AskedAgain.after(before, cause), AskedAgain::plus);
                if (before.asked().isBefore(lastBefore(cause, checkpoints))) {
                  beforeCheckpoint.merge(cause, 1, Integer::sum);
                }
              }
            });
    again.forEach(
        (fault, count) -> {
          if (!mayTakeStateBack(fault, faults) && count.total() > slots) {
            findings.add(
                Kind.ASKED_WITHOUT_CAUSE,
                "%d requests for %s, but only %d can be in flight",
                count.total(),
                fault.kind().words(),
                slots);
          }
        });
    beforeCheckpoint.forEach(
        (fault, count) -> {
          if (fault.kind().takesStateBack() && count > slots) {
            findings.add(
                Kind.ASKED_WITHOUT_CAUSE,
                "%d requests from before the last %s for %s, but only %d can have been in flight",
                count,
                fault.kind().goesOn() == GoesOn.FROM_SAVEPOINT ? "savepoint" : "Flink checkpoint",
                fault.kind().words(),
                slots);
          }
        });
    return again;
  }

  /**
   * Whether a fault had the model asked too often: what was answered and not yet committed is as
   * much as one Flink checkpoint's interval brings, and what tasks ask that are to end as much as
   * comes before they notice. What was in flight is held against the slots.
   *
   * @param again by fault, what {@link #check} gave
   * @param perSecond the most requests that can be answered in a second
   */
  void checkAskedAgain(Map<Fault, AskedAgain> again, double perSecond) {
    again.forEach(
        (fault, count) -> {
          double most = LONGEST_AGAIN.toSeconds() * perSecond;
          int notInFlight = count.uncommitted() + count.inVain();
          if (notInFlight > most) {
            findings.add(
                Kind.ASKED_TOO_OFTEN,
                "%d requests for %s beside those in flight, and %d s of the rate are %.0f",
                notInFlight,
                fault.kind().words(),
                LONGEST_AGAIN.toSeconds(),
                most);
          }
        });
  }

  /**
   * Whether there were more requests at a time than the job's options allow.
   *
   * @param from when the requests of tasks before this time are over
   * @param slots how many there can be
   */
  void checkInFlight(RequestLog log, Instant from, Instant to, int slots) {
    NavigableMap<Instant, Integer> changes = new TreeMap<>();
    for (List<Ask> asks : log.asks().values()) {
      for (Ask ask : asks) {
        if (ask.answered() != null && !ask.asked().isBefore(from) && ask.answered().isBefore(to)) {
          changes.merge(ask.asked(), 1, Integer::sum);
          changes.merge(ask.answered(), -1, Integer::sum);
        }
      }
    }
    int inFlight = 0;
    int most = 0;
    for (int change : changes.values()) {
      inFlight += change;
      most = Math.max(most, inFlight);
    }
    // Each version of the model has one answer at most that was sent and is not yet written down.
    if (most > slots + Workload.CHECKPOINTS.size()) {
      findings.add(
          Kind.TOO_MANY_IN_FLIGHT, "%d requests, but only %d are allowed at %s", most, slots, from);
    }
  }

  /** Whether all checkpoints that a request asks were retired before its question came. */
  private boolean isRetired(Subject subject) {
    int number = Workload.number(subject.questionId());
    return workload.isLast(number) && subject.version() < Workload.CHECKPOINTS.size();
  }

  static Subject subject(KnowledgeRecord record) {
    return new Subject(
        record.getQuestionId(), record.getQuestionVersion(), version(record.getCheckpointId()));
  }

  /** Of the model that a checkpoint is served by. */
  static int version(String checkpointId) {
    return Workload.CHECKPOINTS.indexOf(checkpointId) + 1;
  }

  /**
   * A request that was made while the job recovered from a fault that takes state back may have
   * been made by tasks that were ended for it. Any other was lost with the first fault that struck
   * after it.
   */
  private static Fault cause(Ask before, Ask again, List<Fault> faults) {
    Fault underWay = null;
    Fault next = null;
    for (Fault fault : faults) {
      boolean struckBefore = !fault.began().isAfter(before.asked());
      if (struckBefore
          && (fault.recovered() == null || !fault.recovered().isBefore(before.asked()))) {
        underWay = fault;
      }
      if (!struckBefore && next == null && fault.began().isBefore(again.asked())) {
        next = fault;
      }
    }
    boolean ofTheOneUnderWay =
        underWay != null && (underWay.kind().takesStateBack() || next == null);
    return ofTheOneUnderWay ? underWay : next;
  }

  /**
   * Whether the job may go back to its last Flink checkpoint at a fault, or for the one before it:
   * a job manager that lost its leadership with ZooKeeper can end its tasks after they have
   * committed again.
   */
  private static boolean mayTakeStateBack(Fault fault, List<Fault> faults) {
    return faults.stream()
        .filter(other -> other.kind().takesStateBack())
        .filter(other -> !other.began().isAfter(fault.began()))
        .anyMatch(
            other ->
                other.equals(fault)
                    || other.recovered() == null
                    || other.recovered().plus(AFTERMATH).isAfter(fault.began()));
  }

  /** What the job had when this time came, it has again: the fault's savepoint comes later. */
  private static Instant lastBefore(Fault fault, List<Completed> checkpoints) {
    if (fault.kind().goesOn() == GoesOn.FROM_SAVEPOINT) {
      return fault.began();
    }
    return checkpoints.stream()
        .filter(checkpoint -> !checkpoint.completed().isAfter(fault.began()))
        .map(Completed::triggered)
        .max(Comparator.naturalOrder())
        .orElse(Instant.EPOCH);
  }
}
