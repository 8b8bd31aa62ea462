package dev.craftstream.torture;

import dev.craftstream.torture.Output.Committed;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Stage;
import java.util.HashSet;
import java.util.Set;

/**
 * What has to come of a workload at least and has not come yet: the knowledge of each question that
 * stays under each checkpoint, its final instruction, the removal of the others, a manifest of
 * every dataset, and the evaluations.
 */
final class Awaited {
  private final Set<String> missing = new HashSet<>();

  Awaited(Workload workload) {
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
        missing.add(finalInstruction(id, edition));
      }
    }
    Workload.datasets().forEach(id -> missing.add(manifest(id)));
    for (String checkpoint : Workload.OF_EVALUATION) {
      missing.add(evaluation(checkpoint, ""));
      missing.add(evaluation(checkpoint, Workload.SUBJECT));
    }
  }

  void knowledge(Committed<KnowledgeRecord> record) {
    KnowledgeRecord value = record.value();
    missing.remove(
        value == null
            ? removal(record.key())
            : knowledge(record.key(), value.getQuestionVersion(), value.getCheckpointId()));
  }

  void instruction(Committed<Instruction> record) {
    Instruction value = record.value();
    if (value != null
        && value.getStage() == Stage.STAGE_FINAL
        && value.getBasis().getRehearsalCheckpointId().equals(Workload.SECOND_REHEARSAL)) {
      missing.remove(finalInstruction(record.key(), value.getQuestionVersion()));
    }
  }

  void manifest(Committed<DatasetManifest> record) {
    missing.remove(manifest(record.key()));
  }

  void evaluation(Committed<Evaluation> record) {
    missing.remove(evaluation(record.value().getCheckpointId(), record.value().getSubject()));
  }

  /** In words. */
  Set<String> missing() {
    return missing;
  }

  private static String knowledge(String id, int edition, String checkpointId) {
    return "knowledge of %s, edition %d, under %s".formatted(id, edition, checkpointId);
  }

  private static String finalInstruction(String id, int edition) {
    return "final instruction for %s, edition %d".formatted(id, edition);
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
