package dev.craftstream.torture;

import dev.craftstream.torture.Findings.Kind;
import dev.craftstream.torture.FlinkCluster.Completed;
import dev.craftstream.torture.Output.Committed;
import dev.craftstream.torture.RequestLog.Ask;
import dev.craftstream.torture.RequestLog.Subject;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Mark;
import dev.craftstream.v1.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds what was committed, and what the model server says it was asked, against what has to be:
 * exactly one knowledge state for each question and checkpoint, the instructions that follow from
 * it, and no request for what was committed already.
 */
final class Checker {
  /** How long after its recovery a fault may still end the job's tasks. */
  private static final Duration AFTERMATH = Duration.ofSeconds(10);

  private static final double ROUNDING = 1e-9;

  /** The most requests for one that is needed, those aside that were in flight at a fault. */
  private static final double MOST_REQUESTS = 1.02;

  private final Workload workload;
  private final Findings findings;

  Checker(Workload workload, Findings findings) {
    this.workload = workload;
    this.findings = findings;
  }

  // ---------------------------------------------------------------- the topics

  /** What the topics hold. */
  void checkRecords(Output output) {
    Awaited awaited = new Awaited(workload);
    output.knowledge().forEach(awaited::knowledge);
    output.instructions().forEach(awaited::instruction);
    output.manifests().forEach(awaited::manifest);
    output.evaluations().forEach(awaited::evaluation);
    awaited.missing().stream().sorted().forEach(what -> findings.add(Kind.LOST, "%s", what));
    byKey(output.knowledge()).values().forEach(this::checkKnowledge);
    byKey(output.instructions()).values().forEach(this::checkInstructions);
    checkDatasets(output);
    byKey(output.evaluations()).values().forEach(this::checkEvaluation);
    for (Committed<DeadLetter> letter : output.deadLetters()) {
      findings.add(Kind.LOST, "dead letter: %s", letter.value().getExplanation());
    }
  }

  private static <T> Map<String, List<Committed<T>>> byKey(List<Committed<T>> records) {
    Map<String, List<Committed<T>>> byKey = new HashMap<>();
    for (Committed<T> record : records) {
      byKey.computeIfAbsent(record.key(), key -> new ArrayList<>()).add(record);
    }
    // A key lies in one partition, where offsets are the order.
    byKey.values().forEach(list -> list.sort(Comparator.comparingLong(Committed::offset)));
    return byKey;
  }

  private void checkKnowledge(List<Committed<KnowledgeRecord>> ofQuestion) {
    Set<String> seen = new HashSet<>();
    int newestVersion = 0;
    boolean removed = false;
    for (Committed<KnowledgeRecord> record : ofQuestion) {
      KnowledgeRecord value = record.value();
      if (value == null) {
        if (removed) {
          findings.add(Kind.DUPLICATE, "removal of %s in knowledge", record.key());
        }
        removed = true;
        continue;
      }
      String what =
          "knowledge of %s, edition %d, under %s at %d:%d"
              .formatted(
                  record.key(),
                  value.getQuestionVersion(),
                  value.getCheckpointId(),
                  record.partition(),
                  record.offset());
      if (!seen.add(value.getQuestionVersion() + " " + value.getCheckpointId())) {
        findings.add(Kind.DUPLICATE, "%s", what);
      }
      if (removed || value.getQuestionVersion() < newestVersion) {
        findings.add(Kind.STALE, "%s", what);
      }
      newestVersion = Math.max(newestVersion, value.getQuestionVersion());
      double expected =
          workload.correctness(
              Workload.number(record.key()), value.getQuestionVersion(), value.getCheckpointId());
      if (Math.abs(value.getCorrectness() - expected) > ROUNDING) {
        findings.add(
            Kind.CONFLICTING, "%s says %s, not %s", what, value.getCorrectness(), expected);
      }
    }
  }

  /** A tombstone, which is a revision too, stands between two editions and behind the last one. */
  private void checkInstructions(List<Committed<Instruction>> ofQuestion) {
    int number = Workload.number(ofQuestion.get(0).key());
    if (workload.isEvaluated(number)) {
      findings.add(Kind.CONFLICTING, "an instruction for %s, for evaluation", Workload.id(number));
      return;
    }
    int revision = 0;
    int newestVersion = 0;
    boolean inForce = false;
    Set<String> decisions = new HashSet<>();
    for (Committed<Instruction> record : ofQuestion) {
      Instruction value = record.value();
      if (value == null) {
        if (!inForce) {
          findings.add(Kind.DUPLICATE, "removal of %s in instructions", record.key());
        }
        inForce = false;
        revision++;
        continue;
      }
      String what =
          "revision %d of the instruction for %s, edition %d, at %d:%d"
              .formatted(
                  value.getRevision(),
                  record.key(),
                  value.getQuestionVersion(),
                  record.partition(),
                  record.offset());
      if (value.getRevision() > revision + 1) {
        findings.add(Kind.LOST, "%s comes after %d", what, revision);
      } else if (value.getRevision() <= revision) {
        findings.add(Kind.DUPLICATE, "%s comes after %d", what, revision);
      }
      revision = value.getRevision();
      boolean isNewEdition = value.getQuestionVersion() > newestVersion;
      if (isNewEdition && inForce) {
        findings.add(Kind.LOST, "removal of the edition before %s", what);
      } else if (!isNewEdition && (!inForce || value.getQuestionVersion() < newestVersion)) {
        findings.add(Kind.STALE, "%s", what);
      }
      inForce = true;
      newestVersion = Math.max(newestVersion, value.getQuestionVersion());
      String rehearsal = value.getBasis().getRehearsalCheckpointId();
      if (!decisions.add(value.getQuestionVersion() + " " + rehearsal)) {
        findings.add(Kind.DUPLICATE, "%s decides again with '%s'", what, rehearsal);
      }
      if ((value.getStage() == Stage.STAGE_FINAL) == rehearsal.isEmpty()
          || value.getLabel() != Workload.label(number, value.getQuestionVersion(), rehearsal)) {
        findings.add(Kind.CONFLICTING, "%s says %s", what, value.getLabel());
      }
    }
    Instruction last = ofQuestion.get(ofQuestion.size() - 1).value();
    if (workload.isRemoved(number)) {
      if (last != null) {
        findings.add(Kind.STALE, "an instruction for %s, which was removed", Workload.id(number));
      }
    } else if (last == null
        || last.getQuestionVersion() != workload.lastEdition(number)
        || !last.getBasis().getRehearsalCheckpointId().equals(Workload.SECOND_REHEARSAL)) {
      findings.add(Kind.STALE, "the last instruction for %s", Workload.id(number));
    }
  }

