package dev.craftstream.torture;

import dev.craftstream.torture.Output.Committed;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Reason;
import java.util.HashSet;
import java.util.Set;

/**
 * What has to come of a workload at least and has not come yet: the knowledge of each question that
 * stays under each checkpoint, its last instruction, the removal of the others, a manifest of every
 * dataset, the evaluations, and the dead letter of a retirement that is sent twice.
 */
final class Awaited {
  private static final String SECOND_RETIREMENT = "dead letter of the second retirement";

  private final Set<String> missing = new HashSet<>();

  /** Of these, what comes before anything is retired. */
  private final Set<String> beforeRetirement = new HashSet<>();

  private final Workload workload;

  Awaited(Workload workload) {
    this.workload = workload;
    for (int number = 0; number < workload.questions(); number++) {
      String id = Workload.id(number);
      if (workload.isRemoved(number)) {
        missing.add(removal(id));
        continue;
      }
      int edition = workload.lastEdition(number);
      for (String checkpoint : workload.checkpoints(number)) {
        missing.add(knowledge(id, edition, checkpoint));
      }
      if (!workload.isEvaluated(number)) {
        missing.add(instruction(id, edition, workload.rehearsal(number)));
      }
    }
    Workload.datasets().forEach(id -> missing.add(manifest(id)));
    for (String checkpoint : Workload.OF_EVALUATION) {
      missing.add(evaluation(checkpoint, ""));
      missing.add(evaluation(checkpoint, Workload.SUBJECT));
    }
    missing.add(SECOND_RETIREMENT);
    beforeRetirement.addAll(missing);
    beforeRetirement.removeAll(afterRetirement());
  }

  private Set<String> afterRetirement() {
    Set<String> after = new HashSet<>(Set.of(SECOND_RETIREMENT));
    for (int number = 0; number < workload.questions(); number++) {
      String id = Workload.id(number);
      after.add(knowledge(id, workload.lastEdition(number), Workload.NEXT));
      if (workload.isLast(number)) {
        after.add(instruction(id, 1, ""));
      }
    }
    Workload.datasetsOf(Workload.NEXT).forEach(id -> after.add(manifest(id)));
    after.add(evaluation(Workload.NEXT, ""));
    after.add(evaluation(Workload.NEXT, Workload.SUBJECT));
    return after;
  }

  void knowledge(Committed<KnowledgeRecord> record) {
    KnowledgeRecord value = record.value();
    came(
        value == null
            ? removal(record.key())
            : knowledge(record.key(), value.getQuestionVersion(), value.getCheckpointId()));
  }

  void instruction(Committed<Instruction> record) {
    Instruction value = record.value();
    if (value != null) {
      came(
          instruction(
              record.key(),
              value.getQuestionVersion(),
              value.getBasis().getRehearsalCheckpointId()));
    }
  }

  void manifest(Committed<DatasetManifest> record) {
    came(manifest(record.key()));
  }

  void evaluation(Committed<Evaluation> record) {
    came(evaluation(record.value().getCheckpointId(), record.value().getSubject()));
  }

  void deadLetter(Committed<DeadLetter> record) {
    if (isSecondRetirement(record.value())) {
      came(SECOND_RETIREMENT);
    }
  }

  /** The last of {@link Workload#RETIRED} is retired twice, which can't be done. */
  static boolean isSecondRetirement(DeadLetter letter) {
    return letter.getReason() == Reason.REASON_UNKNOWN_CHECKPOINT
        && letter.getCheckpointId().equals(Workload.RETIRED.get(1));
  }

  private void came(String what) {
    missing.remove(what);
    beforeRetirement.remove(what);
  }

  /** In words. */
  Set<String> missing() {
    return missing;
  }

  /** Whether all is there that the checkpoints bring which are to be retired. */
  boolean isReadyForRetirement() {
    return beforeRetirement.isEmpty();
  }

  /** Whether the retirements are known to every stage. */
  boolean areRetired() {
    return !missing.contains(SECOND_RETIREMENT);
  }

  private static String knowledge(String id, int edition, String checkpointId) {
    return "knowledge of %s, edition %d, under %s".formatted(id, edition, checkpointId);
  }

  private static String instruction(String id, int edition, String rehearsalId) {
    return "instruction for %s, edition %d, %s"
        .formatted(
            id, edition, rehearsalId.isEmpty() ? "provisional" : "final with " + rehearsalId);
  }

  private static String manifest(String datasetId) {
    return "manifest of " + datasetId;
  }

  private static String evaluation(String checkpointId, String subject) {
    return "evaluation of " + checkpointId + (subject.isEmpty() ? "" : " in " + subject);
  }

  private static String removal(String id) {
    return "removal of " + id;
  }
}
