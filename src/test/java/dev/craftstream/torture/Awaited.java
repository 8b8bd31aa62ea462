package dev.craftstream.torture;

import dev.craftstream.torture.Output.Committed;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Stage;
import java.util.HashSet;
import java.util.Set;

/**
 * What has to come of a workload at least and has not come yet: the knowledge of each question that
 * stays under each checkpoint, its final instruction, the removal of the others, and a manifest of
 * every dataset.
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
      for (String checkpoint : Workload.CHECKPOINTS) {
        missing.add(knowledge(id, edition, checkpoint));
      }
      missing.add(finalInstruction(id, edition));
    }
    Workload.datasets().forEach(id -> missing.add(manifest(id)));
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

  private static String removal(String id) {
    return "removal of " + id;
  }
}