  /** A manifest counts the base records of its dataset; there are as many, each once. */
  private void checkDatasets(Output output) {
    Map<String, Long> base = new HashMap<>();
    byKey(output.datasets())
        .forEach(
            (key, ofQuestion) -> {
              int revision = 0;
              for (Committed<DatasetRecord> record : ofQuestion) {
                if (record.value().getRevision() != revision + 1) {
                  findings.add(
                      record.value().getRevision() > revision ? Kind.LOST : Kind.DUPLICATE,
                      "revision %d after %d of %s",
                      record.value().getRevision(),
                      revision,
                      key.replace('\n', ' '));
                }
                revision = record.value().getRevision();
                if (record.value().getMark() == Mark.MARK_BASE) {
                  base.merge(record.value().getDatasetId(), 1L, Long::sum);
                }
              }
            });
    byKey(output.manifests())
        .forEach(
            (id, manifests) -> {
              if (manifests.size() > 1) {
                findings.add(Kind.DUPLICATE, "%d manifests of %s", manifests.size(), id);
              }
              DatasetManifest manifest = manifests.get(0).value();
              long counted =
                  manifest.getAnswer().getQuestions() + manifest.getRefusal().getQuestions();
              long found = base.getOrDefault(id, 0L);
              if (!manifest.getComplete()) {
                findings.add(Kind.LOST, "dataset %s was not built: %s", id, manifest.getFailure());
              } else if (found != counted) {
                findings.add(
                    found < counted ? Kind.LOST : Kind.DUPLICATE,
                    "dataset %s has %d records, its manifest counts %d",
                    id,
                    found,
                    counted);
              }
            });
  }

  /** All questions for evaluation have one subject, so its figures are those of all. */
  private void checkEvaluation(List<Committed<Evaluation>> ofSubject) {
    Evaluation evaluation = ofSubject.get(0).value();
    String what =
        "evaluation of %s, subject '%s'"
            .formatted(evaluation.getCheckpointId(), evaluation.getSubject());
    if (ofSubject.size() > 1) {
      findings.add(Kind.DUPLICATE, "%d of the %s", ofSubject.size(), what);
    }
    long correct = workload.evaluatedCorrect(evaluation.getCheckpointId());
    long wrong = workload.evaluated() - correct;
    if (evaluation.getCorrect() != correct
        || evaluation.getWrong() != wrong
        || evaluation.getRefused() != 0
        || evaluation.getUnanswered() != 0) {
      findings.add(
          Kind.CONFLICTING,
          "the %s says %d correct, %d wrong, %d refused and %d unanswered, not %d and %d",
          what,
          evaluation.getCorrect(),
          evaluation.getWrong(),
          evaluation.getRefused(),
          evaluation.getUnanswered(),
          correct,
          wrong);
    }
  }

  // ---------------------------------------------------------------- the requests

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
  Map<Fault, AskedAgain> checkRequests(
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
                "%d requests from before the last Flink checkpoint for %s, but only %d can have been"
                    + " in flight",
                count,
                fault.kind().words(),
                slots);
          }
        });
    return again;
  }

  /**
   * Whether the model was asked too often in all. What is answered and not yet committed at a kill
   * is asked again, and that is as much as one Flink checkpoint's interval brings: this holds for a
   * run that is long against the intervals before its kills.
   *
   * @param again by fault, what {@link #checkRequests} gave
   */
  void checkTotal(RequestLog log, Map<Fault, AskedAgain> again) {
    long needed = log.asks().size();
    int inFlight = again.values().stream().mapToInt(AskedAgain::inFlight).sum();
    if (log.count() - inFlight > MOST_REQUESTS * needed) {
      findings.add(
          Kind.ASKED_TOO_OFTEN,
          "%d requests where %d were needed and %d were in flight at a fault",
          log.count(),
          needed,
          inFlight);
    }
  }

  private static Subject subject(KnowledgeRecord record) {
    return new Subject(
        record.getQuestionId(),
        record.getQuestionVersion(),
        Workload.CHECKPOINTS.indexOf(record.getCheckpointId()) + 1);
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

  /** When the last Flink checkpoint began that was complete when the fault struck. */
  private static Instant lastBefore(Fault fault, List<Completed> checkpoints) {
    return checkpoints.stream()
        .filter(checkpoint -> !checkpoint.completed().isAfter(fault.began()))
        .map(Completed::triggered)
        .max(Comparator.naturalOrder())
        .orElse(Instant.EPOCH);
  }
}
